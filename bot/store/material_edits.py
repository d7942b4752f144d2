"""Edits of the material by staff, as rows; ``lessons.material_source`` lays them over the shipped files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlmodel import Session, col, select

from bot.store.database import make_engine
from bot.store.tables import MaterialEdit, utc_now
from lessons.material_source import Edit

SQLITE_PREFIX = "sqlite:///"


def edits(session: Session) -> list[Edit]:
    """Every edit that was not withdrawn, approved or not."""
    rows = session.exec(
        select(MaterialEdit).where(col(MaterialEdit.withdrawn_at).is_(None)).order_by(col(MaterialEdit.id))
    )
    return [as_edit(row) for row in rows]


def as_edit(row: MaterialEdit) -> Edit:
    """A row as the material's own rooms know it."""
    return Edit(row.id or 0, row.item, row.base_hash, row.body, row.author, row.approver, row.effective_from)


def history(session: Session, item: str) -> list[MaterialEdit]:
    """Every edit of an item, withdrawn ones too, the newest first."""
    statement = select(MaterialEdit).where(MaterialEdit.item == item).order_by(col(MaterialEdit.id).desc())
    return list(session.exec(statement))


def waiting(session: Session, now: datetime) -> list[MaterialEdit]:
    """The edits that are not in force yet: drafts, and approved ones whose day has not come."""
    statement = (
        select(MaterialEdit)
        .where(
            col(MaterialEdit.withdrawn_at).is_(None),
            col(MaterialEdit.approver).is_(None) | (col(MaterialEdit.effective_from) > now),
        )
        .order_by(col(MaterialEdit.id))
    )
    return list(session.exec(statement))


def add(session: Session, edit: Edit, author_id: int | None = None, why: str = "") -> int:
    """Keep an edit; its number is given here and returned."""
    row = MaterialEdit(
        item=edit.item,
        base_hash=edit.base_hash,
        body=edit.body,
        author=edit.author,
        approver=edit.approver,
        made_at=utc_now(),
        effective_from=edit.effective_from,
        author_id=author_id,
        why=why,
    )
    session.add(row)
    session.flush()
    return row.id or 0


def approve(
    session: Session, number: int, approver: str, effective_from: datetime, approver_id: int | None = None
) -> bool:
    """Let an edit come into force; False when there is none such."""
    row = session.get(MaterialEdit, number)
    if row is None or row.withdrawn_at is not None:
        return False
    row.approver, row.effective_from, row.approver_id = approver, effective_from, approver_id
    return True


def withdraw(session: Session, number: int) -> bool:
    """Take an edit back; what was taught before it is taught again. False when there is none such."""
    row = session.get(MaterialEdit, number)
    if row is None or row.withdrawn_at is not None:
        return False
    row.withdrawn_at = utc_now()
    return True


def stored_edits(url: str) -> list[Edit]:
    """The edits in the database at this address; none when there is no database yet."""
    if url.startswith(SQLITE_PREFIX) and not Path(url.removeprefix(SQLITE_PREFIX)).is_file():
        return []
    engine = make_engine(url)
    try:
        if MaterialEdit.__tablename__ not in inspect(engine).get_table_names():
            return []
        with Session(engine.execution_options(sqlite_begin="DEFERRED")) as session:
            return edits(session)
    finally:
        engine.dispose()
