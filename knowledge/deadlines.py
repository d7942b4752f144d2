"""When a ward's plan wants its yearly, quarterly or monthly report, as the plan itself says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from knowledge.yaml_loader import load_yaml

# "Định kỳ hàng năm … gửi báo cáo … trước ngày 15/12 …"; a single report with its year is an event, not a habit.
_DAY_AND_MONTH = re.compile(r"trước (?:ngày )?(\d{1,2})(?:/| tháng )(\d{1,2})(?![/\d]| năm \d)", re.IGNORECASE)
_DAY_OF_MONTH = re.compile(r"trước ngày (\d{1,2}) h[àằ]ng (tháng|quý)", re.IGNORECASE)
_REGULARLY = re.compile(r"định kỳ|h[àằ]ng (?:năm|quý|tháng)", re.IGNORECASE)
_REPORT = re.compile(r"báo cáo", re.IGNORECASE)
# "… báo cáo kết quả … hàng năm gửi về Ủy ban nhân dân thành phố qua Ban Thi đua - Khen thưởng, Sở Nội vụ."
_ADDRESSEE = re.compile(r"báo cáo[^.;]* h[àằ]ng năm gửi về ([^.;]+)", re.IGNORECASE)
_FRONT = "---\n"
QUARTER_ENDS = (3, 6, 9, 12)
EVERY_MONTH = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class ReportDeadline:
    """A report is due before ``day`` of each of ``months``; ``said`` is the plan's sentence, ``plan`` its title.

    ``confirmed_by`` and ``confirmed_on``: who of the ward's staff said that it is so, and when; ``said`` is then empty
    where the plan itself says another day.
    """

    ward: str
    plan: str
    day: int
    months: tuple[int, ...]
    said: str
    confirmed_by: str = ""
    confirmed_on: date | None = None

    def next_due(self, today: date) -> date:
        """The next day by which it is due, today included: "trước ngày 15" means the 14th at the latest.

        A day that a month lacks is its last.
        """
        for year in (today.year, today.year + 1):
            for month in self.months:
                due = _clipped(year, month, self.day) - timedelta(days=1)
                if due >= today:
                    return due
        raise ValueError("a deadline needs a month")


def report_deadlines(plans: Iterable[Path], today: date) -> list[ReportDeadline]:
    """The deadlines of the plans (Markdown with front matter) that have not ended, in their order."""
    found: list[ReportDeadline] = []
    for plan in plans:
        about, body = _parts(plan)
        if _in_force(about, today):
            found += _in_text(str(about["ward"]), str(about.get("title") or plan.stem), body)
    return found


def report_addressee(plan: Path, ward: str, today: date) -> str | None:
    """To whom this plan sends the ward's yearly report, as it says it; None when it does not, or is another ward's."""
    about, body = _parts(plan)
    if about.get("ward") != ward or not _in_force(about, today):
        return None
    found = _ADDRESSEE.search(body)
    return " ".join(found[1].split()) if found else None


def _parts(plan: Path) -> tuple[dict[str, Any], str]:
    front, _, body = plan.read_text(encoding="utf-8").removeprefix(_FRONT).partition(f"\n{_FRONT}")
    return load_yaml(front) or {}, body


def _in_force(about: dict[str, Any], today: date) -> bool:
    until = str(about.get("valid_until") or "9999")
    return bool(about.get("ward")) and until >= today.isoformat()[: len(until)] and not about.get("replaced_by")


def _in_text(ward: str, title: str, body: str) -> list[ReportDeadline]:
    found: list[ReportDeadline] = []
    for line in body.splitlines():
        if _REPORT.search(line) and _REGULARLY.search(line):
            found += [ReportDeadline(ward, title, day, months, line.strip()) for day, months in _dates(line)]
    return found


def _dates(line: str) -> list[tuple[int, tuple[int, ...]]]:
    dates: list[tuple[int, tuple[int, ...]]] = []
    for day, month in _DAY_AND_MONTH.findall(line):
        if 1 <= int(day) <= 31 and 1 <= int(month) <= 12:
            dates.append((int(day), (int(month),)))
    for day, every in _DAY_OF_MONTH.findall(line):
        if 1 <= int(day) <= 31:
            dates.append((int(day), EVERY_MONTH if every.lower() == "tháng" else QUARTER_ENDS))
    return dates


def _clipped(year: int, month: int, day: int) -> date:
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), first_of_next - timedelta(days=1))
