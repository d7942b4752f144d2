"""Taking an imported table in, a thousand rows at a time, and taking it back.

Each call is one unit of work, so that residents' messages are stored in between; what is in is counted in the batch,
so that an import cut off is gone on with and nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, SQLModel, col, select

from bot.store.consents import SPOKEN
from bot.store.sql import table_of
from bot.store.tables import (
    CommunityRole,
    Consent,
    ImportBatch,
    Invitation,
    Person,
    ResidentialGroup,
)
from bot.store.team import SPOKEN_CONSENT

STEP = 1000  # rows of one unit of work: half a second on a slow PC
PREVIEW_HOURS = 1  # a preview holds names: it waits no longer to be confirmed
GROUP_FIELDS = ("kind", "population", "adults", "households", "leader")
LEARNING = "learning"  # what an assisted learner agrees to by word of mouth
Names = Callable[[str], str]


# Of a thousand rows the statements over tables take a tenth of what a thousand objects would.
_GROUP, _PERSON, _CONSENT = table_of(ResidentialGroup), table_of(Person), table_of(Consent)
_GROUPS = select_columns(*(_GROUP.c[name] for name in ("id", "name", *GROUP_FIELDS))).where(
    _GROUP.c.ward_code == bindparam("ward")
)
_NEW_GROUP = insert(_GROUP).returning(_GROUP.c.id)
_CHANGE_GROUP = (
    update(_GROUP)
    .where(_GROUP.c.id == bindparam("group"))
    .values({name: bindparam(f"new_{name}") for name in GROUP_FIELDS})
)
_NEW_PERSON = insert(_PERSON).returning(_PERSON.c.id)


def forget_previews(session: Session, now: datetime) -> None:
    """Remove the tables that nobody confirmed in time."""
    old = now - timedelta(hours=PREVIEW_HOURS)
    session.execute(delete(ImportBatch).where(col(ImportBatch.status) == "preview", col(ImportBatch.made_at) < old))


def batch_of(session: Session, ward_code: str, batch_id: int) -> ImportBatch | None:
    """A batch of a ward."""
    batch = session.get(ImportBatch, batch_id)
    return batch if batch is not None and batch.ward_code == ward_code else None


def groups_of(session: Session, ward_code: str) -> Sequence[ResidentialGroup]:
    """Every group of a ward, the inactive too: their names are taken."""
    return session.exec(select(ResidentialGroup).where(ResidentialGroup.ward_code == ward_code)).all()


def group_changes(row: Sequence[Any], group: Any) -> dict[str, Any]:
    """What a row (name, then GROUP_FIELDS) changes of a group or its row; empty cells change nothing."""
    given = dict(zip(GROUP_FIELDS, row[1:], strict=True))
    return {name: value for name, value in given.items() if value is not None and value != getattr(group, name)}


def take_groups(
    session: Session, batch_id: int, same: Names, kind_of: Callable[[str], str], new_code: Callable[[], str]
) -> bool:
    """Add or change the next groups of a batch; True when all are in.

    ``same`` tells which names are one, ``kind_of`` the kind of a new group by its name.
    """
    batch = session.get_one(ImportBatch, batch_id)
    connection = session.connection()
    known = {same(row.name): row for row in connection.execute(_GROUPS, {"ward": batch.ward_code})}
    new: dict[str, dict[str, Any]] = {}
    changed: list[dict[str, Any]] = []
    before: list[dict[str, Any]] = []
    for row in batch.rows[batch.next_row : batch.next_row + STEP]:
        key = same(row[0])
        group = known.get(key)
        if group is None:
            values = dict(zip(GROUP_FIELDS, row[1:], strict=True)) | {"kind": row[1] or kind_of(row[0])}
            new[key] = {"ward_code": batch.ward_code, "name": row[0], "join_code": new_code(), "active": True, **values}
        elif changes := group_changes(row, group):
            before.append({"id": group.id} | {name: getattr(group, name) for name in changes})
            changed.append(
                {"group": group.id} | {f"new_{name}": changes.get(name, getattr(group, name)) for name in GROUP_FIELDS}
            )
    if changed:
        connection.execute(_CHANGE_GROUP, changed)
    made = connection.execute(_NEW_GROUP, list(new.values())).scalars().all() if new else []
    batch.added += len(made)
    batch.changed += len(changed)
    batch.before = [*batch.before, *({"id": number} for number in made), *before]
    return stepped(batch)


def take_people(session: Session, batch_id: int, same: Names, now: datetime) -> bool:
    """Enrol the next people of a batch who are not there yet; True when all are in."""
    batch = session.get_one(ImportBatch, batch_id)
    rows = batch.rows[batch.next_row : batch.next_row + STEP]
    connection = session.connection()
    there = {row.id for row in connection.execute(_GROUPS, {"ward": batch.ward_code})}
    known = known_people(session, {row[1] for row in rows}, same)
    common = {"ward_code": batch.ward_code, "import_id": batch.id, "created_at": now}
    people = [
        {"group_id": group, "called": called, "age_band": band, **common}
        for called, group, band in rows
        if group in there and (group, same(called)) not in known
    ]
    if people:
        agreed = {"purpose": LEARNING, "version": SPOKEN_CONSENT, "given_at": now, "how": SPOKEN}
        made = connection.execute(_NEW_PERSON, people).scalars().all()
        connection.execute(insert(_CONSENT), [{"person_id": number, **agreed} for number in made])
    batch.added += len(people)
    return stepped(batch)


def known_people(session: Session, groups: Iterable[int], same: Names) -> set[tuple[int | None, str]]:
    """Group and name of everybody who has a name in these groups."""
    found = session.exec(
        select(Person.group_id, Person.called).where(
            col(Person.group_id).in_(sorted(groups)), col(Person.called).is_not(None)
        )
    )
    return {(group, same(called or "")) for group, called in found}


def stepped(batch: ImportBatch) -> bool:
    """Note that the next STEP rows are in; True when all are."""
    batch.next_row = min(batch.next_row + STEP, batch.row_count)
    batch.status = "done"
    if batch.next_row < batch.row_count:
        return False
    batch.rows, batch.problems = [], []  # names are in the groups and people now, and nowhere else
    return True


def undo_groups(session: Session, batch_id: int, now: datetime) -> int:
    """Take groups of a batch out again and give changed ones back what they had; how many had to stay.

    A group stays that somebody has joined or that anything else refers to by now.
    """
    batch = session.get_one(ImportBatch, batch_id)
    used = groups_in_use(session, [one["id"] for one in batch.before if len(one) == 1])
    for one in batch.before:
        group = session.get(ResidentialGroup, one["id"])
        if group is None:
            continue
        if len(one) > 1:
            for name in one.keys() & set(GROUP_FIELDS):
                setattr(group, name, one[name])
        elif group.id not in used:
            session.delete(group)
    return _undone(batch, now, len(used))


def groups_in_use(session: Session, groups: Sequence[int]) -> set[int]:
    """Those of the groups that any row refers to."""
    used = _referred_to(session, "residential_group")
    for table_of_lists in (CommunityRole, Invitation):
        for listed in session.exec(select(table_of_lists.groups)):
            used.update(listed)
    return used & set(groups)


def _referred_to(session: Session, name: str, but_by: str = "") -> set[int]:
    """The rows of a table that any column refers to, but for one column: whatever tables there will be."""
    found: set[int] = set()
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            refers = any(key.column.table.name == name for key in column.foreign_keys)
            if refers and f"{table.name}.{column.name}" != but_by:
                rows = session.connection().execute(select(column).distinct().where(column.is_not(None)))
                found.update(row[0] for row in rows)
    return found


def undo_people(session: Session, batch_id: int, now: datetime) -> tuple[bool, int]:
    """Take the next thousand people of a batch out again; (whether all are done, how many stay in all).

    Who has learnt, got a role or taken up a phone by now is no entry of a list any more and stays.
    """
    batch = session.get_one(ImportBatch, batch_id)
    listed_here = select(Person.id).where(Person.import_id == batch_id)
    stay = _referred_to(session, "person", "consent.person_id") & set(session.exec(listed_here))
    listed = session.exec(select(Person.id).where(Person.import_id == batch_id).order_by(col(Person.id))).all()
    going = [person for person in listed if person not in stay]
    now_going = going[:STEP]
    session.execute(delete(Consent).where(col(Consent.person_id).in_(now_going)))
    session.execute(delete(Person).where(col(Person.id).in_(now_going)))
    if len(going) > STEP:
        return False, len(stay)
    return True, _undone(batch, now, len(stay))


def _undone(batch: ImportBatch, now: datetime, stayed: int) -> int:
    batch.status, batch.undone_at = "undone", now
    batch.before = []
    return stayed


def preview(
    ward_code: str,
    kind: str,
    file_name: str,
    made_by: str,
    rows: Sequence[Sequence[Any]],
    told: Mapping[str, Sequence[str]],
) -> ImportBatch:
    """A batch that waits to be confirmed; ``told`` are its ``problems`` and ``notes``."""
    return ImportBatch(
        ward_code=ward_code,
        kind=kind,
        file_name=file_name[:120],
        made_by=made_by,
        rows=[list(row) for row in rows],
        row_count=len(rows),
        problems=list(told["problems"]),
        notes=list(told["notes"]),
    )
