"""Importing groups and assisted learners: the template, the preview, taking in, taking back."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from bot.indicators.definitions import Definition
from bot.indicators.ward import chosen
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, page, staff_texts, uploaded
from bot.staff.groups import new_join_code
from bot.staff.imports.columns import ROW_LIMIT, TableRefusedError, problem, read, said, texts
from bot.staff.imports.figure_batches import shown_row, take_figures, undo_figures
from bot.staff.imports.figure_rows import check_figures
from bot.staff.imports.group_rows import check_groups, kind_by_name, same_name
from bot.staff.imports.roster_rows import age_bands, check_roster
from bot.staff.imports.templates import template_csv, template_xlsx
from bot.store import imports
from bot.store.naming import natural_key
from bot.store.tables import ImportBatch, utc_now
from lessons.exchange_files import FILE_LIMIT
from lessons.progress import local_day

ROWS_SHOWN = 30  # of a preview: enough to see that the columns are the right ones
PROBLEMS_KEPT = 500  # more are mended in the file at one go
BATCHES_SHOWN = 10
FORM_ROOM = 64 * 1024  # bytes of an upload's other fields
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = ImportPages(context)
    base = "/w/{ward}/import/{kind:groups|roster|figures}"
    one = base + "/{batch:[0-9]+}"
    return [
        StaffRoute("GET", base, pages.form, WARD_EDITORS),
        StaffRoute("POST", base, pages.upload, WARD_EDITORS, FILE_LIMIT + FORM_ROOM),
        StaffRoute("GET", base + "/template.{ending:xlsx|csv}", pages.template, WARD_EDITORS),
        StaffRoute("GET", one, pages.preview, WARD_EDITORS),
        StaffRoute("POST", one + "/confirm", pages.confirm, WARD_EDITORS),
        StaffRoute("POST", one + "/undo", pages.undo, WARD_EDITORS),
    ]


class ImportPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database
        # Reading a sheet of 20,000 rows takes a core for seconds: one at a time.
        self._reading = asyncio.Semaphore(1)

    async def form(self, request: web.Request) -> web.Response:
        """What can be sent in, and what was."""
        return await self._form(request)

    async def template(self, request: web.Request) -> web.Response:
        """The file to fill in."""
        kind, ending = request.match_info["kind"], request.match_info["ending"]
        body = await asyncio.to_thread(template_xlsx if ending == "xlsx" else template_csv, kind)
        headers = {
            "Content-Type": XLSX_TYPE if ending == "xlsx" else "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{texts()[kind]["file"]}.{ending}"',
        }
        return web.Response(body=body, headers=headers)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Read a file and show what it would do."""
        ward, account, kind = request[WARD], request[ACCOUNT], request.match_info["kind"]
        sent = await uploaded(request, "file")
        if sent is None:
            return await self._form(request, said("no_file"))
        name, content = sent
        try:
            async with self._reading:
                rows, told = await self._checked(kind, ward.code, name, content)
        except TableRefusedError as refused:
            return await self._form(request, str(refused))

        def unit(session: Session) -> int:
            imports.forget_previews(session, utc_now())
            batch = imports.preview(ward.code, kind, name, account.name, rows, told)
            session.add(batch)
            session.flush()
            return batch.id or 0

        batch_id = await self._database.write(unit)
        raise web.HTTPSeeOther(f"/staff/w/{ward.code}/import/{kind}/{batch_id}")

    async def _checked(
        self, kind: str, ward_code: str, name: str, content: bytes
    ) -> tuple[list[list[Any]], dict[str, list[str]]]:
        table = await asyncio.to_thread(read, kind, content, name)
        if kind == "groups":
            rows = await asyncio.to_thread(check_groups, table)
        elif kind == "figures":
            definitions, names = await self._database.read(partial(_ward_indicators, ward_code))
            rows = await asyncio.to_thread(check_figures, table, definitions, names, local_day(utc_now()))
        else:
            groups, known = await self._database.read(partial(_there, ward_code))
            rows = [
                row
                for row in await asyncio.to_thread(check_roster, table, groups)
                if (row[1], same_name(row[0])) not in known or _told_known(table.problems, row)
            ]
        table.problems.sort(key=natural_key)
        hidden = len(table.problems) - PROBLEMS_KEPT
        table.notes += [staff_texts()["import_more_problems"].format(count=hidden)] if hidden > 0 else []
        return rows, {"problems": table.problems[:PROBLEMS_KEPT], "notes": table.notes}

    async def preview(self, request: web.Request) -> web.Response:
        """What a file would do, or has done."""
        code, batch_id = request[WARD].code, int(request.match_info["batch"])
        values = await self._database.read(lambda session: _preview(session, code, batch_id))
        if values is None:
            raise web.HTTPNotFound
        return page(request, "import_preview.html", {**values, **_words(request.match_info["kind"])})

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        """Take it in, a thousand rows at a time."""
        ward, kind, batch_id = request[WARD], request.match_info["kind"], int(request.match_info["batch"])
        form = await request.post()
        batch = await self._database.read(lambda session: imports.batch_of(session, ward.code, batch_id))
        if batch is None or batch.kind != kind or batch.status == "undone" or not batch.row_count:
            raise web.HTTPNotFound
        if kind == "roster" and "agreed" not in form:
            raise web.HTTPSeeOther(f"/staff/w/{ward.code}/import/{kind}/{batch_id}?done=import_agreed_missing")
        while not (batch.next_row == batch.row_count or await self._database.write(self._step(kind, batch_id))):
            pass
        await self._database.write(lambda session: audit(session, request, f"import_{kind}", str(batch_id)))
        raise web.HTTPSeeOther(f"/staff/w/{ward.code}/import/{kind}/{batch_id}?done=import_done")

    def _step(self, kind: str, batch_id: int) -> Any:
        if kind == "groups":
            return lambda session: imports.take_groups(session, batch_id, same_name, kind_by_name, new_join_code)
        if kind == "figures":
            return lambda session: take_figures(session, batch_id, utc_now())
        return lambda session: imports.take_people(session, batch_id, same_name, utc_now())

    async def undo(self, request: web.Request) -> web.StreamResponse:
        """Take it back."""
        ward, kind, batch_id = request[WARD], request.match_info["kind"], int(request.match_info["batch"])
        batch = await self._database.read(lambda session: imports.batch_of(session, ward.code, batch_id))
        if batch is None or batch.kind != kind or batch.status != "done":
            raise web.HTTPNotFound
        if kind == "groups":
            stayed = await self._database.write(lambda session: imports.undo_groups(session, batch_id, utc_now()))
        elif kind == "figures":
            stayed = await self._database.write(lambda session: undo_figures(session, batch_id, utc_now()))
        else:
            over = False
            while not over:
                over, stayed = await self._database.write(
                    lambda session: imports.undo_people(session, batch_id, utc_now())
                )
        await self._database.write(lambda session: audit(session, request, f"import_{kind}_undo", str(batch_id)))
        told = "import_undone_some" if stayed else "import_undone"
        raise web.HTTPSeeOther(f"/staff/w/{ward.code}/import/{kind}?done={told}")

    async def _form(self, request: web.Request, problem: str | None = None) -> web.Response:
        code, kind = request[WARD].code, request.match_info["kind"]
        statement = (
            select(ImportBatch)
            .where(ImportBatch.ward_code == code, ImportBatch.kind == kind, col(ImportBatch.status) != "preview")
            .order_by(col(ImportBatch.id).desc())
            .limit(BATCHES_SHOWN)
        )
        batches = await self._database.read(lambda session: session.exec(statement).all())
        values = {"batches": batches, "problem": problem, "limit": ROW_LIMIT, **_words(kind)}
        return page(request, "import.html", values, status=400 if problem else 200)


