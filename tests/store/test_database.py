"""Units of work: committed together, undone alone."""

from __future__ import annotations

import asyncio
import threading
import traceback

import pytest
from sqlalchemy import func, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from bot.store.database import POSTGRES_WRITERS, Database, DatabaseClosedError
from bot.store.tables import Chat, Outbox, Ward, utc_now

WRITTEN = "bà Lan 0912"


def add_chat(address: str, fails: bool = False):
    def unit(session: Session) -> None:
        session.add(Chat(channel="web", address=address, state={}))
        session.flush()
        if fails:
            raise ValueError("the unit failed")

    return unit


def addresses(session: Session) -> set[str]:
    return set(session.exec(select(Chat.address)))


async def test_a_unit_that_fails_undoes_only_itself(database: Database) -> None:
    results = await asyncio.gather(
        *(database.write(add_chat(str(number), fails=number == 7)) for number in range(40)), return_exceptions=True
    )
    assert [str(one) for one in results if one is not None] == ["the unit failed"]
    assert database.read_now(addresses) == {str(number) for number in range(40)} - {"7"}


async def test_a_broken_rule_of_the_database_undoes_only_its_unit(database: Database) -> None:
    results = await asyncio.gather(
        *(database.write(add_chat("same" if number in (3, 4) else str(number))) for number in range(20)),
        return_exceptions=True,
    )
    assert sum(one is not None for one in results) == 1
    assert len(database.read_now(addresses)) == 19


async def test_what_a_unit_returned_is_there_once_it_is_committed(database: Database) -> None:
    await database.write(add_chat("a"))
    count = select(func.count()).select_from(Chat)
    assert await database.read(lambda session: session.exec(count).one()) == 1


def test_reading_changes_nothing(database: Database) -> None:
    database.read_now(add_chat("a"))
    assert database.read_now(addresses) == set()


def test_times_come_back_in_utc(database: Database) -> None:
    before = utc_now()
    database.write_now(lambda session: session.add(Ward(code="x", name="X", created_at=before)))
    assert database.read_now(lambda session: session.get_one(Ward, "x").created_at) == before


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = utc_now().replace(tzinfo=None)
    with pytest.raises(Exception, match="needs a zone"):
        database.write_now(lambda session: session.add(Ward(code="x", name="X", created_at=naive)))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ward (code, name) VALUES ('lan', :written)",  # without the day it needs
        "INSERT INTO chat (channel, address, person_id, state, reachable, created_at, last_seen_at)"
        " VALUES ('web', :written, 404, '{}', true, '2026-11-22', '2026-11-22')",
        "SELECT CAST(:written AS integer) + nothing FROM ward",
        "INSERT INTO nowhere VALUES (:written)",
    ],
)
def test_an_error_that_is_logged_repeats_nothing_that_was_written(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError) as caught:
        database.write_now(lambda session: session.connection().execute(text(statement), {"written": WRITTEN}))
    logged = "".join(traceback.format_exception(caught.value))
    assert WRITTEN not in logged
    assert type(caught.value.orig).__name__ in logged


def test_a_closed_database_says_so(database: Database) -> None:
    database.close()
    with pytest.raises(DatabaseClosedError):
        database.write_now(addresses)


def test_the_number_of_a_deleted_reply_is_never_used_again(database: Database) -> None:
    """A web page knows by the number which replies it has shown."""

    def add(session: Session) -> int:
        chat = Chat(channel="web", address=str(utc_now()), state={})
        session.add(chat)
        session.flush()
        row = Outbox(chat_id=chat.id or 0, channel="web", body={})
        session.add(row)
        session.flush()
        number = row.id or 0
        session.delete(row)
        return number

    assert database.write_now(add) < database.write_now(add)


async def test_a_unit_whose_waiter_went_away_before_its_turn_is_not_run(database: Database) -> None:
    writers = 1 if database.is_sqlite else POSTGRES_WRITERS
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(session: Session) -> None:
        begun.release()
        go_on.wait()

    busy = [asyncio.create_task(database.write(slow)) for _ in range(writers)]
    for _ in busy:
        await asyncio.to_thread(begun.acquire)
    gone = asyncio.create_task(database.write(add_chat("gone")))
    stays = asyncio.create_task(database.write(add_chat("stays")))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*busy, stays)
    assert database.read_now(addresses) == {"stays"}
