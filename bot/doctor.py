"""What is wrong with this installation and how to mend it: for ``bdhvs doctor`` and the staff site's system page."""

from __future__ import annotations

import asyncio
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeVar

from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.alerts import Alert, near_quota, overdue_backup, stalled
from bot.answering import INDEX_ERRORS, current_index, is_current
from bot.connecting import connected_channels
from bot.editing import with_stored_edits
from bot.errors import OperatorError
from bot.material import Material, knowledge_root, load_material, open_encoder
from bot.papers.sounds import voice
from bot.settings import Settings
from bot.store.database import Database, make_engine
from bot.store.migrate import NewerDatabaseError, UnknownDatabaseError, current_revision, head_revision
from bot.store.sealed import KeyMissingError, read_key
from bot.store.tables import BackupRun, Inbox, Outbox
from knowledge.index import check_model, load_index
from knowledge.yaml_source import MaterialError
from lessons.progress import VIETNAM

T = TypeVar("T")
FREE_SPACE_MEGABYTES = 500  # an index, a backup and a day's messages fit many times


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, whether it is well, and what was seen or is to be done."""

    name: str
    well: bool
    text: str


@dataclass(frozen=True, slots=True)
class Installation:
    """What is looked at. The running server gives what it holds; without it everything is read from disk.

    ``channels`` names what is connected, or raises OperatorError; ``index`` is the one in use.
    """

    settings: Settings
    database: Database | None = None
    material: Callable[[], Material] | None = None
    index: Callable[[], str] | None = None
    channels: Callable[[], str] | None = None

    def read(self, look: Callable[[Session], T]) -> T:
        """Look into the database. Raises SQLAlchemyError, also when it is still to be made."""
        if self.database is not None:
            return self.database.read_now(look)
        database = Database(self.settings.sqlalchemy_url)
        try:
            return database.read_now(look)
        finally:
            database.close()


def examine(installation: Installation) -> Iterator[Finding]:
    """Every check, in the order in which problems build on each other."""
    for name, check in (
        ("versions", _versions),
        ("data folder", _data_folder),
        ("database", _database),
        ("material", _material),
        ("index", _index),
        ("public address", _public_url),
        ("reading aloud", _voice),
        ("channels", _channels),
        ("queues", _queues),
        ("outbox", _outbox),
        ("quotas", _quotas),
        ("backups", _backups),
    ):
        yield _examined(name, check, installation)


def _examined(name: str, check: Callable[[Installation], str], installation: Installation) -> Finding:
    try:
        return Finding(name, True, check(installation))
    except OperatorError as error:
        return Finding(name, False, str(error))


def _versions(installation: Installation) -> str:
    return f"bdhvs {version('bdhvs')}, Python {platform.python_version()}, {platform.system()}"


def _data_folder(installation: Installation) -> str:
    folder = installation.settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".write-test"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise OperatorError(
            f"{folder} is not writable ({error.strerror}). Change BDHVS_DATA_DIR or its owner."
        ) from error
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < FREE_SPACE_MEGABYTES:
        raise OperatorError(f"Only {free} MB are free in {folder}. Free some space.")
    return f"{folder.resolve()}, {free} MB free"


def _database(installation: Installation) -> str:
    try:
        engine = make_engine(installation.settings.sqlalchemy_url)
        try:
            revision, name = current_revision(engine), engine.dialect.name
        finally:
            engine.dispose()
    except (NewerDatabaseError, UnknownDatabaseError) as error:
        raise OperatorError(str(error)) from error
    except (SQLAlchemyError, ImportError) as error:
        raise OperatorError(
            f"Cannot be opened ({type(error).__name__}). Check BDHVS_DATABASE_URL; PostgreSQL also needs "
            "pip install 'bdhvs[postgres]'."
        ) from error
    if revision is None:
        return "none yet; bdhvs serve makes it"
    if revision != head_revision():
        raise OperatorError(f"At revision {revision}, this program wants {head_revision()}. Run: bdhvs db upgrade")
    return f"{name}, revision {revision}"


def _material(installation: Installation) -> str:
    try:
        material = installation.material() if installation.material else load_material(installation.settings)
    except (MaterialError, OSError, ValueError) as error:
        raise OperatorError(f"{error}. See: bdhvs lessons check") from error
    return f"{len(material.wards)} wards, {len(material.catalogue.courses)} courses"


def _index(installation: Installation) -> str:
    if installation.index is not None:
        return installation.index()
    settings = installation.settings
    folder = current_index(settings.data_dir)
    if folder is None:
        raise OperatorError("None yet. Build it: bdhvs index build")
    try:
        encoder = open_encoder(settings)
        index = load_index(folder)
        check_model(index, encoder.name, encoder.fingerprint)
    except INDEX_ERRORS as error:
        raise OperatorError(str(error)) from error
    if not is_current(folder, knowledge_root(with_stored_edits(settings)), settings.data_dir, encoder):
        raise OperatorError("Older than the material. Build it anew: bdhvs index build")
    return f"{folder.name}, {len(index)} rows"


def _public_url(installation: Installation) -> str:
    settings = installation.settings
    if settings.public_url is None:
        return "not set; posters, certificates and webhooks need BDHVS_PUBLIC_URL"
    if not settings.public_url.startswith("https://") and not settings.on_loopback:
        raise OperatorError("BDHVS_PUBLIC_URL must begin with https:// when others can reach the server.")
    return settings.public_url


def _voice(installation: Installation) -> str:
    speech = voice(installation.settings)
    if speech is None:
        return "switched off (BDHVS_SPEECH_VOICE is empty)"
    return speech.name if speech.missing is None else f"off: {speech.missing}"


def _channels(installation: Installation) -> str:
    if installation.channels is not None:
        return installation.channels()
    settings = installation.settings
    connected = ["web"]
    database = Database(settings.sqlalchemy_url)
    try:
        for channel, _pace in connected_channels(settings, database):
            connected.append(f"{channel.name} as {asyncio.run(_verify(channel))}")
    finally:
        database.close()
    return ", ".join(connected)


def _queues(installation: Installation) -> str:
    def look(session: Session) -> tuple[int, int]:
        new = select(func.count(col(Inbox.id))).where(Inbox.status == "new")
        waiting = select(func.count(col(Outbox.id))).where(col(Outbox.status).in_(("waiting", "sending")))
        return session.exec(new).one(), session.exec(waiting).one()

    try:
        messages, replies = installation.read(look)
    except SQLAlchemyError:
        return "none yet"
    return f"{messages} messages to be answered, {replies} replies to be sent"


def _outbox(installation: Installation) -> str:
    remedy = "Is bdhvs serve running? Its log says what the platform answers."
    return _unless_alerts(installation, stalled, remedy, "none yet", "nothing waits too long")


def _quotas(installation: Installation) -> str:
    remedy = "Order a larger plan, or tell residents of another channel."
    return _unless_alerts(installation, near_quota, remedy, "none counted yet", "none is near its end")


def _backups(installation: Installation) -> str:
    settings = installation.settings
    if not settings.backup_nightly:
        return "switched off (BDHVS_BACKUP_NIGHTLY); see to them yourself"

    def last(session: Session) -> BackupRun | None:
        made = select(BackupRun).where(BackupRun.problem == "").order_by(col(BackupRun.id).desc())
        return session.exec(made.limit(1)).first()

    remedy = "Is bdhvs serve running at night? By hand: bdhvs backup"
    told = _unless_alerts(installation, overdue_backup, remedy, "none yet; bdhvs serve makes one every night", "")
    run = None if told else installation.read(last)
    if run is None:
        return told or "none yet; the first is made tonight"
    try:
        read_key(settings.backup_key)
    except KeyMissingError as error:
        raise OperatorError(str(error)) from error
    when = run.at.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M")
    return f"the last at {when}, {run.size // 1000} kB: {run.file}; its key: {settings.backup_key}"


def _unless_alerts(
    installation: Installation, look: Callable[[Session], Sequence[Alert]], remedy: str, no_tables: str, quiet: str
) -> str:
    """``quiet`` when there is nothing to tell, ``no_tables`` when the database is still to be made."""
    try:
        found = installation.read(look)
    except SQLAlchemyError:
        return no_tables
    if found:
        raise OperatorError("; ".join(f"{alert.channel}: {alert.text}" for alert in found) + f". {remedy}")
    return quiet


async def _verify(channel: object) -> str:
    from bot.channels.base import ChannelError

    try:
        return str(await channel.verify())  # type: ignore[attr-defined]
    except ChannelError as error:
        raise OperatorError(f"{error}. Check the token and the network.") from error
