"""When a ward's plan wants its report and who gets it: what staff confirmed goes before what the program read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from bot.material import Material
from bot.reports.plan_files import all_plans
from bot.settings import Settings
from bot.store.tables import WardPlan, utc_now
from knowledge.deadlines import ReportDeadline, report_addressee, report_deadlines
from lessons.progress import local_day

PLANS_READ = 256  # plans kept as read: more than the units of Hải Phòng, so that a page parses none twice


def read_deadlines(settings: Settings, material: Material) -> list[ReportDeadline]:
    """The report deadlines that the program reads in every plan in force, shipped or added."""
    today = local_day(utc_now())
    return [one for plan in all_plans(settings, material) for one in _deadlines(plan, _changed(plan), today)]


def read_addressee(settings: Settings, material: Material, ward_code: str) -> str | None:
    """To whom the ward's report goes, in the words of its plan in force; None where no plan says it."""
    today = local_day(utc_now())
    found = [_addressee(plan, _changed(plan), ward_code, today) for plan in all_plans(settings, material)]
    return next((one for one in reversed(found) if one), None)


def deadlines_in_force(session: Session, read: Sequence[ReportDeadline]) -> list[ReportDeadline]:
    """The deadlines of every ward: a yearly one that staff confirmed replaces those read from the plan.

    Staff who confirmed a plan without a day said that it names none. Quarterly and monthly ones, which staff are not
    asked for, stay as they were read.
    """
    rows = session.exec(select(WardPlan).where(col(WardPlan.confirmed_at).is_not(None))).all()
    confirmed = {row.ward_code: row for row in rows}
    kept = [one for one in read if one.ward not in confirmed or len(one.months) > 1]
    return kept + [_confirmed(row, row.confirmed["deadline"]) for row in rows if row.confirmed.get("deadline")]


def deadlines_of(session: Session, read: Sequence[ReportDeadline], ward_code: str) -> list[ReportDeadline]:
    """The deadlines of one ward."""
    return [one for one in deadlines_in_force(session, read) if one.ward == ward_code]


def _confirmed(row: WardPlan, deadline: dict[str, int]) -> ReportDeadline:
    found: dict[str, Any] = row.found.get("deadline") or {}
    same = all(found.get(part) == deadline[part] for part in ("day", "month"))
    confirmed_on = local_day(row.confirmed_at) if isinstance(row.confirmed_at, datetime) else None
    return ReportDeadline(
        row.ward_code,
        row.found.get("title") or row.file_name,
        deadline["day"],
        (deadline["month"],),
        str(found["text"]) if same and found.get("text") else "",
        row.confirmed_by or "",
        confirmed_on,
    )


def _changed(plan: Path) -> tuple[int, int]:
    about = plan.stat()
    return about.st_mtime_ns, about.st_size


@lru_cache(PLANS_READ)
def _deadlines(plan: Path, _changed_at: tuple[int, int], today: date) -> tuple[ReportDeadline, ...]:
    return tuple(report_deadlines([plan], today))


@lru_cache(PLANS_READ)
def _addressee(plan: Path, _changed_at: tuple[int, int], ward_code: str, today: date) -> str | None:
    return report_addressee(plan, ward_code, today)
