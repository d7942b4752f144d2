"""A question of a contest as a message. Nothing in it says which option is right."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.message import Button, Reply
from bot.conversation.buttons import LABEL_LIMIT
from bot.conversation.payloads import Verb, make
from bot.conversation.pictures import picture_alt, picture_path
from bot.conversation.ports_contest import Asked, ContestView, SeatView
from bot.conversation.quiz import LETTERS, SHORT_OPTION, feedback
from bot.conversation.turn import Turn
from bot.texts import text
from lessons.models import Option, Question
from lessons.quiz import grade, shuffled_options


def question_reply(turn: Turn, found: ContestView, seat: SeatView, asked: Asked) -> Reply:
    """The question with its options in this participant's order; a button names its place, never the option."""
    head = text("contest.question", number=asked.place, total=asked.total, seconds=asked.seconds)
    payloads = [
        make(Verb.CONTEST_ANSWER, found.id, seat.attempt, asked.place, place) for place in range(len(asked.options))
    ]
    return _shown(turn, head, asked.question, asked.options, payloads)


def practice_reply(turn: Turn, found: ContestView, question: Question, place: int) -> Reply:
    """A question to practise with."""
    options = _practice_options(found, question)
    payloads = [make(Verb.CONTEST_TRY, found.id, place, position) for position in range(len(options))]
    head = text("contest.practice", number=place, total=found.practice)
    return _shown(turn, head, question, options, payloads)


def tried(turn: Turn, found: ContestView, question: Question, option: int) -> str:
    """Right or wrong, and why."""
    chosen = _practice_options(found, question)[option].id
    return feedback(turn, question, grade(question, (chosen,)))


def _practice_options(found: ContestView, question: Question) -> list[Option]:
    return shuffled_options(question, f"practice|{found.code}")


def shown_question(question: Question, options: Sequence[Option]) -> tuple[list[str], list[str]]:
    """The lines of a question, and the labels of its buttons: long options stand in the text, by letters."""
    if not any(len(option.text) > SHORT_OPTION for option in options):
        return [question.text], [one.text[:LABEL_LIMIT] for one in options]
    lines = [text("quiz.option", letter=LETTERS[place], label=one.text) for place, one in enumerate(options)]
    return [question.text, *lines], list(LETTERS[: len(options)])


def _shown(turn: Turn, head: str, question: Question, options: Sequence[Option], payloads: Sequence[str]) -> Reply:
    asked, labels = shown_question(question, options)
    lines = [head, *asked]
    buttons = tuple(Button(label, payload) for label, payload in zip(labels, payloads, strict=True))
    lesson = turn.catalogue.lesson(question.lesson_id)
    picture = question.picture if lesson is not None else None
    return Reply(
        "\n".join(lines),
        buttons,
        image=None if lesson is None else picture_path(lesson, picture),
        image_alt=picture_alt(picture),
    )
