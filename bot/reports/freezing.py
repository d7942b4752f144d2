"""Freezing a report: from then on nothing that happens to log, persons or definitions changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from bot.reports.document import Frozen
from bot.reports.snapshot import Snapshot, digest, read, written
from bot.store.tables import FrozenReport


class ChangedReportError(Exception):
    """A frozen body no longer has its digest: somebody changed the database."""


def freeze(session: Session, snapshot: Snapshot, words: Mapping[str, str], by: str, now: datetime) -> FrozenReport:
    """Keep figures and words for good."""
    body = written(snapshot, words)
    row = FrozenReport(
        ward_code=snapshot.ward_code,
        period=snapshot.period,
        body=body,
        sha256=digest(body),
        frozen_by=by,
        frozen_at=now,
    )
    session.add(row)
    session.flush()
    return row


def frozen_reports(session: Session, ward_code: str) -> Sequence[FrozenReport]:
    """Every frozen report of a ward, the newest first."""
    return session.exec(
        select(FrozenReport).where(FrozenReport.ward_code == ward_code).order_by(col(FrozenReport.id).desc())
    ).all()


def content(row: FrozenReport) -> tuple[Snapshot, dict[str, str], Frozen]:
    """What was frozen. Raises ChangedReportError when it is not what the digest was made of."""
    if digest(row.body) != row.sha256:
        raise ChangedReportError(f"the frozen report {row.id} was changed in the database")
    return *read(row.body), Frozen(row.frozen_at, row.sha256)
