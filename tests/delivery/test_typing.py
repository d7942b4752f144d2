"""Who waits longer than usual sees that an answer is being written."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from bot.delivery.typing import AT_ONCE, slow_chats
from bot.store.database import Database
from bot.store.tables import Chat, Inbox, utc_now

NOW = utc_now()


def wrote(database: Database, number: int, channel: str, seconds: float, status: str = "new") -> None:
    def unit(session: Session) -> None:
        session.add(Chat(id=number, channel=channel, address=f"a{number}", state={}))
        session.flush()
        at = NOW - timedelta(seconds=seconds)
        session.add(
            Inbox(channel=channel, message_id=str(number), chat_id=number, body={}, received_at=at, status=status)
        )

    database.write_now(unit)


def slow(database: Database) -> list[tuple[str, str]]:
    return sorted(database.read_now(lambda session: slow_chats(session, {"telegram", "zalo-bot"}, NOW)))


def test_only_who_waits_and_not_too_long(database: Database) -> None:
    for number, (channel, seconds, status) in enumerate(
        [("telegram", 2, "new"), ("zalo-bot", 20, "new"), ("telegram", 0.2, "new"), ("telegram", 60, "new"),
         ("telegram", 2, "done"), ("web", 2, "new")], start=1,
    ):  # fmt: skip
        wrote(database, number, channel, seconds, status)
    assert slow(database) == [("telegram", "a1"), ("zalo-bot", "a2")]


def test_a_flood_is_not_slowed_further(database: Database) -> None:
    for number in range(1, AT_ONCE + 2):
        wrote(database, number, "telegram", 2)
    assert slow(database) == []
