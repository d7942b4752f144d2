"""Who is behind a figure, for roles that may see them; who deleted their data is counted and is nobody."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date as DateType
from sqlalchemy import Integer, bindparam, column
from sqlmodel import Session

from bot.store.measure_views import people_of, statement


def people_behind(session: Session, ward_code: str, measure: str, group_id: int, day: date) -> list[int]:
    """The persons counted in a measure's numerator in a group (0: none) up to a day.

    Raises ValueError for a measure that counts nobody.
    """
    query = statement(people_of(session.get_bind().dialect.name, measure))
    typed = query.bindparams(bindparam("day", type_=DateType())).columns(column("person_id", Integer()))
    found = session.connection().execute(typed, {"ward": ward_code, "group": group_id, "day": day})
    return sorted(int(row[0]) for row in found)
