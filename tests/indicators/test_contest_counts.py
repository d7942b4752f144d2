"""Who passed a contest, of who took part, as the indicator K7 counts it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from bot.indicators import daily
from bot.indicators.ward import Period, indicator_table
from bot.store.contest_counts import keep_contest_counts
from bot.store.contest_tables import Contest
from bot.store.database import Database
from bot.store.tables import ResidentialGroup
from lessons.contest.rules import Answer, Key, Log, Participant, Rules
from tests.indicators.lives import WARD

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
HOUR = 3_600_000


def log_of(voided: bool) -> Log:
    """Two of group 1 (one of whom tries twice), one without a group, one who only looked; four questions."""
    seats = [("a1", "a", "1", 1), ("a2", "a", "1", 2), ("b1", "b", "1", 1), ("c1", "c", None, 1), ("d1", "d", "1", 1)]
    right = {"a1": 1, "a2": 2, "b1": 1, "c1": 4}
    return Log(
        Rules(),
        0,
        HOUR,
        [Key(number, f"q{number}", "x", voided and number > 2) for number in range(1, 5)],
        [Participant(seat, who, group, attempt, 0) for seat, who, group, attempt in seats],
        [
            Answer(seat, number, number * 100, number * 100 + 50, "x" if number <= count else "y")
            for seat, count in right.items()
            for number in range(1, 5)
        ],
    )


Pairs = list[tuple[int | None, int | None]]


def counted(session: Session, voided: bool) -> Pairs:
    """K7 of each group and of the whole ward after the result was frozen."""
    if session.get(Contest, 1) is None:
        session.add(ResidentialGroup(id=1, ward_code=WARD, name="Tổ 1", join_code="a"))
        times = {"starts_at": NOON, "ends_at": NOON + timedelta(hours=1)}
        session.add(Contest(id=1, ward_code=WARD, code="x", name="Thi", seed="s", created_by="Lan", **times))
        session.flush()
    keep_contest_counts(session, session.get_one(Contest, 1), log_of(voided))
    session.flush()
    daily.make_if_quick(session, WARD, NOON)
    table = indicator_table(session, WARD, Period(date(2026, 11, 1), date(2026, 11, 20)), ["K7"])
    figures = [row.figures[0] for row in (*table.groups, table.total)]
    return [(one.numerator, one.denominator) for one in figures]


def test_everybody_counts_once_and_a_recount_replaces_the_counts(database: Database) -> None:
    assert database.write_now(lambda session: counted(session, False)) == [(1, 2), (1, 1), (2, 3)]
    # Two of four questions count no more: one right answer of the two that are left is half.
    assert database.write_now(lambda session: counted(session, True)) == [(2, 2), (1, 1), (3, 3)]