def _words(kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "title": texts()[kind]["title"],
        "guide": texts()[kind]["guide"],
        "headings": [column["heading"] for column in texts()[kind]["columns"].values()],
    }


def _there(ward_code: str, session: Session) -> tuple[dict[str, int], set[tuple[int | None, str]]]:
    groups = {one.name: one.id or 0 for one in imports.groups_of(session, ward_code) if one.active}
    return groups, imports.known_people(session, groups.values(), same_name)


def _ward_indicators(ward_code: str, session: Session) -> tuple[dict[str, Definition], dict[str, int]]:
    """The ward's indicators by code and its groups by name."""
    groups = {one.name: one.id or 0 for one in imports.groups_of(session, ward_code)}
    return {one.definition.code: one.definition for one in chosen(session, ward_code)}, groups


def _told_known(problems: list[str], row: list[Any]) -> bool:
    """Say that somebody is there already; False, so that the row is left out."""
    problems.append(problem(f"“{row[0]}”", "", said("known")))
    return False


def _preview(session: Session, code: str, batch_id: int) -> dict[str, Any] | None:
    batch = imports.batch_of(session, code, batch_id)
    if batch is None:
        return None
    groups = imports.groups_of(session, code)
    if batch.kind == "groups":
        known = {same_name(group.name): group for group in groups}
        rows = [(row, known.get(same_name(row[0]))) for row in batch.rows]
        changes = [imports.group_changes(row, group) if group else None for row, group in rows]
        counts = {
            "new": sum(one is None for one in changes),
            "changed": sum(bool(one) for one in changes),
            "same": sum(one == {} for one in changes),
        }
        shown = [
            (*row, "new" if change is None else "changed" if change else "same")
            for row, change in zip(batch.rows, changes, strict=True)
        ]
    elif batch.kind == "figures":
        places = {group.id: group.name for group in groups}
        counts = {"new": len(batch.rows), "changed": 0, "same": 0}
        shown = [shown_row(row, places) for row in batch.rows]
    else:
        names, bands = {group.id: group.name for group in groups}, age_bands()
        counts = {"new": len(batch.rows), "changed": 0, "same": 0}
        shown = [(called, names.get(group, "?"), bands.get(band, ""), "new") for called, group, band in batch.rows]
    return {"batch": batch, "counts": counts, "rows": shown[:ROWS_SHOWN]}
