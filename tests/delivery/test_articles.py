"""An Official Account's article leaves once, when its broadcast begins, and staff see what came of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.channels.base import AmbiguousError, ChannelError, PermanentError, RetryAfterError, TemporaryError
from bot.delivery.articles import Articles
from bot.store.database import Database
from bot.store.tables import Broadcast

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Account:
    """An account that refuses as told, then takes."""

    def __init__(self, *refusals: ChannelError) -> None:
        self.refusals = list(refusals)
        self.taken: list[str] = []

    async def send(self, article: str) -> str:
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append(article)
        return "m1"


def planned(database: Database, status: str, article_status: str = "waiting") -> None:
    row = Broadcast(
        id=1, ward_code="hung-dao", body={"text": "x"}, audience={}, author="Mai", status=status, start_at=MORNING,
        article_id="bd5ea46b", article_status=article_status,
    )  # fmt: skip
    database.write_now(lambda session: session.add(row))


def state(database: Database) -> tuple[str | None, str | None]:
    row = database.read_now(lambda session: session.get_one(Broadcast, 1))
    return row.article_status, row.article_error


@pytest.mark.parametrize("status", ["draft", "second", "scheduled", "paused", "cancelled"])
async def test_it_waits_for_the_broadcast(database: Database, status: str) -> None:
    planned(database, status)
    account = Account()
    await Articles(database, account.send).step()
    assert (account.taken, state(database)) == ([], ("waiting", None))


async def test_it_leaves_once(database: Database) -> None:
    planned(database, "running")
    account = Account()
    articles = Articles(database, account.send)
    for _ in range(3):
        await articles.step()
    assert (account.taken, state(database)) == (["bd5ea46b"], ("sent", None))


@pytest.mark.parametrize(
    ("refusal", "after"),
    [
        (PermanentError("wrong parameters (-201)"), ("failed", "wrong parameters (-201)")),
        (AmbiguousError("no answer"), ("unknown", "no answer")),
        (TemporaryError("cannot be reached"), ("waiting", "cannot be reached")),
        (RetryAfterError(60), ("waiting", None)),
    ],
)
async def test_what_came_of_it_is_kept(
    database: Database, refusal: ChannelError, after: tuple[str, str | None]
) -> None:
    planned(database, "done")
    account = Account(refusal)
    articles = Articles(database, account.send)
    for _ in range(2):
        await articles.step()
    assert (account.taken, state(database)) == ([], after)


async def test_one_in_hand_at_a_crash_is_not_sent_again(database: Database) -> None:
    planned(database, "running", "sending")
    account = Account()
    await Articles(database, account.send).step()
    assert (account.taken, state(database)) == ([], ("unknown", None))
