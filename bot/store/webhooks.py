"""Webhooks: addresses of other systems, what they are signed with, and the events that wait for them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlmodel import Session, col, or_, select

from bot.settings import LOOPBACK_HOSTS
from bot.store.tables import Webhook, WebhookDelivery, WebhookSecret

REPORT_FROZEN, FIGURES_READY = "report.frozen", "figures.ready"
EVENTS = (REPORT_FROZEN, FIGURES_READY)
SECRET_PREFIX = "whsec_"  # noqa: S105 - the mark of Standard Webhooks, no secret
SECRET_BYTES = 32  # within the 24 to 64 of Standard Webhooks
ROTATION = timedelta(hours=24)  # the old secret signs as long: the other system is changed within a working day
# After each failure the next try waits longer; seven of them span two days, a weekend's outage of the other side.
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60))
HELD = timedelta(minutes=2)  # a delivery taken by a program that then dies is tried again after it
KEEP = timedelta(days=30)  # what was delivered or given up is told on the page so long
URL_LIMIT = 500
AT_ONCE = 20


def is_good_url(url: str) -> bool:
    """HTTPS, or plain HTTP to this computer; no name or password in it, which would stand on the page."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or len(url) > URL_LIMIT:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK_HOSTS)


def add_webhook(session: Session, ward_code: str, url: str, events: Iterable[str], by: str, now: datetime) -> str:
    """A new webhook; its secret, which is shown once."""
    chosen = set(events)
    hook = Webhook(
        code=secrets.token_hex(16),
        ward_code=ward_code,
        url=url,
        events=[event for event in EVENTS if event in chosen],
        made_by=by,
        made_at=now,
    )
    session.add(hook)
    session.flush()
    return _add_secret(session, hook.code, now)


def rotate_secret(session: Session, code: str, now: datetime) -> str:
    """A new secret for a webhook, shown once; those in use sign too for ROTATION."""
    for row in valid_secrets(session, code, now):
        row.until = min(row.until, now + ROTATION) if row.until else now + ROTATION
    session.execute(delete(WebhookSecret).where(col(WebhookSecret.webhook) == code, col(WebhookSecret.until) <= now))
    return _add_secret(session, code, now)


def end_webhook(session: Session, code: str, now: datetime) -> None:
    """Tell an address no more; what waits for it is given up."""
    hook = session.get_one(Webhook, code)
    hook.ended_at = hook.ended_at or now
    session.execute(delete(WebhookSecret).where(col(WebhookSecret.webhook) == code))
    waiting = select(WebhookDelivery).where(WebhookDelivery.webhook == code, WebhookDelivery.status == "waiting")
    for row in session.exec(waiting):
        row.status, row.answer, row.done_at = "failed", "ended", now


def valid_secrets(session: Session, code: str, now: datetime) -> Sequence[WebhookSecret]:
    """The secrets that sign now, the newest first."""
    in_force = or_(col(WebhookSecret.until).is_(None), col(WebhookSecret.until) > now)
    return session.exec(
        select(WebhookSecret).where(WebhookSecret.webhook == code, in_force).order_by(col(WebhookSecret.made_at).desc())
    ).all()


def announce(session: Session, ward_code: str, event: str, data: dict[str, Any], now: datetime) -> int:
    """Leave an event for every webhook of the ward that wants it, in the transaction that made it; how many."""
    hooks = session.exec(select(Webhook).where(Webhook.ward_code == ward_code, col(Webhook.ended_at).is_(None))).all()
    body = json.dumps(
        {"type": event, "timestamp": now.isoformat(timespec="seconds"), "data": data},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    wanted = [hook for hook in hooks if event in hook.events]
    for hook in wanted:
        session.add(
            WebhookDelivery(
                code=secrets.token_hex(16), webhook=hook.code, event=event, body=body, created_at=now, not_before=now
            )
        )
    return len(wanted)


def signature(secret: str, code: str, at: int, body: str) -> str:
    """A signature of Standard Webhooks: ``v1,`` and the Base64 of HMAC-SHA256 over ``code.at.body``."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{code}.{at}.{body}".encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode("ascii")


def take_due(session: Session, now: datetime) -> list[tuple[WebhookDelivery, str, list[str]]]:
    """The deliveries due, with address and secrets. They are held for HELD: a crash loses none."""
    rows = session.exec(
        select(WebhookDelivery, Webhook.url)
        .join(Webhook, col(Webhook.code) == col(WebhookDelivery.webhook))
        .where(WebhookDelivery.status == "waiting", col(WebhookDelivery.not_before) <= now)
        .order_by(col(WebhookDelivery.not_before))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=WebhookDelivery)
    ).all()
    taken = []
    for row, url in rows:
        row.not_before = now + HELD
        taken.append((row, url, [one.secret for one in valid_secrets(session, row.webhook, now)]))
    return taken


def note_answer(session: Session, code: str, good: bool, answer: str, now: datetime) -> None:
    """What came of a try: sent, tried again later, or given up after the last of BACKOFF."""
    row = session.get(WebhookDelivery, code)
    if row is None or row.status != "waiting":
        return
    row.answer = answer
    if good:
        row.status, row.done_at = "sent", now
    elif row.tries >= len(BACKOFF):
        row.status, row.done_at = "failed", now
    else:
        row.not_before = now + BACKOFF[row.tries]
    row.tries += 1


def send_again(session: Session, row: WebhookDelivery, now: datetime) -> None:
    """Try a delivery that was given up once more from the start."""
    row.status, row.tries, row.not_before, row.done_at = "waiting", 0, now, None


def forget_deliveries(session: Session, now: datetime) -> None:
    """Drop what was done with long ago, and secrets that sign no more."""
    session.execute(delete(WebhookDelivery).where(col(WebhookDelivery.done_at) < now - KEEP))
    session.execute(delete(WebhookSecret).where(col(WebhookSecret.until) <= now))


def _add_secret(session: Session, code: str, now: datetime) -> str:
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")
    session.add(WebhookSecret(webhook=code, secret=secret, made_at=now))
    return secret
