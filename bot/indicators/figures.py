"""Participation per residential group: what the staff site's first page, its CSV and XLSX and the chat all show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.indicators.standing import NO_GROUP, standing
from bot.store.measure_views import ACTIVE_DAYS as ACTIVE_DAYS
from bot.store.naming import natural_key
from bot.store.tables import Person, ResidentialGroup
from lessons.progress import local_day

MEASURES = ("active", "lessons", "answers")
LOOSE = "Chưa chọn tổ"


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One residential group; ``group_id`` None is for residents who chose the ward but no group.

    ``adults`` is what the ward entered, None when it has not. ``residents`` are those of this moment; the rest is of
    the daily table, and holds what people did who deleted their data (as counts tied to nobody): ``active_learners`` in
    the last ACTIVE_DAYS, lessons finished (once a person), quiz questions answered and answered right.
    """

    group_id: int | None
    name: str
    adults: int | None
    residents: int
    active_learners: int
    lessons_done: int
    answers: int
    right_answers: int


@dataclass(frozen=True, slots=True)
class WardFigures:
    """Every group of a ward in natural order, and their sum."""

    ward_code: str
    groups: tuple[GroupFigures, ...]
    total: GroupFigures


def ward_figures(session: Session, ward_code: str, now: datetime, only_group: int | None = None) -> WardFigures:
    """The figures of a ward at this moment; ``only_group`` narrows them for a group leader."""
    residents = _count_by_group(session, ward_code)
    counted = standing(session, ward_code, MEASURES, local_day(now))
    rows = session.exec(select(ResidentialGroup).where(ResidentialGroup.ward_code == ward_code)).all()
    named: list[tuple[int | None, str, int | None]] = [
        (row.id, row.name, row.adults) for row in sorted(rows, key=lambda row: natural_key(row.name)) if row.active
    ]
    seen = {group_id for group_id, _, _ in named}
    if only_group is not None:
        named = [one for one in named if one[0] == only_group]
    elif any(group not in seen for group in (*residents, *(group or None for _, group in counted if group >= 0))):
        named.append((None, LOOSE, None))
    groups = []
    for group_id, name, adults in named:
        of_group = {measure: counted.get((measure, group_id or NO_GROUP), (0, 0)) for measure in MEASURES}
        right, answers = of_group["answers"]
        active, done = of_group["active"][0], of_group["lessons"][0]
        groups.append(GroupFigures(group_id, name, adults, residents.get(group_id, 0), active, done, answers, right))
    return WardFigures(ward_code, tuple(groups), _sum(groups))


def _sum(groups: Sequence[GroupFigures]) -> GroupFigures:
    adults = [one.adults for one in groups if one.adults is not None]
    return GroupFigures(
        None,
        "Cộng",
        sum(adults) if adults else None,
        sum(one.residents for one in groups),
        sum(one.active_learners for one in groups),
        sum(one.lessons_done for one in groups),
        sum(one.answers for one in groups),
        sum(one.right_answers for one in groups),
    )


def _count_by_group(session: Session, ward_code: str) -> dict[int | None, int]:
    statement = (
        select(Person.group_id, func.count(col(Person.id)))
        .where(Person.ward_code == ward_code)
        .group_by(col(Person.group_id))
    )
    return dict(session.exec(statement).all())
