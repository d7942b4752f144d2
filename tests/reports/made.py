"""Made-up figures of a report."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.reports.periods import Period, period_of
from bot.reports.snapshot import IndicatorFigures, PlaceFigure, Snapshot
from bot.reports.words import defaults

YEAR = period_of("2026")
assert isinstance(YEAR, Period)
CITY = "Ủy ban nhân dân thành phố qua Ban Thi đua - Khen thưởng, Sở Nội vụ"
ENTERED = "Công an phường, Lan nhập ngày 20/11/2026"


def indicator(code: str, unit: str = "percent", groups: int = 3, entered: bool = False) -> IndicatorFigures:
    """An indicator of a ward whose third group has too few learners."""
    half = ".5" if unit == "percent" else ""
    places = tuple(
        PlaceFigure(number, f"Tổ {number}", None, None, None, hidden=True)
        if number == 3
        else PlaceFigure(number, f"Tổ {number}", 10 + number, 100, Decimal(f"{10 + number}{half}"))
        for number in range(1, groups + 1)
    )
    value = Decimal("45.5") if unit == "percent" else Decimal(1234)
    whole = PlaceFigure(None, "Toàn phường", 1234, 2712, value, whole=True, said=ENTERED if entered else "")
    target = Decimal(60) if code == "K1" else None
    return IndicatorFigures(
        code, f"Chỉ tiêu {code}", "tử", "mẫu", unit, "nguồn", 2, "abcd", not entered, target, places, whole
    )


def snapshot(groups: int = 3, codes: tuple[str, ...] = ("K1", "K2", "K6")) -> Snapshot:
    """The figures of phường Hưng Đạo in 2026; K6 is a count, K2 was entered by staff."""
    indicators = tuple(
        indicator(code, "count" if code == "K6" else "percent", groups, entered=code == "K2") for code in codes
    )
    return Snapshot("hung-dao", "Phường Hưng Đạo", "2026", date(2026, 1, 1), date(2026, 11, 21), indicators)


def words() -> dict[str, str]:
    """The words of that report, everything filled in."""
    given = defaults("Phường Hưng Đạo", YEAR, "21/11/2026", CITY)
    return {name: text.replace("[", "").replace("]", "") for name, text in given.items()}
