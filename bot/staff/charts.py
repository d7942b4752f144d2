"""Where the parts of a chart lie; the templates draw them as SVG whose look is in staff.css (the CSP allows no other).

No library draws them: pygal, the light one that is kept, puts its style and script inside the picture, which the CSP
forbids, and has no table of shades; four charts need less code than undoing that. Lengths are units of a box
that is BOX wide: on a phone of 360 px about one unit a pixel, so that letters stay readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

BOX = 360
BAR_STEP = 36  # a line for the name, below it the bar
VALUE_ROOM = 56  # to the right of a bar, for its value
NAME_LETTERS = 44
MOST_BARS = 40  # more cannot be compared by eye: the lowest and the highest are drawn, the table has all
TREND_HEIGHT, TREND_LEFT, TREND_TOP, TREND_BOTTOM = 190, 44, 14, 26
SHADES = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: top of its line, length, what is written."""

    top: int
    length: float
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """``target``: where the line of the target stands, None without one. ``left_out``: groups not drawn."""

    bars: tuple[Bar, ...]
    height: int
    target: float | None
    left_out: int


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a trend."""

    x: float
    y: float
    day: date
    value: str


@dataclass(frozen=True, slots=True)
class TrendChart:
    """``marks``: height and wording of the lines across; ``path``: the points' line."""

    points: tuple[Point, ...]
    marks: tuple[tuple[float, str], ...]
    target: float | None
    path: str


def bar_chart(rows: Sequence[tuple[str, Decimal | None, str]], target: Decimal | None) -> BarChart:
    """Bars of (name, value, the value in words); what is unknown has none."""
    known = [(name, value, words) for name, value, words in rows if value is not None]
    drawn = _ends(known)
    most = max([value for _, value, _ in drawn] + ([target] if target is not None else []), default=Decimal(0))
    scale = (BOX - VALUE_ROOM) / float(most) if most else 0.0
    bars = tuple(
        Bar(number * BAR_STEP, round(float(value) * scale, 1), _short(name), words)
        for number, (name, value, words) in enumerate(drawn)
    )
    line = round(float(target) * scale, 1) if target is not None else None
    return BarChart(bars, len(bars) * BAR_STEP + (20 if line is not None else 4), line, len(known) - len(drawn))


def _ends(known: list[tuple[str, Decimal, str]]) -> list[tuple[str, Decimal, str]]:
    if len(known) <= MOST_BARS:
        return known
    by_value = sorted(range(len(known)), key=lambda number: known[number][1])
    kept = {*by_value[: MOST_BARS // 2], *by_value[-MOST_BARS // 2 :]}
    return [one for number, one in enumerate(known) if number in kept]


def _short(name: str) -> str:
    return name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1].rstrip()}…"


def trend_chart(rows: Sequence[tuple[date, Decimal | None, str]], target: Decimal | None) -> TrendChart | None:
    """A line over days; None when nothing is known of two days."""
    known = [(day, float(value), words) for day, value, words in rows if value is not None]
    if len(known) < 2:
        return None
    top = _round_up(max([value for _, value, _ in known] + ([float(target)] if target is not None else [])))
    first, span = known[0][0], (known[-1][0] - known[0][0]).days
    room = TREND_HEIGHT - TREND_TOP - TREND_BOTTOM

    def height(value: float) -> float:
        return round(TREND_TOP + room * (1 - value / top), 1)

    points = tuple(
        Point(round(TREND_LEFT + (BOX - TREND_LEFT - 20) * (day - first).days / span, 1), height(value), day, words)
        for day, value, words in known
    )
    marks = tuple((height(top * part / 2), f"{top * part / 2:g}".replace(".", ",")) for part in (0, 1, 2))
    path = " ".join(f"{point.x},{point.y}" for point in points)
    return TrendChart(points, marks, height(float(target)) if target is not None else None, path)


def _round_up(most: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, …: the line at half of it is easily read too."""
    step = 1.0
    while step < most:
        step *= 2.5 if str(step)[0] == "2" else 2
    return step


def shade(count: int, most: int) -> int:
    """0 for nothing, else 1 to SHADES: how dark a cell of the heat table is."""
    return 0 if count <= 0 or most <= 0 else max(1, -(-count * SHADES // most))


def funnel_lengths(counts: Sequence[int]) -> list[float]:
    """The widths of a funnel's steps."""
    most = max(counts, default=0)
    return [round(BOX * count / most, 1) if most else 0.0 for count in counts]
