"""A message in, a reply out: once, in order, through crashes, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.channels.base import (
    Capabilities,
    NotConnectedError,
    PermanentError,
    Receive,
    RetryAfterError,
    TemporaryError,
    TokenRefusedError,
    UnreachableError,
)
from bot.channels.message import Message, Reply
from bot.delivery.inbox import DurableInbox
from bot.delivery.notices import queue_notice
from bot.delivery.pacing import NO_PACE, Pacer
from bot.delivery.sender import Sender
from bot.delivery.worker import TRIES_BEFORE_POISON, Worker
from bot.store.database import Database
from bot.store.tables import Chat, Inbox, Outbox, utc_now

STEP_SECONDS = 10.0
LINE_CAPABILITIES = Capabilities(4000, True, False, False, False, False)


def message(text: str, number: int = 1, chat: str = "a", channel: str = "line") -> Message:
    return Message(channel, chat, f"{chat}-{number}", text, datetime.now(UTC))


@dataclass
class Line:
    """A channel whose platform is this object: it keeps what was sent, and fails when told to."""

    failures: list[Exception] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    name: str = "line"
    capabilities: Capabilities = LINE_CAPABILITIES

    async def start(self, receive: Receive) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, chat: str, reply: Reply, edits: str | None = None) -> str | None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((chat, reply.text))
        return str(len(self.sent))

    def routes(self) -> list[web.RouteDef]:
        return []


@dataclass
class House:
    inbox: DurableInbox
    worker: Worker
    sender: Sender
    line: Line
    database: Database

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(STEP_SECONDS):
            while not condition():  # noqa: ASYNC110 - what is waited for lies in the database, which calls nobody
                await asyncio.sleep(0.01)

    def statuses(self, table: type[Inbox] | type[Outbox]) -> list[str]:
        statement = select(table.status).order_by(col(table.id))
        return self.database.read_now(lambda session: list(session.exec(statement)))


def echo(context: Any, received: Message, _repositories: Any) -> list[Reply]:
    context.state["heard"] = [*context.state.get("heard", []), received.text]
    return [Reply(f"{received.text}!")]


@asynccontextmanager
async def house(database: Database, handle: Any = echo, line: Line | None = None) -> AsyncIterator[House]:
    line = line or Line()
    sender = Sender(database, line, Pacer(NO_PACE))
    worker = Worker(database, handle, Reply("sorry"), frozenset({"web"}), lambda *_: sender.wake())
    inbox = DurableInbox(database, worker.wake)
    await worker.start()
    await sender.start()
    yield House(inbox, worker, sender, line, database)
    await worker.stop()
    await sender.stop()


async def test_a_message_is_answered_once_however_often_it_comes(database: Database) -> None:
    async with house(database) as parts:
        first = await parts.inbox.receive(message("chào"))
        await parts.until(lambda: parts.line.sent == [("a", "chào!")])
        again = await asyncio.gather(*(parts.inbox.receive(message("chào")) for _ in range(5)))
        await asyncio.sleep(0.1)
    assert first is True
    assert again == [False] * 5
    assert parts.line.sent == [("a", "chào!")]
    assert parts.statuses(Inbox) == ["done"]


async def test_a_chat_is_answered_in_order_while_others_go_on(database: Database) -> None:
    async with house(database) as parts:
        await asyncio.gather(*(parts.inbox.receive(message(str(n), n, chat)) for chat in "abcd" for n in range(10)))
        await parts.until(lambda: len(parts.line.sent) == 40)
    for chat in "abcd":
        mine = [text for to, text in parts.line.sent if to == chat]
        stored = database.read_now(
            lambda session, address=chat: list(
                session.exec(select(Inbox.body).join(Chat).where(Chat.address == address).order_by(col(Inbox.id)))
            )
        )
        assert mine == [f"{body['text']}!" for body in stored]
        assert len(set(mine)) == 10


async def test_what_was_stored_before_a_crash_is_answered_after_it(database: Database) -> None:
    stopped = DurableInbox(database, lambda _chat: None)  # stored, and nobody was there to handle it
    await stopped.receive(message("còn đây"))
    async with house(database) as parts:
        await parts.until(lambda: parts.line.sent == [("a", "còn đây!")])


async def test_a_reply_caught_in_the_middle_of_sending_is_sent_again_and_a_broadcast_is_not(database: Database) -> None:
    await DurableInbox(database, lambda _chat: None).receive(message("x"))

    def interrupted(session: Session) -> None:
        chat = session.exec(select(Chat)).one()
        session.exec(select(Inbox)).one().status = "done"
        for priority, text in ((0, "reply"), (5, "broadcast")):
            body = {"text": text, "buttons": [], "citations": []}
            row = Outbox(chat_id=chat.id or 0, channel="line", body=body, priority=priority, status="sending")
            session.add(row)

    database.write_now(interrupted)
    async with house(database) as parts:
        await parts.until(lambda: parts.line.sent == [("a", "reply")])
        await parts.until(lambda: parts.statuses(Outbox) == ["sent", "unknown"])


async def test_a_fault_in_one_message_sets_it_aside_and_the_next_is_answered(database: Database) -> None:
    def handle(context: Any, received: Message, repositories: Any) -> list[Reply]:
        if received.text == "bad":
            context.state["half"] = True
            raise RuntimeError("a fault in the conversation")
        return echo(context, received, repositories)

    async with house(database, handle) as parts:
        await parts.inbox.receive(message("bad", 1))
        await parts.inbox.receive(message("good", 2))
        await parts.until(lambda: len(parts.line.sent) == 2)
    assert [text for _, text in parts.line.sent] == ["sorry", "good!"]
    assert parts.statuses(Inbox) == ["poison", "done"]
    row = database.read_now(lambda session: session.exec(select(Inbox).where(Inbox.status == "poison")).one())
    assert row.tries == TRIES_BEFORE_POISON
    assert "half" not in database.read_now(lambda session: session.exec(select(Chat)).one()).state


async def test_a_platform_that_asks_to_wait_gets_the_message_later(database: Database) -> None:
    line = Line(failures=[RetryAfterError(0.05), TemporaryError("the line broke")])
    async with house(database, line=line) as parts:
        await parts.inbox.receive(message("chào"))
        await parts.until(lambda: parts.line.sent == [("a", "chào!")])
        await parts.until(lambda: parts.statuses(Outbox) == ["sent"])


async def test_every_message_that_was_sent_is_written_down_whenever_its_answer_comes(database: Database) -> None:
    class Slow(Line):
        async def send(self, chat: str, reply: Reply, edits: str | None = None) -> str | None:
            await asyncio.sleep(int(chat) % 7 / 1000)
            return await super().send(chat, reply, edits)

    async with house(database, line=Slow()) as parts:
        await asyncio.gather(*(parts.inbox.receive(message("chào", 1, str(chat))) for chat in range(200)))
        await parts.until(lambda: parts.statuses(Outbox) == ["sent"] * 200)
    assert len(parts.line.sent) == 200


async def test_a_person_who_blocked_us_is_marked_and_nothing_is_tried_again(database: Database) -> None:
    async with house(database, line=Line(failures=[UnreachableError("blocked")])) as parts:
        await parts.inbox.receive(message("chào"))
        await parts.until(lambda: parts.statuses(Outbox) == ["failed"])
    assert parts.line.sent == []
    assert database.read_now(lambda session: session.exec(select(Chat)).one()).reachable is False


async def test_a_refused_message_is_reported_and_the_next_goes_out(database: Database) -> None:
    async with house(database, line=Line(failures=[PermanentError("message is too long")])) as parts:
        await parts.inbox.receive(message("một", 1))
        await parts.inbox.receive(message("hai", 2))
        await parts.until(lambda: parts.line.sent == [("a", "hai!")])
    failed = database.read_now(lambda session: session.exec(select(Outbox).where(Outbox.status == "failed")).one())
    assert failed.error == "message is too long"


async def test_a_notice_goes_out_once_and_is_not_repeated_after_a_crash(database: Database) -> None:
    def queued(session: Session) -> None:
        for name in ("a", "b"):
            chat = Chat(channel="line", address=name, state={})
            session.add(chat)
            session.flush()
            queue_notice(session, chat, [Reply(f"to {name}")], utc_now())
        session.flush()
        session.exec(select(Outbox)).all()[1].status = "sending"  # bytes may have left when the power went

    database.write_now(queued)
    async with house(database) as parts:
        await parts.until(lambda: parts.statuses(Outbox) == ["sent", "unknown"])
    assert parts.line.sent == [("a", "to a")]


async def test_the_web_chats_replies_are_ready_at_once_and_sent_by_nobody(database: Database) -> None:
    async with house(database) as parts:
        await parts.inbox.receive(message("chào", channel="web"))
        await parts.until(lambda: parts.statuses(Outbox) == ["sent"])
    assert parts.line.sent == []


async def test_nul_and_lone_surrogates_are_stored_without_harm(database: Database) -> None:
    async with house(database) as parts:
        await parts.inbox.receive(message("a\x00b\ud800c"))
        await parts.until(lambda: len(parts.line.sent) == 1)
    assert parts.line.sent[0][1] == "ab?c!"


async def test_two_replicas_never_handle_the_same_message_twice(database: Database) -> None:
    if database.is_sqlite:
        return  # SQLite has one process
    other = Database(database.url)
    async with house(database) as one, house(other, line=one.line) as two:
        await asyncio.gather(
            *((one if n % 2 else two).inbox.receive(message(str(n), n, chat)) for chat in "abcdef" for n in range(8))
        )
        await one.until(lambda: len(one.line.sent) >= 48)
        await asyncio.sleep(0.2)
    other.close()
    assert len(one.line.sent) == len(set(one.line.sent)) == 48
    counted = select(func.count()).select_from(Inbox).where(Inbox.status == "done", Inbox.done_at <= utc_now())
    assert database.read_now(lambda session: session.exec(counted).one()) == 48


async def test_a_clock_that_goes_back_keeps_no_reply_waiting(database: Database) -> None:
    await DurableInbox(database, lambda _chat: None).receive(message("x"))

    def written_later(session: Session) -> None:
        chat, inbox = session.exec(select(Chat)).one(), session.exec(select(Inbox)).one()
        inbox.status = "done"
        ahead = utc_now() + timedelta(hours=3)
        body = {"text": "reply", "buttons": [], "citations": []}
        session.add(Outbox(chat_id=chat.id or 0, channel="line", body=body, not_before=ahead, created_at=ahead))

    database.write_now(written_later)
    async with house(database) as parts:
        await parts.until(lambda: parts.line.sent == [("a", "reply")])


def waiting_after_many_tries(session: Session) -> None:
    """Another refusal of the platform would be the last."""
    session.add(Chat(id=1, channel="line", address="lan", state={}))
    session.flush()
    body = {"text": "câu trả lời", "buttons": [], "citations": []}
    session.add(Outbox(chat_id=1, channel="line", body=body, tries=2000))


async def test_without_a_line_to_the_platform_a_message_waits_however_often_it_was_tried(database: Database) -> None:
    line = Line(failures=[NotConnectedError("the network is down")])
    database.write_now(waiting_after_many_tries)
    async with house(database, line=line) as parts:
        await parts.until(
            lambda: database.read_now(lambda session: session.exec(select(Outbox.error)).one()) is not None
        )
        assert parts.statuses(Outbox) == ["waiting"]
        database.write_now(lambda session: setattr(session.exec(select(Outbox)).one(), "not_before", utc_now()))
        parts.sender.wake()
        await parts.until(lambda: parts.statuses(Outbox) == ["sent"])


async def test_a_dead_token_is_told_and_nothing_is_given_up_until_it_is_mended(database: Database) -> None:
    line = Line(failures=[TokenRefusedError("set the token anew")])
    database.write_now(waiting_after_many_tries)
    async with house(database, line=line) as parts:
        await parts.until(lambda: parts.sender.trouble is not None)
        await parts.until(lambda: parts.statuses(Outbox) == ["waiting"])
        assert (parts.sender.name, parts.sender.trouble) == ("line", "set the token anew")
        database.write_now(lambda session: setattr(session.exec(select(Outbox)).one(), "not_before", utc_now()))
        parts.sender.wake()
        await parts.until(lambda: parts.statuses(Outbox) == ["sent"])
        assert parts.sender.trouble is None
