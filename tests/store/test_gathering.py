"""What comes during a commit is written together in the next, in its order, and one refused keeps nobody else out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.store.database import Database, DatabaseClosedError
from bot.store.gathering import Gathering
from bot.store.tables import Chat

AT_ONCE = 8


def add_chats(session: Session, addresses: Sequence[str]) -> list[int]:
    assert len(addresses) <= AT_ONCE
    chats = [Chat(channel="web", address=address, state={}) for address in addresses]
    session.add_all(chats)
    session.flush()
    if "odd" in addresses:
        raise ValueError("an item that cannot be written")
    return [chat.id or 0 for chat in chats]


def stored(database: Database) -> list[str]:
    return database.read_now(lambda session: list(session.exec(select(Chat.address).order_by(col(Chat.id)))))


async def test_everybody_hears_of_their_own_item_in_the_order_in_which_it_came(database: Database) -> None:
    told: list[str] = []
    gathering = Gathering(database, add_chats, AT_ONCE, lambda items, _numbers: told.extend(items))
    names = [f"chat {number}" for number in range(40)]
    numbers = await asyncio.gather(*map(gathering.put, names))
    assert stored(database) == told == names
    assert numbers == sorted(set(numbers))


async def test_what_the_database_refuses_keeps_nobody_else_out(database: Database) -> None:
    gathering = Gathering(database, add_chats, AT_ONCE)
    names = ["first", "a", "a", "odd", "b", "c"]
    outcomes = await asyncio.gather(*map(gathering.put, names), return_exceptions=True)
    assert [type(one) for one in outcomes] == [int, int, IntegrityError, ValueError, int, int]
    assert stored(database) == ["first", "a", "b", "c"]


async def test_one_who_went_away_leaves_an_item_that_is_written(database: Database) -> None:
    gathering = Gathering(database, add_chats, AT_ONCE)
    gone = asyncio.create_task(gathering.put("gone"))
    await asyncio.sleep(0)
    gone.cancel()
    await gathering.put("here")
    assert stored(database) == ["gone", "here"]


async def test_a_closed_database_is_told_to_each(database: Database) -> None:
    gathering = Gathering(database, add_chats, AT_ONCE)
    database.close()
    outcomes = await asyncio.gather(gathering.put("a"), gathering.put("b"), return_exceptions=True)
    assert [type(one) for one in outcomes] == [DatabaseClosedError, DatabaseClosedError]
