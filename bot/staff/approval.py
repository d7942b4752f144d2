"""What an edit of the material and an answer by staff have in common: a second person, and a day it is used from."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.settings import Settings
from bot.staff.access import EDITORS
from bot.staff.context import FormProblemError, day_of
from bot.store.tables import MaterialEdit, StaffAccount, StaffAnswerDraft, StaffMembership
from lessons.progress import local_day, local_midnight

Draft = MaterialEdit | StaffAnswerDraft
FURTHEST_DAYS = 366  # a change of law is known about a year ahead
NEVER_ALONE = "always"


def start_of(written: str, now: datetime) -> datetime:
    """When something comes into force: now, or the first moment of a later day in Vietnam. Raises FormProblemError."""
    try:
        day = day_of(written) or local_day(now)
    except ValueError:
        raise FormProblemError("content_day") from None
    if not local_day(now) <= day <= local_day(now) + timedelta(days=FURTHEST_DAYS):
        raise FormProblemError("content_day")
    return max(now, local_midnight(day))


def require_second(
    session: Session, settings: Settings, row: Draft, staff_id: int, ward_code: str | None = None
) -> None:
    """Let only a second person approve a draft, and only once. Raises FormProblemError."""
    if row.approver is not None:
        raise FormProblemError("content_gone")
    if row.author_id == staff_id and not decides_alone(session, settings, staff_id, ward_code):
        raise FormProblemError("content_second")


def decides_alone(session: Session, settings: Settings, staff_id: int, ward_code: str | None = None) -> bool:
    """Whether somebody may approve what they wrote: nobody else could, and the installation lets them.

    ``ward_code`` None: nobody else in any ward, as the material is every ward's. Who was invited and has never set a
    password is nobody yet.
    """
    if settings.second_person == NEVER_ALONE:
        return False
    others = (
        select(StaffAccount.id)
        .join(StaffMembership)
        .where(
            StaffAccount.id != staff_id,
            col(StaffAccount.active).is_(True),
            col(StaffAccount.password_hash).is_not(None),
            col(StaffMembership.role).in_([role.value for role in EDITORS]),
        )
    )
    if ward_code is not None:
        others = others.where(StaffMembership.ward_code == ward_code)
    return session.exec(others.limit(1)).first() is None
