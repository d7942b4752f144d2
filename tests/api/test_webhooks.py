"""Webhooks: signed as Standard Webhooks say, tried again later, a secret changed without a gap."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlmodel import Session, select

from bot.api.sending import WebhookSender
from bot.indicators.daily import bring_up
from bot.jobs.figures import Figures
from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.tables import WebhookDelivery, WebhookSecret
from bot.store.webhooks import (
    BACKOFF,
    FIGURES_READY,
    HELD,
    KEEP,
    REPORT_FROZEN,
    ROTATION,
    add_webhook,
    announce,
    end_webhook,
    forget_deliveries,
    is_good_url,
    rotate_secret,
    send_again,
    signature,
    take_due,
)
from tests.support.staff_browser import Browser

NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{40,}")


@dataclass
class Receiver:
    """The other system: keeps what comes and answers as it is told."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), (await request.read()).decode()))
        return web.Response(status=self.status, headers={"Location": self.url})


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/hook", receiver.take)
    async with TestServer(application) as server:
        receiver.url = str(server.make_url("/hook"))
        yield receiver


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def hook(database: Database, url: str) -> tuple[str, str]:
    """A webhook: its code and secret."""

    def unit(session: Session) -> tuple[str, str]:
        secret = add_webhook(session, "hung-dao", url, [REPORT_FROZEN], "Lan", NOON)
        session.flush()
        return session.exec(select(WebhookSecret)).one().webhook, secret

    return database.write_now(unit)


def tell(database: Database) -> int:
    return database.write_now(lambda session: announce(session, "hung-dao", REPORT_FROZEN, {"id": 7}, NOON))


def delivery(database: Database) -> WebhookDelivery:
    return database.read_now(lambda session: session.exec(select(WebhookDelivery)).one())


