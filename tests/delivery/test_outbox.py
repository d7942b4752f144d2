"""What senders claim, and what becomes of the claims of a program that is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from bot.delivery.outbox import BROADCAST, INTERACTIVE, Limits, Outcome, claim, recover, settle
from bot.delivery.replica import Replica
from bot.store.database import Database
from bot.store.leases import LEASE_SECONDS, REPLICA, hold, live_replicas
from bot.store.tables import Chat, Lease, Outbox, utc_now

PLENTY = Limits(replies=100, broadcasts=100, resting=frozenset())


@pytest.fixture
def chats(database: Database) -> list[int]:
    def unit(session: Session) -> list[int]:
        rows = [Chat(channel="line", address=str(number), state={}) for number in range(4)]
        session.add_all(rows)
        session.flush()
        return [row.id or 0 for row in rows]

    return database.write_now(unit)


def put(database: Database, chat_id: int, text: str, priority: int = INTERACTIVE, **more: object) -> None:
    body = {"text": text, "buttons": [], "citations": []}
    row = Outbox(chat_id=chat_id, channel="line", body=body, priority=priority, **more)
    database.write_now(lambda session: session.add(row))


def claimed(database: Database, limits: Limits = PLENTY, replica: str = "me") -> list[str]:
    return database.write_now(lambda session: [row.body["text"] for row in claim(session, "line", replica, limits)])


def statuses(database: Database) -> dict[str, str]:
    rows = database.read_now(lambda session: session.exec(select(Outbox).order_by(col(Outbox.id))).all())
    return {row.body["text"]: row.status for row in rows}


def test_the_first_of_each_chat_is_claimed_replies_before_broadcasts(database: Database, chats: list[int]) -> None:
    put(database, chats[0], "b1", BROADCAST)
    put(database, chats[0], "r1")
    put(database, chats[0], "r2")
    put(database, chats[1], "b2", BROADCAST)
    assert claimed(database) == ["r1", "b2"]
    assert claimed(database) == []


def test_a_broadcast_under_way_holds_up_no_reply(database: Database, chats: list[int]) -> None:
    put(database, chats[0], "b", BROADCAST)
    assert claimed(database) == ["b"]
    put(database, chats[0], "r")
    assert claimed(database) == ["r"]


def test_limits_and_resting_chats_are_kept(database: Database, chats: list[int]) -> None:
    for chat in chats:
        put(database, chat, f"r{chats.index(chat)}")
        put(database, chat, f"b{chats.index(chat)}", BROADCAST)
    assert claimed(database, Limits(2, 0, frozenset({chats[0]}))) == ["r1", "r2"]
    assert claimed(database, Limits(0, 5, frozenset())) == [], "their replies come first"


def test_a_message_that_waits_holds_up_what_follows_in_its_chat_only(database: Database, chats: list[int]) -> None:
    put(database, chats[0], "later", not_before=utc_now() + timedelta(hours=1))
    put(database, chats[0], "next")
    put(database, chats[1], "other")
    assert claimed(database) == ["other"]


def test_two_programs_never_claim_the_same_nor_overtake_each_other(database: Database, chats: list[int]) -> None:
    if database.is_sqlite:
        return  # SQLite has one process
    for number in range(3):
        put(database, chats[0], f"a{number}")
    put(database, chats[1], "b0")
    with Session(database.engine) as one, Session(database.engine) as two:
        first = [row.body["text"] for row in claim(one, "line", "one", Limits(1, 0, frozenset()))]
        second = [row.body["text"] for row in claim(two, "line", "two", PLENTY)]
        one.commit()
        two.commit()
    assert (first, second) == (["a0"], ["b0"])


def test_what_a_dead_program_was_sending_is_taken_up_and_a_living_ones_is_not(
    database: Database, chats: list[int]
) -> None:
    for number, replica in enumerate(("dead", "alive")):
        put(database, chats[number], f"reply of {replica}")
        claimed(database, replica=replica)
        put(database, chats[number + 2], f"broadcast of {replica}", BROADCAST)
        claimed(database, replica=replica)
    database.write_now(lambda session: hold(session, REPLICA + "alive", "alive", utc_now()))
    long_ago = utc_now() - timedelta(seconds=LEASE_SECONDS + 1)
    database.write_now(lambda session: hold(session, REPLICA + "dead", "dead", long_ago))
    assert database.write_now(lambda session: recover(session, "line", "me")) == 2
    assert statuses(database) == {
        "reply of dead": "waiting",
        "broadcast of dead": "unknown",
        "reply of alive": "sending",
        "broadcast of alive": "sending",
    }


def test_what_was_taken_over_meanwhile_is_not_settled_by_its_first_sender(database: Database, chats: list[int]) -> None:
    put(database, chats[0], "r")
    row = database.write_now(lambda session: claim(session, "line", "slow", PLENTY)[0])
    old = Outcome(row.outbox_id, row.chat_id, row.attempt, "failed", error="too late")
    database.write_now(lambda session: recover(session, "line", "me"))
    assert claimed(database) == ["r"]
    database.write_now(lambda session: settle(session, [old]))
    assert statuses(database) == {"r": "sending"}


async def test_one_program_leads_until_it_falls_silent(database: Database) -> None:
    if database.is_sqlite:
        return  # SQLite has one process
    one, two = Replica(database), Replica(database)
    await one.renew()
    await two.renew()
    assert (one.leads, two.leads) == (True, False)
    assert two.live == {one.id, two.id}

    def silence(session: Session) -> None:
        for lease in session.exec(select(Lease).where(Lease.holder == one.id)):
            lease.expires_at = utc_now() - timedelta(seconds=1)

    database.write_now(silence)
    await two.renew()
    assert two.leads and two.live == {two.id}
    await two.stop()
    await one.renew()
    assert one.leads


async def test_on_one_computer_a_new_start_leads_at_once(sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    await Replica(database).renew()
    again = Replica(database)
    await again.renew()
    assert again.leads and again.live == {again.id}
    database.close()


def test_a_lease_is_held_by_one_and_ends_by_itself(database: Database) -> None:
    now = utc_now()

    def take(holder: str, seconds: float = 0.0) -> bool:
        moment = now + timedelta(seconds=seconds)
        return database.write_now(lambda session: hold(session, "schedules", holder, moment))

    assert take("a") and not take("b") and take("a", 1)
    assert not take("b", LEASE_SECONDS)
    assert take("b", LEASE_SECONDS + 1.5)
    assert database.read_now(lambda session: live_replicas(session, now)) == set()
