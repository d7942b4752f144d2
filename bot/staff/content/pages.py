"""Pages of the material: the list, one item with its history, the form, the preview, approval, conflicts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel import Session

from bot.conversation.typed import plain
from bot.editing import EditedMaterial, overlaid
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.approval import decides_alone, require_second, start_of
from bot.staff.content import items, new, state
from bot.staff.content.checks import Finding, check
from bot.staff.content.diff import changes
from bot.staff.content.preview import Screen, preview
from bot.staff.context import Context, FormProblemError, audit, form_of, page, staff_texts
from bot.store import material_edits
from bot.store.naming import natural_key
from bot.store.tables import MaterialEdit, utc_now
from knowledge.facts import MaterialError
from lessons.catalogue import Catalogue
from lessons.material_source import NO_BASE, Edit, item_hash
from lessons.progress import local_day

BODY_LIMIT = 40_000  # characters of one text; the longest lesson delivered has 9,000
FORM_LIMIT = 400 * 1024  # bytes of its form: a Vietnamese letter may take nine when it is sent
WHY_LIMIT = 200


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = ContentPages(context)
    one = "/w/{ward}/content/{kind:lessons|guides|facts}/{item:[a-z0-9-]+}"
    return [
        StaffRoute("GET", "/w/{ward}/content", pages.all, WARD_EDITORS),
        StaffRoute("GET", "/w/{ward}/content/new", pages.new, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/content/new", pages.begin, WARD_EDITORS),
        StaffRoute("GET", one, pages.item, WARD_EDITORS),
        StaffRoute("GET", f"{one}/edit", pages.form, WARD_EDITORS),
        StaffRoute("POST", f"{one}/edit", pages.save, WARD_EDITORS, FORM_LIMIT),
        StaffRoute("POST", f"{one}/preview", pages.preview, WARD_EDITORS, FORM_LIMIT),
        StaffRoute("POST", f"{one}/approve", pages.approve, WARD_EDITORS),
        StaffRoute("POST", f"{one}/drop", pages.drop, WARD_EDITORS),
        StaffRoute("POST", f"{one}/undo", pages.undo, WARD_EDITORS),
        StaffRoute("POST", f"{one}/keep", pages.keep, WARD_EDITORS),
    ]


class ContentPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    @property
    def _catalogue(self) -> Catalogue:
        """Of this moment: edits put another in its place."""
        return self._context.material.catalogue

    async def all(self, request: web.Request) -> web.Response:
        """What waits for a decision, and every item of a kind."""
        kind = request.query.get("kind", items.LESSONS)
        kind = kind if kind in items.KINDS else items.LESSONS
        asked = " ".join(request.query.get("q", "").split())[:100]
        settings, catalogue, now = self._context.settings, self._catalogue, utc_now()

        def unit(session: Session) -> tuple[state.Open, EditedMaterial]:
            return state.what_is_open(session, settings, now), state.source_of(session, settings, now)

        waiting, source = await self._database.read(unit)
        found = await asyncio.to_thread(items.items_of, kind, source, catalogue)
        if kind != items.LESSONS:
            found.sort(key=lambda one: natural_key(one.title))
        if asked:
            found = [one for one in found if plain(asked) in plain(f"{one.title} {one.id}")]
        values = {
            "kinds": items.KINDS,
            "kind": kind,
            "asked": asked,
            "items": found,
            "edited": frozenset(source.live),
            "drafts": [(row, *items.place_of(row.item, catalogue)) for row in waiting.drafts],
            "scheduled": [(row, *items.place_of(row.item, catalogue)) for row in waiting.scheduled],
            "conflicts": [(one, *items.place_of(one.edit.item, catalogue)) for one in waiting.conflicts],
        }
        return page(request, "content.html", values)

    async def item(self, request: web.Request) -> web.Response:
        """One item: what waits, what conflicts, what was."""
        return await self._item_page(request)

    async def new(self, request: web.Request) -> web.Response:
        """What a new item is called, and where it belongs."""
        return self._new_page(request, {"kind": request.query.get("kind", "")})

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """On to the form of a new item; nothing is kept yet."""
        form, catalogue = await form_of(request), self._catalogue
        title = " ".join(form.get("title", "").split())
        wanted = new.Wanted(form.get("kind", ""), title, form.get("course", ""))
        identifier = new.identifier(wanted, catalogue) if wanted.kind in items.KINDS else ""
        if not identifier or len(title) > new.TITLE_LIMIT:
            return self._new_page(request, form, "content_new_title")
        name = items.item_name(wanted.kind, identifier, catalogue) or ""
        settings, now = self._context.settings, utc_now()
        item = items.Item(wanted.kind, identifier, name, title)
        if await self._database.read(lambda session: state.standing(session, settings, item, now)):
            return self._new_page(request, form, "content_new_taken")
        place = f"/staff/w/{request[WARD].code}/content/{wanted.kind}/{identifier}/edit"
        raise web.HTTPSeeOther(f"{place}?{urlencode({'title': title})}")

    async def form(self, request: web.Request) -> web.Response:
        """The form, filled with what is in force, with the version the address names, or with a new item's frame."""
        title = " ".join(request.query.get("title", "").split())[: new.TITLE_LIMIT]
        found = await self._standing(request, may_be_new=bool(title))
        body = found.body_of(request.query.get("from", ""))
        if not body:
            body = new.beginning_of(found.item.kind, found.item.id, title or found.item.id, local_day(utc_now()))
        elif found.item.kind == items.LESSONS and "question" in request.query:
            body = new.with_question(body)
        return self._form_page(request, found, {"body": body})

    async def save(self, request: web.Request) -> web.StreamResponse:
        """Check what was typed; keep it as a draft when the readers accept it."""
        form, found = await form_of(request), await self._standing(request, may_be_new=True)
        try:
            body = _body(form, found)
        except FormProblemError as problem:
            return self._form_page(request, found, form, problem=str(problem))
        findings = new.unfilled(body) or await asyncio.to_thread(check, found.item, await self._with(found, body))
        if findings:
            return self._form_page(request, found, form, findings)
        account, now = request[ACCOUNT], utc_now()
        edit = Edit(
            0, found.item.name, item_hash(found.shipped) if found.shipped else NO_BASE, body, account.name, None, now
        )

        def unit(session: Session) -> int:
            for row in material_edits.history(session, found.item.name):
                if row.withdrawn_at is None and (row.approver is None or row.effective_from > now):
                    material_edits.withdraw(session, row.id or 0)
            number = material_edits.add(session, edit, account.staff_id, form.get("why", "")[:WHY_LIMIT])
            audit(session, request, "content_draft", f"{number}: {found.item.name}")
            return number

        await self._database.write(unit)
        raise self._back(request, "content_drafted")

    async def preview(self, request: web.Request) -> web.Response:
        """What was typed, or the version that waits, as each channel shows it; nothing is kept."""
        form, found = await form_of(request), await self._standing(request, may_be_new=True)
        try:
            typed = {**form, "body": form.get("body") or found.body_of(form.get("version", ""))}
            body = _body(typed, found, may_be_same=True)
        except FormProblemError as problem:
            return self._form_page(request, found, form, problem=str(problem))
        source = await self._with(found, body)
        try:
            shown: list[Screen] = await asyncio.to_thread(preview, found.item, source, self._context.material.wards)
        except MaterialError:
            findings = await asyncio.to_thread(check, found.item, source)
            return self._form_page(request, found, typed, findings)
        return page(
            request,
            "content_preview.html",
            {"standing": found, "screens": shown, "typed": typed if body != found.text else {}},
        )

    async def approve(self, request: web.Request) -> web.StreamResponse:
        """A second person lets the draft come into force, at once or on a day."""
        form, account, now = await form_of(request), request[ACCOUNT], utc_now()
        try:
            start = start_of(form.get("from_day", ""), now)
        except FormProblemError as problem:
            return await self._item_page(request, str(problem))

        def unit(session: Session, row: MaterialEdit) -> None:
            require_second(session, self._context.settings, row, account.staff_id)
            material_edits.approve(session, row.id or 0, account.name, start, account.staff_id)

        return await self._decide(request, form, unit, "approve")

    async def drop(self, request: web.Request) -> web.StreamResponse:
        """Put a draft, or an approved edit whose day has not come, aside."""

        def unit(session: Session, row: MaterialEdit) -> None:
            if row.approver is not None and row.effective_from <= utc_now():
                raise FormProblemError("content_gone")
            material_edits.withdraw(session, row.id or 0)

        return await self._decide(request, await form_of(request), unit, "drop")

    async def undo(self, request: web.Request) -> web.StreamResponse:
        """Take the edit in force back: what was before it is in force again."""

        def unit(session: Session, row: MaterialEdit) -> None:
            material_edits.withdraw(session, row.id or 0)

        return await self._decide(request, await form_of(request), unit, "undo")

    async def keep(self, request: web.Request) -> web.StreamResponse:
        """An update changed what lies below the edit in force: the edit stays, the update is not asked about again."""
        found = await self._standing(request)

        def unit(_session: Session, row: MaterialEdit) -> None:
            row.base_hash = item_hash(found.shipped) if found.shipped else NO_BASE

        return await self._decide(request, await form_of(request), unit, "keep")

    async def _decide(
        self, request: web.Request, form: dict[str, str], act: Callable[[Session, MaterialEdit], None], what: str
    ) -> web.StreamResponse:
        """Do something with the edit the form names, when it is one of this item and was not withdrawn."""
        name = self._item(request).name

        def unit(session: Session) -> None:
            number = form.get("edit", "")
            rows = {str(row.id): row for row in material_edits.history(session, name)}
            row = rows.get(number)
            if row is None or row.withdrawn_at is not None:
                raise FormProblemError("content_gone")
            act(session, row)
            audit(session, request, f"content_{what}", f"{number}: {name}")

        try:
            await self._database.write(unit)
        except FormProblemError as problem:
            return await self._item_page(request, str(problem))
        raise self._back(request, f"content_{what}")

    def _item(self, request: web.Request) -> items.Item:
        kind, identifier = request.match_info["kind"], request.match_info["item"]
        name = items.item_name(kind, identifier, self._catalogue)
        if name is None:
            raise web.HTTPNotFound
        lesson = self._catalogue.lesson(identifier) if kind == items.LESSONS else None
        return items.Item(kind, identifier, name, lesson.title if lesson else identifier)

    async def _standing(self, request: web.Request, may_be_new: bool = False) -> state.Standing:
        item, settings, now = self._item(request), self._context.settings, utc_now()
        found = await self._database.read(lambda session: state.standing(session, settings, item, now))
        if found is None and may_be_new:
            found = state.Standing(item, "", "", (), None)
        if found is None:
            raise web.HTTPNotFound
        written = found.text or (found.waiting.body if found.waiting else "")
        return replace(found, item=items.titled(item, written))

    async def _with(self, found: state.Standing, body: str) -> EditedMaterial:
        """The material as it would be with this text."""
        edits, now = await self._database.read(material_edits.edits), utc_now()
        number = max((one.number for one in edits), default=0) + 1
        draft = Edit(number, found.item.name, NO_BASE, body, "draft", "draft", now)
        return overlaid(self._context.settings, [*edits, draft], now)

    async def _item_page(self, request: web.Request, problem: str | None = None) -> web.Response:
        found, account, settings = await self._standing(request), request[ACCOUNT], self._context.settings
        waiting = found.waiting
        alone = await self._database.read(lambda session: decides_alone(session, settings, account.staff_id))
        values = {
            "standing": found,
            "mine": waiting is not None and waiting.author_id == account.staff_id and not alone,
            "against_shipped": changes(found.shipped, found.text) if found.live else [],
            "today": local_day(utc_now()).isoformat(),
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "content_item.html", values, status=400 if problem else 200)

    def _new_page(self, request: web.Request, typed: dict[str, str], problem: str | None = None) -> web.Response:
        values = {
            "kinds": items.KINDS,
            "courses": [course for course in self._catalogue.courses if course.lessons],
            "typed": typed,
            "limit": new.TITLE_LIMIT,
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "content_new.html", values, status=400 if problem else 200)

    def _form_page(
        self,
        request: web.Request,
        found: state.Standing,
        typed: dict[str, str],
        findings: list[Finding] | None = None,
        problem: str | None = None,
    ) -> web.Response:
        values: dict[str, Any] = {
            "standing": found,
            "typed": typed,
            "findings": findings or [],
            "limit": BODY_LIMIT,
            "why_limit": WHY_LIMIT,
            "rows": min(max(typed.get("body", "").count("\n") + 3, 8), 40),
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "content_form.html", values, status=400 if findings or problem else 200)

    def _back(self, request: web.Request, done: str) -> web.HTTPSeeOther:
        place = f"{request.match_info['kind']}/{request.match_info['item']}"
        return web.HTTPSeeOther(f"/staff/w/{request[WARD].code}/content/{place}?done={done}")


def _body(form: dict[str, str], found: state.Standing, may_be_same: bool = False) -> str:
    """The text of a form. Raises FormProblemError."""
    body = form.get("body", "")
    if not body or len(body) > BODY_LIMIT:
        raise FormProblemError("content_length")
    body = f"{body}\n"
    if body == found.text and not may_be_same:
        raise FormProblemError("content_same")
    return body
