"""What did not arrive: messages the bot could not answer, notices that wait or failed, and whom a broadcast misses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from bot.conversation.linking import channel_name
from bot.conversation.masking import mask
from bot.delivery.notices import HELD
from bot.delivery.reach import Audience, Why, reach
from bot.jobs.retention import NOTICE_DAYS
from bot.staff.access import WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, back_to, page, staff_texts
from bot.staff.kept import Kept
from bot.store.naming import natural_key
from bot.store.tables import Chat, Inbox, Outbox, Person, ResidentialGroup, utc_now

SET_ASIDE_SHOWN = 100  # messages on the page, oldest first: more in a day is a fault to be mended, not a list to read
TEXT_SHOWN = 300  # characters of each
# What platforms and bot/channels/*_client.py say when they refuse a person for good, by the text staff read.
REASONS = (
    ("reason_gone", ("blocked", "deactivated", "chat not found", "does not follow", "locked or unused")),
    ("reason_window", ("wrote nothing",)),
    ("reason_quota", ("as many messages as allowed", "retry_after", "quota")),
    ("reason_account", ("type of account", "plan lacks", "not authenticated", "cannot pay", "Business Account")),
)


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = UndeliveredPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/undelivered", pages.all, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/undelivered/{message:[0-9]+}/again", pages.again, WARD_EDITORS),
    ]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that failed again and again; ``text`` is masked, None once it was blanked."""

    number: int
    channel: str
    at: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class GroupReach:
    """How many of a group a broadcast reaches now, and the others by reason."""

    name: str
    people: int
    reached: int
    out: Counter[Why]


def worded_reason(error: str | None) -> str:
    """Why a message failed, for staff; what is not known is quoted for the administrator."""
    said = (error or "").lower()
    for key, words in REASONS:
        if any(word.lower() in said for word in words):
            return staff_texts()[key]
    return staff_texts()["reason_other"].format(text=error or "?")


class UndeliveredPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._reach: Kept[tuple[datetime, Sequence[GroupReach]]] = Kept()

    async def all(self, request: web.Request) -> web.Response:
        """All three lists."""
        code, now = request[WARD].code, utc_now()
        counted = await self._reach.get(
            code, now, lambda: self._database.read(lambda session: (now, reach_by_group(session, code, now)))
        )
        values = await self._database.read(lambda session: _shown(session, code, now))
        return page(request, "undelivered.html", {**values, "groups": counted[1], "counted_at": counted[0]})

    async def again(self, request: web.Request) -> web.StreamResponse:
        """Let the bot answer a message that was set aside once more."""
        ward, number = request[WARD], int(request.match_info["message"])

        def unit(session: Session) -> bool:
            row = session.exec(select(Inbox).where(Inbox.id == number).with_for_update()).first()
            chat = None if row is None else session.get(Chat, row.chat_id)
            if row is None or chat is None or row.status != "poison" or chat.ward_code not in (None, ward.code):
                raise web.HTTPNotFound
            if not row.body:
                return False
            row.status, row.tries, row.done_at = "new", 0, None
            audit(session, request, "message_again", str(number))
            return True

        done = await self._database.write(unit)
        raise back_to(request, "undelivered", "message_again" if done else "message_gone")


def _shown(session: Session, ward_code: str, now: datetime) -> dict[str, Any]:
    return {
        "set_aside": set_aside(session, ward_code),
        "notices": notices_not_delivered(session, ward_code, now),
        "notice_days": NOTICE_DAYS,
        "reasons": {why.value: staff_texts()[f"why_{why.value}"] for why in Why},
    }


def set_aside(session: Session, ward_code: str) -> list[SetAside]:
    """Messages to the bot that it could not handle; those of residents without a ward are every ward's."""
    rows = session.exec(
        select(Inbox)
        .join(Chat, col(Chat.id) == col(Inbox.chat_id))
        .where(Inbox.status == "poison", or_(col(Chat.ward_code) == ward_code, col(Chat.ward_code).is_(None)))
        .order_by(col(Inbox.id))
        .limit(SET_ASIDE_SHOWN)
    ).all()
    return [
        SetAside(
            row.id or 0,
            channel_name(row.channel),
            row.received_at,
            mask(str(row.body.get("text", ""))).text[:TEXT_SHOWN] if row.body else None,
        )
        for row in rows
    ]


def notices_not_delivered(session: Session, ward_code: str, now: datetime) -> list[tuple[str, int]]:
    """How many messages to single residents of the ward wait or failed in the last days, by reason."""
    counted = (
        select(Outbox.status, Outbox.error, func.count(col(Outbox.id)))
        .join(Chat, col(Chat.id) == col(Outbox.chat_id))
        .where(
            Chat.ward_code == ward_code,
            col(Outbox.inbox_id).is_(None),
            col(Outbox.broadcast_id).is_(None),
            col(Outbox.status).in_(("failed", "unknown", HELD)),
            col(Outbox.created_at) > now - timedelta(days=NOTICE_DAYS),
        )
        .group_by(col(Outbox.status), col(Outbox.error))
    )
    found: Counter[str] = Counter()
    for status, error, count in session.exec(counted):
        known = {HELD: "reason_held", "unknown": "reason_unknown"}.get(status)
        found[staff_texts()[known] if known else worded_reason(error)] += count
    return found.most_common()


def reach_by_group(session: Session, ward_code: str, now: datetime) -> Sequence[GroupReach]:
    """Every group of the ward in natural order, residents without one last; counts only, nobody is named."""
    found = reach(session, ward_code, Audience(), now)
    names: dict[int | None, str] = {
        row.id: row.name
        for row in session.exec(select(ResidentialGroup).where(ResidentialGroup.ward_code == ward_code))
    }
    people: Counter[int | None] = Counter()
    out: dict[int | None, Counter[Why]] = {}
    for person, group in session.exec(select(Person.id, Person.group_id).where(Person.ward_code == ward_code)):
        people[group] += 1
        if person in found.out:
            out.setdefault(group, Counter())[found.out[person]] += 1
    ordered = sorted(people, key=lambda group: (group is None, natural_key(names.get(group, ""))))
    rows = []
    for group in ordered:
        missed = out.get(group, Counter())
        name = names.get(group) or staff_texts()["no_group"]
        rows.append(GroupReach(name, people[group], people[group] - missed.total(), missed))
    return rows
