"""Makes the daily figures anew: those of every ward at night, those that were asked for or are behind in between."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, select

from bot.indicators import daily
from bot.indicators.nights import last_night
from bot.store.database import Database
from bot.store.tables import FigureBuild, Ward

# Making the figures of a ward that are merely behind takes at most this share of the time: it needs a whole core.
SHARE = 0.05


class Figures:
    """``step`` now and then, by the program that leads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def step(self, now: datetime) -> int:
        """Make what is due; how many rows changed. Residents' messages are stored between the parts."""
        due = await self._database.read(lambda session: due_wards(session, now))
        changed = 0
        for ward_code in due:
            found = await self._database.read(lambda session, ward=ward_code: daily.changes(session, ward))  # type: ignore[misc]
            changed += len(found.gone) + len(found.written)
            for part in daily.steps(found):
                await self._database.write(lambda session, one=part: daily.write(session, one, now))  # type: ignore[misc]
        return changed


def due_wards(session: Session, now: datetime) -> list[str]:
    """The wards whose figures are to be made: asked for, not made since the night, or behind for long enough."""
    night = last_night(now)
    due = []
    for ward_code in session.exec(select(Ward.code)).all():
        build = session.get(FigureBuild, ward_code)
        rested = build is None or now - build.built_at >= timedelta(seconds=build.seconds / SHARE)
        if build is None or build.stale or build.built_at < night or (rested and daily.is_behind(session, ward_code)):
            due.append(ward_code)
    return due
