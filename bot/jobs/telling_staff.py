"""What staff are told in their own chats: an alert when it begins, the plan's report before it is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from bot.alerts import Alert
from bot.channels.account import ward_of
from bot.channels.message import Reply
from bot.delivery.broadcasts import is_quiet
from bot.staff.accounts import Role
from bot.staff.context import staff_texts, worded_alert, worded_moment
from bot.store.staff_chats import chats_to_tell, tell_once, told
from bot.store.tables import StaffTold
from knowledge.deadlines import ReportDeadline
from lessons.progress import local_day

ALERT_KEY, REPORT_KEY = "alert:", "report:"
# An alert that was over for less is the same trouble coming and going: it is not told anew.
SAME_TROUBLE = timedelta(hours=1)
NOTED_AGAIN = timedelta(minutes=10)  # that it lasts is written down no oftener
TOLD_ROLES = frozenset({Role.ADMINISTRATOR})
TELL_DAYS_BEFORE = (14, 3)  # to gather the figures, and to send them
KEPT_DAYS = 400  # what was told of a yearly deadline must not be told again before the next one


def alerts_to_tell(session: Session, alerts: Sequence[Alert], now: datetime) -> bool:
    """Whether ``tell_alerts`` would write anything; most looks find nothing new."""
    current = _by_key(alerts)
    known = {row.key: row.at for row in told(session, ALERT_KEY)}
    if any(at < now - (NOTED_AGAIN if key in current else SAME_TROUBLE) for key, at in known.items()):
        return True
    silent = _silent(alerts)
    untold = [alert for key, alert in current.items() if key not in known]
    return any(chats_to_tell(session, TOLD_ROLES, ward_of(alert.channel), silent) for alert in untold)


def tell_alerts(session: Session, alerts: Sequence[Alert], now: datetime) -> int:
    """Tell administrators of alerts that have begun, by a channel that works; those that are over may come again.

    How many messages are on their way. At any hour: an outage does not wait for the morning.
    """
    current = _by_key(alerts)
    for row in told(session, ALERT_KEY):
        if row.key in current:
            row.at = now  # it lasts
        elif row.at < now - SAME_TROUBLE:
            session.delete(row)
    session.flush()
    silent = _silent(alerts)
    return sum(
        tell_once(
            session,
            key,
            Reply(worded_alert(alert)),
            {Role.ADMINISTRATOR},
            now,
            ward=ward_of(alert.channel),
            but_by=silent,
        )
        for key, alert in current.items()
    )


def _by_key(alerts: Sequence[Alert]) -> dict[str, Alert]:
    return {f"{ALERT_KEY}{alert.kind}:{alert.channel}": alert for alert in alerts}


def _silent(alerts: Sequence[Alert]) -> set[str]:
    """Accounts by which nothing arrives at this moment."""
    return {alert.channel for alert in alerts if alert.kind != "quota"}


def tell_of_reports(session: Session, deadlines: Sequence[ReportDeadline], now: datetime) -> int:
    """Tell a ward's staff some days before its plan wants a report, once for each of TELL_DAYS_BEFORE; not at night."""
    session.execute(
        delete(StaffTold).where(
            col(StaffTold.key).startswith(REPORT_KEY), col(StaffTold.at) < now - timedelta(days=KEPT_DAYS)
        )
    )
    if is_quiet(now):
        return 0
    today = local_day(now)
    count = 0
    for deadline in deadlines:
        due = deadline.next_due(today)
        left = (due - today).days
        # Who starts the program late is told once, of the nearest.
        step = min((days for days in TELL_DAYS_BEFORE if left <= days), default=None)
        if step is None:
            continue
        said = _worded(deadline, due, left)
        key = f"{REPORT_KEY}{deadline.ward}:{due.isoformat()}:{step}"
        roles = {Role.ADMINISTRATOR, Role.STAFF}
        count += tell_once(session, key, Reply(said), roles, now, ward=deadline.ward)
    return count


def _worded(deadline: ReportDeadline, due: date, left: int) -> str:
    """What staff are told: the plan's own words, or who confirmed the day."""
    words = {"days": left, "due": worded_moment(due), "plan": deadline.plan, "said": deadline.said}
    if deadline.said or deadline.confirmed_on is None:
        return staff_texts()["report_due"].format(**words)
    confirmed = {"by": deadline.confirmed_by, "on": worded_moment(deadline.confirmed_on)}
    return staff_texts()["report_due_confirmed"].format(**words, **confirmed)
