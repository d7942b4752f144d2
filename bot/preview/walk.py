"""Walks through a lesson as a resident does: the real conversation, a database that is thrown away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from bot.channels.message import Button, Message, Reply
from bot.conversation.offers import Offers
from bot.conversation.payloads import Verb, make, parse
from bot.conversation.ports import ChatContext
from bot.conversation.router import Conversation
from bot.conversation.turn import EASY, NOTICED
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.repositories import bind
from bot.store.wards import register_wards
from knowledge.answer_types import Answer, OverrideSource
from knowledge.wards import Ward
from lessons.catalogue import Catalogue

CHANNEL = "preview"
STEPS_LIMIT = 200  # taps; a lesson of 7 cards and 6 questions in easy reading takes about 60
OFFERS = Offers(paper_channels=frozenset({CHANNEL}), sound_channels=frozenset({CHANNEL}), voice=True)
ONWARD = (Verb.SUBMIT, Verb.NEXT, Verb.OPTION)


class LessonStuckError(RuntimeError):
    """The lesson has no end: a fault of the conversation, not of the material."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was tapped and what came back."""

    tapped: str
    replies: tuple[Reply, ...]


class _NoAnswers:
    """Takes the place of the search: in a lesson nothing is asked."""

    def answer(
        self,
        question: str,
        ward: str | None = None,
        previous: Sequence[str] = (),
        overrides: OverrideSource | None = None,
    ) -> Answer:
        """Never called."""
        raise LessonStuckError("the lesson asked the search for an answer")


class Walker:
    """Walks through lessons; holds a database in a temporary folder while ``open_walker`` is open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._chats = 0

    def walk(self, catalogue: Catalogue, lesson_id: str, easy: bool = False) -> list[Exchange]:
        """A resident who stays anonymous goes through the lesson and taps the first option of every question.

        Raises LessonStuckError.
        """
        conversation = Conversation(_NoAnswers(), catalogue, OFFERS)
        self._chats += 1
        chat = ChatContext(id=self._chats, channel=CHANNEL, state={NOTICED: True, EASY: easy})
        button: Button | None = Button("", make(Verb.LESSON, lesson_id))
        exchanges: list[Exchange] = []
        for number in range(STEPS_LIMIT):
            if button is None:
                return exchanges
            message = Message(CHANNEL, CHANNEL, str(number), "", datetime.now(UTC), payload=button.payload)
            replies = self._database.write_now(partial(_handle, conversation, chat, message))
            exchanges.append(Exchange(button.label, tuple(replies)))
            button = _next(replies[-1])
        raise LessonStuckError(f"{lesson_id} does not end after {STEPS_LIMIT} taps")


@contextmanager
def open_walker(wards: Sequence[Ward]) -> Iterator[Walker]:
    """A walker and its database, which is gone afterwards."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        database = Database(f"sqlite:///{Path(folder, 'preview.sqlite3').as_posix()}")
        try:
            upgrade(database.engine, Path(folder))
            database.write_now(lambda session: register_wards(session, wards))
            yield Walker(database)
        finally:
            database.close()


def _handle(conversation: Conversation, chat: ChatContext, message: Message, session: Session) -> list[Reply]:
    return conversation.handle(chat, message, bind(session))


def _next(reply: Reply) -> Button | None:
    """The button that leads on: "Xong" once an option is chosen, else "Tiếp", else the first option."""
    by_verb: dict[Verb, Button] = {}
    for button in reply.buttons:
        tap = parse(button.payload)
        if tap is not None:
            by_verb.setdefault(tap.verb, button)
    wanted = ONWARD if reply.edit else ONWARD[1:]
    return next((by_verb[verb] for verb in wanted if verb in by_verb), None)
