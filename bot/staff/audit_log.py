"""The audit log: every change, sign-in and export in a ward, to look through and to download. It only grows."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from bot.indicators.export import safe
from bot.staff.access import WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import Context, audit, day_of, page, staff_texts, worded_time
from bot.store.naming import natural_key
from bot.store.tables import AuditEntry, StaffAccount, StaffMembership, utc_now
from lessons.progress import local_day, local_midnight

ON_A_PAGE = 50  # rows: a screen or two
LARGEST_PAGE = 100_000  # a number no log reaches; a larger one overflows the database's offset
COLUMNS = ("Lúc", "Ai", "Việc", "Chi tiết")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the log asks for; None where anything does."""

    staff: int | None
    action: str | None
    since: date | None
    until: date | None

    def query(self) -> str:
        """As the query of an address."""
        given = {"staff": self.staff, "action": self.action, "since": self.since, "until": self.until}
        return urlencode({name: str(value) for name, value in given.items() if value is not None})


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = AuditPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/audit", pages.log, WARD_ADMINISTRATORS),
        StaffRoute("GET", "/w/{ward}/audit.csv", pages.csv, WARD_ADMINISTRATORS),
    ]


class AuditPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    async def log(self, request: web.Request) -> web.Response:
        """A page of the log, newest first."""
        code, wanted, number = request[WARD].code, _wanted(request), _number(request, "page") or 1

        def unit(session: Session) -> dict[str, Any]:
            where = _where(session, code, wanted)
            count = session.exec(select(func.count(col(AuditEntry.id))).where(where)).one()
            rows = _rows(session, where, (number - 1) * ON_A_PAGE, ON_A_PAGE)
            return {"count": count, "rows": rows, "people": _people(session, code), "actions": _actions(session, code)}

        values = await self._database.read(unit)
        pages = -(-values["count"] // ON_A_PAGE)
        shown = {"wanted": wanted, "query": wanted.query(), "number": number, "pages": pages, "columns": COLUMNS}
        return page(request, "audit.html", {**values, **shown})

    async def csv(self, request: web.Request) -> web.Response:
        """Everything the filter lets through."""
        code, wanted = request[WARD].code, _wanted(request)
        rows = await self._database.read(lambda session: _rows(session, _where(session, code, wanted)))
        await self._database.write(lambda session: audit(session, request, "export", "audit"))
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows([safe(cell) for cell in row] for row in rows)
        name = f"nhat-ky-{code}-{local_day(utc_now()):%Y%m%d}.csv"
        headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=out.getvalue().encode("utf-8-sig"), headers=headers)


def worded_action(action: str) -> str:
    """What was done, in Vietnamese; the program's own word where there is none."""
    return staff_texts().get(f"audit_{action}", action)


def worded_detail(detail: str) -> str:
    """A detail with the program's own words, such as a role's, in Vietnamese."""
    return " ".join(
        staff_texts().get(f"role_{word}") or staff_texts().get(f"detail_{word}", word) for word in detail.split(" ")
    )


def _number(request: web.Request, name: str) -> int | None:
    written = request.query.get(name, "")
    return min(int(written[:9]), LARGEST_PAGE) if written.isascii() and written.isdigit() else None


def _day(request: web.Request, name: str) -> date | None:
    try:
        return day_of(request.query.get(name, ""))
    except ValueError:
        return None


def _wanted(request: web.Request) -> Wanted:
    action = "".join(letter for letter in request.query.get("action", "") if letter.isprintable())
    return Wanted(_number(request, "staff"), action or None, _day(request, "since"), _day(request, "until"))


def _of_ward(session: Session, code: str) -> ColumnElement[bool]:
    """What happened in the ward, and what its staff did outside any ward: signing in, their own passwords."""
    members = select(StaffMembership.staff_id).where(StaffMembership.ward_code == code)
    outside = and_(col(AuditEntry.ward_code).is_(None), col(AuditEntry.staff_id).in_(members))
    return or_(col(AuditEntry.ward_code) == code, outside)


def _where(session: Session, code: str, wanted: Wanted) -> ColumnElement[bool]:
    parts = [_of_ward(session, code)]
    if wanted.staff is not None:
        parts.append(col(AuditEntry.staff_id) == wanted.staff)
    if wanted.action is not None:
        parts.append(col(AuditEntry.action) == wanted.action)
    if wanted.since is not None and wanted.since.year > 1:
        parts.append(col(AuditEntry.at) >= local_midnight(wanted.since))
    if wanted.until is not None and wanted.until.year < date.max.year:
        parts.append(col(AuditEntry.at) < local_midnight(wanted.until + timedelta(days=1)))
    return and_(*parts)


def _rows(
    session: Session, where: ColumnElement[bool], offset: int = 0, limit: int | None = None
) -> list[tuple[str, str, str, str]]:
    statement = (
        select(AuditEntry, StaffAccount.name)
        .outerjoin(StaffAccount, col(StaffAccount.id) == col(AuditEntry.staff_id))
        .where(where)
        .order_by(col(AuditEntry.id).desc())
        .offset(offset)
        .limit(limit)
    )
    nobody = staff_texts()["audit_by_program"]
    return [
        (worded_time(row.at), name or nobody, worded_action(row.action), worded_detail(row.detail))
        for row, name in session.exec(statement)
    ]


def _people(session: Session, code: str) -> list[tuple[int | None, str]]:
    statement = select(StaffAccount.id, StaffAccount.name).join(StaffMembership)
    found = session.exec(statement.where(StaffMembership.ward_code == code)).all()
    return sorted(found, key=lambda account: natural_key(account[1]))


def _actions(session: Session, code: str) -> list[tuple[str, str]]:
    found = session.exec(select(AuditEntry.action).where(_of_ward(session, code)).distinct()).all()
    return sorted(((action, worded_action(action)) for action in found), key=lambda one: natural_key(one[1]))
