"""What the pages of the staff site share."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from sqlmodel import Session

from bot.accounts import Accounts
from bot.alerts import Alert
from bot.channels.account import kind_of, ward_of
from bot.conversation.linking import channel_name
from bot.doctor import Finding
from bot.indicators.export import shown
from bot.material import Material
from bot.settings import Settings
from bot.staff.access import (
    ACCOUNT,
    EDITORS,
    EXPORTERS,
    FORM_COOKIE,
    MEMBERSHIP,
    READERS,
    WARD,
    cookie_of,
    put_cookie,
)
from bot.staff.accounts import Role
from bot.staff.kept import Kept
from bot.staff.menu import menu_of
from bot.store.database import Database
from bot.store.duplicates import Suggestion
from bot.store.tables import AuditEntry, utc_now
from knowledge.encoder import Encoder
from knowledge.yaml_loader import load_yaml
from lessons.progress import VIETNAM, local_day

ALERTS: web.AppKey[Callable[[], Sequence[Alert]]] = web.AppKey(
    "alerts"
)  # what an administrator must know at this moment
ACCOUNTS: web.AppKey[Accounts] = web.AppKey("accounts")  # the accounts on messaging platforms
# What the running program finds when it looks at itself, as bdhvs doctor does; and a backup made at once.
FINDINGS: web.AppKey[Callable[[], Awaitable[Sequence[Finding]]]] = web.AppKey("findings")
BACK_UP: web.AppKey[Callable[[], Awaitable[str]]] = web.AppKey("back_up")
TEXTS_FILE = Path(__file__).parent / "vi.yaml"


@cache
def staff_texts() -> dict[str, str]:
    """Messages of the staff site by key; the templates hold the rest of its Vietnamese."""
    loaded: dict[str, str] = load_yaml(TEXTS_FILE.read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True, slots=True)
class Context:
    """Settings, store and material, handed to every page."""

    settings: Settings
    database: Database
    material: Material
    encoder: Encoder
    answers_changed: Callable[[], None] = field(repr=False)
    # Argon2 takes memory on purpose: two at a time are enough for a ward and cannot exhaust its PC.
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2), repr=False)

    # Looked for by the page of duplicates and counted by the overview: once for both.
    pairs: Kept[list[Suggestion]] = field(default_factory=Kept, repr=False)

    def public_base(self, request: web.Request) -> str:
        """The address residents use: the setting, or what the browser used."""
        return self.settings.public_url or str(request.url.origin())


def page(request: web.Request, template: str, values: dict[str, Any] | None = None, status: int = 200) -> web.Response:
    """Render a page with what every page shows: account, ward, messages."""
    account, ward = request.get(ACCOUNT), request.get(WARD)
    membership = request.get(MEMBERSHIP)
    form_token = account.csrf if account else cookie_of(request, FORM_COOKIE) or secrets.token_urlsafe(32)
    given = {
        "account": account,
        "ward": ward,
        "reads": membership is not None and membership.role in READERS,
        "exports": membership is not None and membership.role in EXPORTERS,
        "may_edit": membership is not None and membership.role in EDITORS,
        "may_see_all": membership is not None and membership.only_group is None,
        "administers": membership is not None and membership.role is Role.ADMINISTRATOR,
        "menu": [] if membership is None else menu_of(membership.role),
        "csrf": form_token,
        "texts": staff_texts(),
        "notice": staff_texts().get(request.query.get("done", "")),
        "problem": None,
        "alerts": _alerts(request),
        **(values or {}),
    }
    response: web.Response = aiohttp_jinja2.render_template(template, request, given, status=status)
    if account is None:
        put_cookie(request, response, FORM_COOKIE, form_token, None)
    return response


def worded_moment(moment: date | datetime) -> str:
    """A day, or the day in Vietnam of a moment, as dd/mm/yyyy."""
    return (local_day(moment) if isinstance(moment, datetime) else moment).strftime("%d/%m/%Y")


def worded_time(moment: datetime) -> str:
    """A moment as it was in Vietnam: dd/mm/yyyy hh:mm."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def worded_clock(moment: datetime) -> str:
    """A moment as the clock and the day in Vietnam."""
    return moment.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")


def day_of(written: str) -> date | None:
    """The day a form's date field holds (yyyy-mm-dd); None when it is empty. Raises ValueError for anything else."""
    return date.fromisoformat(written) if written else None


def worded_alert(alert: Alert) -> str:
    """One alert in Vietnamese; what an operator is to do stays as the program says it."""
    channel = staff_texts().get(f"channel_{kind_of(alert.channel)}") or channel_name(alert.channel)
    if ward_of(alert.channel) is not None:
        channel = staff_texts()["channel_own"].format(channel=channel)
    return staff_texts()[f"alert_{alert.kind}"].format(
        channel=channel, text=alert.text, used=shown(alert.used), most=shown(alert.most)
    )


def _alerts(request: web.Request) -> list[str]:
    """Alerts in words for the ward's administrators."""
    membership, current = request.get(MEMBERSHIP), request.app.get(ALERTS)
    if current is None or membership is None or membership.role is not Role.ADMINISTRATOR:
        return []
    return [worded_alert(alert) for alert in current() if ward_of(alert.channel) in (None, membership.ward_code)]


def see_other(path: str) -> web.Response:
    """Send the browser on; unlike an exception it may carry a cookie."""
    return web.Response(status=303, headers={"Location": path})


def back_to(request: web.Request, name: str, done: str) -> web.HTTPSeeOther:
    """To be raised when a form of a ward is done: its page shows the message ``done``."""
    return web.HTTPSeeOther(f"/staff/w/{request[WARD].code}/{name}?done={done}")


class FormProblemError(ValueError):
    """A field is wrong; the message is the key of the text that says how to mend it."""


async def form_of(request: web.Request) -> dict[str, str]:
    """The text fields of a form, without control characters."""
    posted = await request.post()
    return {
        name: "".join(letter for letter in value if letter.isprintable() or letter == "\n").strip()
        for name, value in posted.items()
        if isinstance(value, str)
    }


async def secret_of(request: web.Request, name: str) -> str:
    """A password field exactly as it was typed."""
    value = (await request.post()).get(name, "")
    return value if isinstance(value, str) else ""


async def uploaded(request: web.Request, name: str) -> tuple[str, bytes] | None:
    """A file field's name, without a folder, and content; None when no file was chosen."""
    posted = (await request.post()).get(name)
    if not isinstance(posted, web.FileField):
        return None
    content = await asyncio.to_thread(posted.file.read)
    posted.file.close()
    plain = "".join(letter for letter in posted.filename if letter.isprintable())
    file_name = plain.replace("\\", "/").rsplit("/", 1)[-1]
    return (file_name, content) if file_name and content else None


def audit(session: Session, request: web.Request, action: str, detail: str = "", staff_id: int | None = None) -> None:
    """Write down who did what; ``staff_id`` where nobody is signed in yet."""
    account, ward = request.get(ACCOUNT), request.get(WARD)
    session.add(
        AuditEntry(
            at=utc_now(),
            ward_code=ward.code if ward else None,
            staff_id=account.staff_id if account else staff_id,
            action=action,
            detail=detail,
        )
    )
