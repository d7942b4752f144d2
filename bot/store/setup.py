"""Setting a ward up: taking a unit of Hải Phòng in as a ward, which steps are done, what was confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.store.naming import natural_key
from bot.store.tables import (
    Chat,
    Inbox,
    Office,
    Outbox,
    Person,
    ResidentialGroup,
    StaffAccount,
    StaffMembership,
    Ward,
    WardPlan,
    WardSetup,
    WardTarget,
)

STEPS = ("groups", "plan", "offices", "targets", "accounts", "channels", "test")
PARTICIPATION = "participation"  # share of a ward's adults who take part, the one target the program counts
OF_PLAN = "plan"  # a target in the plan's own words


def administered_by_others(session: Session, code: str, staff_id: int) -> bool:
    """Whether somebody else has a role in a ward: then it is theirs to give."""
    statement = select(func.count(col(StaffMembership.id))).where(
        StaffMembership.ward_code == code, StaffMembership.staff_id != staff_id
    )
    return session.exec(statement).one() > 0


def begin_ward(session: Session, code: str, name: str, staff_id: int, only: bool) -> None:
    """Take a ward in with this account as its administrator.

    ``only``: residents are offered no other ward that nobody uses yet.
    """
    if session.get(Ward, code) is None:
        session.add(Ward(code=code, name=name))
        session.flush()
    session.get_one(Ward, code).served = True
    held = session.exec(
        select(StaffMembership).where(StaffMembership.ward_code == code, StaffMembership.staff_id == staff_id)
    ).first()
    if held is None:
        session.add(StaffMembership(staff_id=staff_id, ward_code=code, role="administrator"))
    if session.get(WardSetup, code) is None:
        session.add(WardSetup(ward_code=code))
    if only:
        for other in _unused(session, code, staff_id):
            other.served = False


def _unused(session: Session, code: str, staff_id: int) -> list[Ward]:
    """The other wards of this account that have no group, no resident and nobody else of the staff."""
    return [
        ward
        for ward in session.exec(select(Ward).where(Ward.code != code)).all()
        if not administered_by_others(session, ward.code, staff_id)
        and not _count(session, ResidentialGroup, ward.code)
        and not _count(session, Person, ward.code)
    ]


def _count(session: Session, table: Any, code: str) -> int:
    count: int = session.exec(select(func.count()).select_from(table).where(table.ward_code == code)).one()
    return count


def step_counts(session: Session, code: str) -> dict[str, int]:
    """How much of each step is there; 0 is not done."""
    plan = session.get(WardPlan, code)
    return {
        "groups": _count(session, ResidentialGroup, code),
        "plan": int(plan is not None and plan.confirmed_at is not None),
        "offices": _count(session, Office, code),
        "targets": _count(session, WardTarget, code),
        "accounts": _count(session, StaffMembership, code) - 1,
        "test": sum(one["answered"] for one in traffic(session, code).values()),
    }


def setup_of(session: Session, code: str) -> WardSetup:
    """The state of a ward's setting up; a new one for a ward that never began."""
    return session.get(WardSetup, code) or WardSetup(ward_code=code)


def pass_step(session: Session, code: str, step: str) -> None:
    """Leave a step for later."""
    row = setup_of(session, code)
    row.passed = sorted({*row.passed, step})
    session.add(row)


def finish(session: Session, code: str, now: datetime) -> None:
    """Say that the ward is set up."""
    row = setup_of(session, code)
    row.finished_at = now
    session.add(row)


def confirm_plan(session: Session, code: str, confirmed: dict[str, Any], by: str, now: datetime) -> None:
    """Keep what staff say is right of what was read from their plan."""
    plan = session.get_one(WardPlan, code)
    plan.confirmed, plan.confirmed_by, plan.confirmed_at = confirmed, by, now


def set_targets(
    session: Session, code: str, percent: float | None, due_on: date | None, of_plan: Sequence[str], by: str
) -> None:
    """Replace the ward's targets."""
    for row in session.exec(select(WardTarget).where(WardTarget.ward_code == code)):
        session.delete(row)
    if percent is not None:
        session.add(WardTarget(ward_code=code, measure=PARTICIPATION, percent=percent, due_on=due_on, set_by=by))
    session.add_all(WardTarget(ward_code=code, measure=OF_PLAN, text=text, set_by=by) for text in of_plan)


def targets_of(session: Session, code: str) -> Sequence[WardTarget]:
    """The ward's targets, the counted one first."""
    return session.exec(select(WardTarget).where(WardTarget.ward_code == code).order_by(col(WardTarget.id))).all()


def accounts_of(session: Session, code: str) -> list[tuple[StaffAccount, StaffMembership, str | None]]:
    """Who may sign in for the ward, with role and, of a group leader, the group."""
    statement = (
        select(StaffAccount, StaffMembership, ResidentialGroup.name)
        .join(StaffMembership, col(StaffMembership.staff_id) == StaffAccount.id)
        .outerjoin(ResidentialGroup, col(ResidentialGroup.id) == StaffMembership.group_id)
        .where(StaffMembership.ward_code == code)
    )
    found = [(account, membership, group) for account, membership, group in session.exec(statement)]
    return sorted(found, key=lambda one: natural_key(one[0].username))


def traffic(session: Session, code: str) -> dict[str, dict[str, int]]:
    """Messages received from the ward's chats and answered, by channel."""
    statement = (
        select(Chat.channel, func.count(func.distinct(col(Inbox.id))), func.count(func.distinct(col(Outbox.inbox_id))))
        .join(Inbox, col(Inbox.chat_id) == Chat.id)
        .outerjoin(Outbox, col(Outbox.inbox_id) == Inbox.id)
        .where(Chat.ward_code == code)
        .group_by(Chat.channel)
    )
    return {
        channel: {"received": received, "answered": answered} for channel, received, answered in session.exec(statement)
    }
