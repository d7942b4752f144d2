"""Broadcasts on the staff site: write, see whom it reaches, confirm, watch, pause, cancel, read the report."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from bot.channels.account import kind_of
from bot.channels.message import Reply
from bot.channels.message_json import reply_to_json
from bot.conversation.buttons import button
from bot.conversation.payloads import Verb
from bot.delivery import broadcasts
from bot.delivery.broadcasts import SECOND_PERSON_ABOVE, TEXT_LIMIT, report, waking_hour
from bot.delivery.reach import WEEKLY_CAP, Audience, recipients
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, FormProblemError, audit, back_to, form_of, page, staff_texts
from bot.staff.setup.steps import connected
from bot.store.naming import natural_key
from bot.store.tables import Broadcast, Person, ResidentialGroup, utc_now
from lessons.progress import VIETNAM

SHOWN = 30  # broadcasts on the page, newest first
ACTIONS = ("confirm", "pause", "resume", "cancel")
LIVE = ("scheduled", "running")
ARTICLE_FORM = re.compile(r"[0-9a-zA-Z]{8,64}")  # an id as oa.zalo.me shows it


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = BroadcastPages(context)
    one = "/w/{ward}/broadcasts/{broadcast:[0-9]+}"
    return [
        StaffRoute("GET", "/w/{ward}/broadcasts", pages.all, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/broadcasts", pages.write, WARD_EDITORS),
        *(StaffRoute("POST", f"{one}/{action}", pages.act, WARD_EDITORS) for action in ACTIONS),
    ]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form asks for."""

    text: str
    audience: Audience
    start_at: datetime
    article_id: str | None


class BroadcastPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def all(self, request: web.Request) -> web.Response:
        """The form, and every broadcast with its figures."""
        return await self._page(request)

    async def write(self, request: web.Request) -> web.StreamResponse:
        """Keep a draft and show whom it reaches; nothing leaves before it is confirmed."""
        form, ward, account = await form_of(request), request[WARD], request[ACCOUNT]
        posted = await request.post()
        groups = [int(str(value)) for value in posted.getall("group", []) if str(value).isdecimal()]
        lessons = {lesson.id: lesson.title for lesson in self._context.material.catalogue.lessons}
        invited = form.get("lesson", "")
        if invited in lessons:
            said = staff_texts()["broadcast_lesson"]
            form |= {"text": said.format(ward=ward.name, lesson=lessons[invited]), "unfinished": invited}
        learn = (button("team.learn_now", Verb.LESSON, invited),) if invited in lessons else ()

        def unit(session: Session) -> None:
            draft = _read(form, groups, _groups(session, ward.code), lessons)
            found = recipients(session, ward.code, draft.audience, utc_now())
            if not found and draft.article_id is None:
                raise FormProblemError("broadcast_nobody")
            session.add(
                Broadcast(
                    ward_code=ward.code,
                    body=reply_to_json(Reply(draft.text, learn)),
                    audience=draft.audience.to_json(),
                    recipients=len(found),
                    author=account.name,
                    start_at=draft.start_at,
                    article_id=draft.article_id,
                    article_status=draft.article_id and "waiting",
                )
            )
            audit(session, request, "broadcast_write", str(len(found)))

        try:
            await self._database.write(unit)
        except FormProblemError as problem:
            return await self._page(request, str(problem))
        raise back_to(request, "broadcasts", "broadcast_written")

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Confirm, pause, resume or cancel."""
        ward, account, action = request[WARD], request[ACCOUNT], request.path.rsplit("/", 1)[1]

        def unit(session: Session) -> str:
            found = session.exec(
                select(Broadcast).where(Broadcast.id == int(request.match_info["broadcast"])).with_for_update()
            ).first()
            if found is None or found.ward_code != ward.code:
                raise web.HTTPNotFound
            if action == "confirm":
                broadcasts.confirm(session, found, account.username, utc_now())
            elif action == "pause":
                broadcasts.pause(session, found)
            elif action == "resume":
                broadcasts.resume(session, found)
            else:
                broadcasts.cancel(session, found, utc_now())
            audit(session, request, f"broadcast_{action}", str(found.id))
            return "broadcast_second" if found.status == "second" else f"broadcast_{action}"

        done = await self._database.write(unit)
        raise back_to(request, "broadcasts", done)

    async def _page(self, request: web.Request, problem: str | None = None) -> web.Response:
        code = request[WARD].code
        shown = await self._database.read(lambda session: _shown(session, code))
        catalogue = self._context.material.catalogue
        values = {
            **shown,
            "lessons": [(lesson.id, lesson.title) for lesson in catalogue.lessons],
            "limit": TEXT_LIMIT,
            "second_above": SECOND_PERSON_ABOVE,
            "cap": WEEKLY_CAP,
            "articles": any(kind_of(account) == "zalo-oa" for account in connected(request)),
            "username": request[ACCOUNT].username,
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "broadcasts.html", values, status=400 if problem else 200)


def _groups(session: Session, ward_code: str) -> list[ResidentialGroup]:
    rows = session.exec(
        select(ResidentialGroup).where(ResidentialGroup.ward_code == ward_code, col(ResidentialGroup.active).is_(True))
    ).all()
    return sorted(rows, key=lambda row: natural_key(row.name))


def _read(form: dict[str, str], groups: list[int], known: list[ResidentialGroup], lessons: Container[str]) -> Draft:
    text, lesson = form.get("text", ""), form.get("unfinished", "")
    if not text or len(text) > TEXT_LIMIT:
        raise FormProblemError("broadcast_length")
    if not set(groups) <= {row.id for row in known} or (lesson and lesson not in lessons):
        raise FormProblemError("broadcast_audience_wrong")
    start = utc_now()
    if form.get("start"):
        try:
            start = datetime.fromisoformat(form["start"]).replace(tzinfo=VIETNAM)
        except ValueError:
            raise FormProblemError("broadcast_start_wrong") from None
    bands = (form["age"],) if form.get("age") else ()
    article = form.get("article") or None
    if article is not None and not ARTICLE_FORM.fullmatch(article):
        raise FormProblemError("broadcast_article_wrong")
    return Draft(text, Audience(tuple(sorted(groups)), lesson or None, bands), start, article)


def shown_start(row: Broadcast, now: datetime) -> datetime:
    """When it leaves, or would if it were confirmed now."""
    if row.status in ("draft", "second", "scheduled"):
        return waking_hour(max(row.start_at, now))
    return row.started_at or row.start_at


def _shown(session: Session, code: str) -> dict[str, Any]:
    rows = session.exec(
        select(Broadcast).where(Broadcast.ward_code == code).order_by(col(Broadcast.id).desc()).limit(SHOWN)
    ).all()
    bands = select(Person.age_band).where(Person.ward_code == code).distinct()
    names = {row.id: row.name for row in _groups(session, code)}
    listed = []
    for row in rows:
        figures = row.report or report(session, row).to_json()
        groups = [names.get(group, "?") for group in row.audience["groups"]]
        start = shown_start(row, utc_now()).astimezone(VIETNAM)
        listed.append({"row": row, "figures": figures, "groups": groups, "start": start})
    return {
        "broadcasts": listed,
        "groups": _groups(session, code),
        "ages": sorted(band for band in session.exec(bands) if band),
        "live": any(row.status in LIVE for row in rows),
    }
