"""The night, in which every ward's figures are made anew, and the word to other systems that they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from bot.store.webhooks import FIGURES_READY, announce
from lessons.progress import VIETNAM

NIGHT_HOUR = 2  # in Vietnam; backups and people are asleep


def last_night(now: datetime) -> datetime:
    """The last time that it was NIGHT_HOUR in Vietnam."""
    local = now.astimezone(VIETNAM)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


def tell_ready(session: Session, ward_code: str, made_before: datetime | None, now: datetime) -> None:
    """Tell the ward's webhooks once a night that the figures up to yesterday are made, whoever had them made."""
    night = last_night(now)
    if made_before is None or made_before < night:
        day = night.astimezone(VIETNAM).date() - timedelta(days=1)
        announce(session, ward_code, FIGURES_READY, {"ward": ward_code, "day": day.isoformat()}, now)
