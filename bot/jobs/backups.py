"""The nightly backup: encrypted, read back, old ones thinned out; by the program that leads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from bot.answering import uploaded_plans
from bot.settings import Settings
from bot.store.archive import BrokenArchiveError, read_manifest
from bot.store.database import Database
from bot.store.restore import back_up
from bot.store.sealed import ENDING, KeyMissingError, make_key, opened, read_key, seal
from bot.store.tables import BackupRun, Ward, utc_now
from lessons.progress import VIETNAM

log = logging.getLogger(__name__)

NIGHT_HOUR = 2  # in Vietnam: nobody writes; a computer that is off then makes it when it is started
RETRY_AFTER = timedelta(hours=1)  # a full disk is not asked again every ten minutes
DAYS, WEEKS, MONTHS = 7, 4, 3  # of each of the last so many the newest is kept
KEEP_RUNS = timedelta(days=400)  # rows of the log
NAME_FORM = "bdhvs-%Y%m%d-%H%M%S"  # in UTC
EXPECTED = (OSError, SQLAlchemyError, BrokenArchiveError, KeyMissingError)


class NightlyBackup:
    """Makes the backup when its hour has come."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    async def step(self, now: datetime) -> bool:
        """Make it when it is due; whether one was tried. Raises SQLAlchemyError when that cannot be written down."""
        if not await self._database.read(lambda session: is_due(session, now)):
            return False
        await self.make(now)
        return True

    async def make(self, now: datetime) -> BackupRun:
        """Make one now; what came of it. Raises SQLAlchemyError when that cannot be written down."""
        run = await asyncio.to_thread(attempt, self._settings, now)

        def unit(session: Session) -> None:
            session.execute(delete(BackupRun).where(col(BackupRun.at) < now - KEEP_RUNS))
            session.add(run)

        await self._database.write(unit)
        if not run.problem:
            keep = timedelta(days=self._settings.keep_backups_days)
            await asyncio.to_thread(thin_out, self._settings.nightly_backups, now, keep)
        return run


def last_night(now: datetime) -> datetime:
    """When the last night's hour was."""
    local = now.astimezone(VIETNAM)
    hour = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return (hour if hour <= local else hour - timedelta(days=1)).astimezone(UTC)


def is_due(session: Session, now: datetime) -> bool:
    """Whether there is none since the last night's hour; an hour after one that failed it is tried again."""
    runs = select(func.max(BackupRun.at))
    made = session.exec(runs.where(BackupRun.problem == "")).one()
    since = made or session.exec(select(func.min(Ward.created_at))).one()
    failed = session.exec(runs.where(BackupRun.problem != "")).one()
    if since is None or since >= last_night(now):
        return False
    return failed is None or failed <= now - RETRY_AFTER


def attempt(settings: Settings, now: datetime) -> BackupRun:
    """Make a backup in the folder of the nightly ones; a failure is logged and told in the result."""
    target = settings.nightly_backups / f"{now.astimezone(UTC).strftime(NAME_FORM)}{ENDING}"
    try:
        write_sealed(settings, target)
        return BackupRun(at=now, file=str(target), size=target.stat().st_size)
    except EXPECTED as error:
        # Only the kind of a database's error: its text may hold rows.
        text = type(error).__name__ if isinstance(error, SQLAlchemyError) else str(error)
        log.error("the backup failed: %s", text)
        return BackupRun(at=now, problem=text)


def write_sealed(settings: Settings, target: Path) -> dict[str, int]:
    """Write an encrypted backup and read it back; rows by table. Raises EXPECTED."""
    place = settings.data_dir / "backups"
    place.mkdir(parents=True, exist_ok=True)
    make_key(settings.backup_key)
    with TemporaryDirectory(dir=place) as folder:
        plain = Path(folder) / "backup.zip"
        counts = back_up(settings.sqlalchemy_url, plain, documents=uploaded_plans(settings.data_dir))
        seal(plain, target, read_key(settings.backup_key))
    try:
        with opened(target, settings.backup_key, place) as written:
            read_manifest(written)
    except BrokenArchiveError:
        target.unlink(missing_ok=True)
        raise
    return counts


def worth_keeping(made: Iterable[datetime], now: datetime, keep: timedelta) -> set[datetime]:
    """Of the backups made then: the newest of each of the last days, weeks and months, none older than ``keep``."""
    times = sorted(made, reverse=True)
    kept: set[datetime] = set()
    for form, count in (("%Y%m%d", DAYS), ("%G%V", WEEKS), ("%Y%m", MONTHS)):
        newest: dict[str, datetime] = {}
        for one in times:
            newest.setdefault(one.astimezone(VIETNAM).strftime(form), one)
        kept |= set(list(newest.values())[:count])
    # The last one stays however old it is: a program that was off for months must not delete its only backup.
    return {one for one in kept if one >= now - keep} | set(times[:1])


def thin_out(folder: Path, now: datetime, keep: timedelta) -> None:
    """Remove the nightly backups that are not worth keeping."""
    found: dict[datetime, Path] = {}
    for file in folder.glob(f"bdhvs-*{ENDING}"):
        try:
            found[datetime.strptime(file.stem, NAME_FORM).replace(tzinfo=UTC)] = file
        except ValueError:
            continue  # somebody else's file
    for made in found.keys() - worth_keeping(found, now, keep):
        found[made].unlink(missing_ok=True)


def run_now(settings: Settings) -> BackupRun:
    """A backup made by the command, written down like the nightly ones. Raises SQLAlchemyError."""
    run = attempt(settings, utc_now())
    database = Database(settings.sqlalchemy_url)
    try:
        database.write_now(lambda session: session.add(run))
    finally:
        database.close()
    return run
