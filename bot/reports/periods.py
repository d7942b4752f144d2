"""The periods that a ward reports on: a year, and its first half."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_KEY = re.compile(r"(20\d\d)(-H1)?")
HALF_END = (6, 30)  # "6 tháng đầu năm" of administrative reports


@dataclass(frozen=True, slots=True)
class Period:
    """A period by its ``key`` (``2026``, ``2026-H1``), first and last day included."""

    key: str
    first: date
    last: date

    @property
    def name(self) -> str:
        """As it stands in a sentence: "năm 2026", "6 tháng đầu năm 2026"."""
        return f"6 tháng đầu năm {self.first.year}" if self.last.month == HALF_END[0] else f"năm {self.first.year}"

    def until(self, today: date) -> date:
        """The last day that there can be figures of: plans want the year's report weeks before the year ends."""
        return min(self.last, today)


def period_of(key: str) -> Period | None:
    """The period with this key, or None."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    year = int(found[1])
    return Period(key, date(year, 1, 1), date(year, *HALF_END) if found[2] else date(year, 12, 31))


def offered(today: date) -> list[Period]:
    """The periods that may be reported on now, the newest first: this year's, which have begun, and last year's."""
    year = today.year
    keys = (f"{year}", f"{year}-H1", f"{year - 1}", f"{year - 1}-H1")
    return [period for key in keys if (period := period_of(key)) is not None]