def verified(secret: str, headers: dict[str, str], body: str) -> bool:
    """As the receiver checks it, written from the standard and not from our code."""
    lower = {name.lower(): value for name, value in headers.items()}
    signed = f"{lower['webhook-id']}.{lower['webhook-timestamp']}.{body}".encode()
    key = base64.b64decode(secret[len("whsec_") :])
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return f"v1,{expected}" in lower["webhook-signature"].split(" ")


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """https://github.com/standard-webhooks/standard-webhooks: the example of the reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = '{"test": 2432232314}'
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_an_event_arrives_once_signed_and_with_its_time(database: Database, receiver: Receiver) -> None:
    code, secret = hook(database, receiver.url)
    assert tell(database) == 1
    sender = WebhookSender(database, Clock())
    assert [await sender.step(), await sender.step()] == [1, 0]
    ((headers, body),) = receiver.got
    assert verified(secret, headers, body) and not verified(secret, headers, body + " ")
    assert json.loads(body) == {"type": REPORT_FROZEN, "timestamp": "2026-11-21T05:00:00+00:00", "data": {"id": 7}}
    row = delivery(database)
    assert (row.status, row.tries, row.answer, row.webhook) == ("sent", 1, "200", code)


async def test_a_failure_is_tried_again_later_and_given_up_at_the_end(database: Database, receiver: Receiver) -> None:
    hook(database, receiver.url)
    tell(database)
    clock, receiver.status = Clock(), 302
    sender = WebhookSender(database, clock)
    for wait in BACKOFF:
        assert await sender.step() == 1
        clock.now += wait - timedelta(seconds=1)
        assert await sender.step() == 0
        clock.now += timedelta(seconds=1)
    assert await sender.step() == 1
    row = delivery(database)
    assert (row.status, row.tries, row.answer) == ("failed", len(BACKOFF) + 1, "302")
    assert len(receiver.got) == len(BACKOFF) + 1, "a redirect is not followed"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1, "one event, told apart by the receiver"
    receiver.status = 204

    def again(session: Session) -> None:
        send_again(session, session.exec(select(WebhookDelivery)).one(), clock.now)

    database.write_now(again)
    assert await sender.step() == 1 and delivery(database).status == "sent"


async def test_an_address_that_is_not_there_stops_nothing(database: Database) -> None:
    hook(database, "http://127.0.0.1:9/hook")
    tell(database)
    await WebhookSender(database, Clock()).step()
    row = delivery(database)
    assert (row.status, row.tries) == ("waiting", 1) and "Connect" in row.answer


def test_what_a_stopped_program_had_taken_is_taken_again(database: Database) -> None:
    hook(database, "https://example.org/hook")
    tell(database)
    counts = [
        database.write_now(lambda session, at=at: len(take_due(session, at)))
        for at in (NOON, NOON + HELD - timedelta(seconds=1), NOON + HELD)
    ]
    assert counts == [1, 0, 1]


async def test_both_secrets_sign_for_a_day_after_a_change(database: Database, receiver: Receiver) -> None:
    code, old = hook(database, receiver.url)
    new = database.write_now(lambda session: rotate_secret(session, code, NOON))
    clock = Clock()
    sender = WebhookSender(database, clock)
    for at, still in ((NOON, True), (NOON + ROTATION, False)):
        clock.now = at
        tell(database)
        await sender.step()
        headers, body = receiver.got[-1]
        assert verified(new, headers, body) and verified(old, headers, body) is still


def test_an_ended_webhook_is_told_nothing_and_old_deliveries_go(database: Database) -> None:
    code, _ = hook(database, "https://example.org/hook")
    tell(database)
    database.write_now(lambda session: end_webhook(session, code, NOON))
    assert tell(database) == 0 and delivery(database).answer == "ended"
    assert database.read_now(lambda session: session.exec(select(WebhookSecret)).all()) == []
    database.write_now(lambda session: forget_deliveries(session, NOON + KEEP + timedelta(days=1)))
    assert database.read_now(lambda session: session.exec(select(WebhookDelivery)).all()) == []


async def test_the_figures_of_a_day_are_told_once_they_are_made_at_night(database: Database) -> None:
    database.write_now(
        lambda session: add_webhook(session, "hung-dao", "https://x.example", [FIGURES_READY], "Lan", NOON)
    )
    job = Figures(database)
    for hours in (0, 1, 15, 16):  # noon, then past two at night
        await job.step(NOON + timedelta(hours=hours))
    await bring_up(database, "hung-dao", NOON + timedelta(hours=17))
    bodies = database.read_now(lambda session: [json.loads(row.body) for row in session.exec(select(WebhookDelivery))])
    days = sorted(body["data"]["day"] for body in bodies)
    assert days == ["2026-11-20", "2026-11-21"] and {body["data"]["ward"] for body in bodies} == {"hung-dao"}


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://ioc.haiphong.example/hook", True),
        ("http://127.0.0.1:8080/hook", True),
        ("http://ioc.haiphong.example/hook", False),
        ("https://lan:mat-khau@ioc.example/", False),
        ("ftp://ioc.example/", False),
        ("https://", False),
        ("https://[::1", False),
        ("https://a:99999/", False),
        ("https://a/" + "x" * 500, False),
    ],
)
def test_only_safe_addresses_are_taken(url: str, good: bool) -> None:
    assert is_good_url(url) is good


async def test_freezing_a_report_tells_the_webhooks_of_the_ward(browser: Browser, receiver: Receiver) -> None:
    browser.house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    await browser.sign_in("lan")
    page, year = "/staff/w/hung-dao/systems", f"/staff/w/hung-dao/reports/{datetime.now(UTC).year}"
    _, shown = await browser.submit(page, f"{page}/webhooks", url=receiver.url, event=REPORT_FROZEN)
    secret = SECRET.search(shown)
    assert secret and SECRET.search((await browser.get(page))[1]) is None
    _, draft = await browser.get(year)
    areas = dict(re.findall(r'<textarea id="b-(\w+)"[^>]*>([^<]*)</textarea>', draft))
    await browser.submit(year, f"{year}/freeze", **{name: text.replace("[", "") for name, text in areas.items()})
    await browser.house.application.webhooks.step()
    headers, body = receiver.got[0]
    data = json.loads(body)["data"]
    assert verified(secret[0], headers, body) and data["ward"] == "hung-dao" and len(data["sha256"]) == 64
    _, shown = await browser.get(page)
    assert "đã gửi (200)" in shown and receiver.url in shown
    assert (await browser.submit(page, f"{page}/webhooks", url="http://x.example", event=REPORT_FROZEN))[0] == 400
