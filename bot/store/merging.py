"""Two persons become one, with a history that can be undone.

What a merge changed is found by comparing the rows of both before and after it, so that it can be undone whatever the
merge itself does with two certificates or two roles. What happens after the merge stays with the person who was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Table, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from bot.store.columns import UtcDateTime
from bot.store.figure_inputs import make_stale
from bot.store.tables import Chat, Person, PersonMerge

BY_RESIDENT, BY_STAFF = "resident", "staff"
NOT_RESTORED = ("link_code",)  # codes of ten minutes
Join = Callable[[Session, int, Person], None]
"""Makes everything of the first person the other's and deletes the first."""

Row = dict[str, Any]
Key = tuple[Any, ...]


def person_columns() -> list[Column[Any]]:
    """Every column that names a person."""
    tables = SQLModel.metadata.sorted_tables
    return [key.parent for table in tables for key in table.foreign_keys if key.target_fullname == "person.id"]


def merge(session: Session, from_id: int, into: Person, join: Join, by: str, at: datetime) -> PersonMerge:
    """Make one of two, by ``join``; all chats are then where the kept person is."""
    into_id = into.id or 0
    before = _rows(session, (from_id, into_id))
    join(session, from_id, into)
    session.flush()
    after = _rows(session, (into_id,))
    _move_chats(session, into)
    record = PersonMerge(kept_id=into_id, ward_code=into.ward_code, by=by, at=at, undo=_difference(before, after))
    session.add(record)
    make_stale(session)
    session.flush()
    return record


def newest(session: Session, person_id: int) -> PersonMerge | None:
    """The last merge of a person: the one that can be undone now."""
    statement = select(PersonMerge).where(PersonMerge.kept_id == person_id).order_by(col(PersonMerge.id).desc())
    return session.exec(statement).first()


def unmerge(session: Session, record: PersonMerge) -> list[int]:
    """Both persons as they were, with what each had; their numbers. Raises ValueError when a later merge comes first.

    What was changed since the merge stays as it is now.
    """
    last = newest(session, record.kept_id)
    if last is None or last.id != record.id:
        raise ValueError("a later merge of this person must be undone first")
    undo, kept_id = record.undo, record.kept_id
    session.delete(record)
    make_stale(session)
    session.flush()
    dropped = [(SQLModel.metadata.tables[name], row) for name, row in undo["dropped"]]
    people = [one for one in dropped if one[0].name == "person"]
    for table, row in people:
        _insert(session, table, row)
    for name, key, was, now in undo["changed"]:
        _change_back(session, SQLModel.metadata.tables[name], key, was, now)
    for table, row in dropped:
        if table.name != "person":
            _insert(session, table, row)
    session.expire_all()
    both = [kept_id, *(row["id"] for _, row in people)]
    for person_id in both:
        _move_chats(session, session.get_one(Person, person_id))
    return both


def _move_chats(session: Session, person: Person) -> None:
    place = {"ward_code": person.ward_code, "group_id": person.group_id}
    session.execute(update(Chat).where(col(Chat.person_id) == person.id).values(place))


def _rows(session: Session, ids: Iterable[int]) -> dict[str, dict[Key, Row]]:
    """The rows that name these persons, by table and key, as JSON."""
    session.flush()
    found: dict[str, dict[Key, Row]] = {}
    columns: dict[str, list[Column[Any]]] = {"person": [SQLModel.metadata.tables["person"].c.id]}
    for column in person_columns():
        assert column.table is not None
        columns.setdefault(str(column.table), []).append(column)
    for name, named in columns.items():
        table = SQLModel.metadata.tables[name]
        rows = session.execute(table.select().where(or_(*(one.in_(list(ids)) for one in named)))).mappings()
        found[name] = {_key(table, row): {str(one): _plain(value) for one, value in row.items()} for row in rows}
    return found


def _key(table: Table, row: Any) -> Key:
    return tuple(row[column.name] for column in table.primary_key.columns)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


def _difference(before: dict[str, dict[Key, Row]], after: dict[str, dict[Key, Row]]) -> dict[str, Any]:
    dropped: list[Any] = []
    changed: list[Any] = []
    for name, rows in before.items():
        for key, was in rows.items() if name not in NOT_RESTORED else ():
            now = after[name].get(key)
            if now is None:
                dropped.append([name, was])
            elif differing := [column for column in was if was[column] != now[column]]:
                changed.append(
                    [name, list(key), {one: was[one] for one in differing}, {one: now[one] for one in differing}]
                )
    return {"dropped": dropped, "changed": changed}


def _change_back(session: Session, table: Table, key: list[Any], was: Row, now: Row) -> None:
    """Give a row back what the merge changed of it, unless it is gone or was changed since."""
    here = [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]
    current = session.execute(table.select().where(*here)).mappings().first()
    if current is None:
        return
    values = {
        name: _typed(table.columns[name], value) for name, value in was.items() if _plain(current[name]) == now[name]
    }
    if values:
        session.execute(table.update().where(*here).values(values))


def _insert(session: Session, table: Table, row: Row) -> None:
    """Put a row back; one whose place was taken since stays away."""
    values = {name: _typed(table.columns[name], value) for name, value in row.items() if name in table.columns}
    try:
        with session.begin_nested():
            session.execute(table.insert().values(values))
    except IntegrityError:
        return
