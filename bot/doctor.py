"""``bdhvs doctor``: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from bot.alerts import Alert, near_quota, stalled
from bot.answering import INDEX_ERRORS, current_index, is_current
from bot.connecting import connected_channels
from bot.errors import OperatorError
from bot.material import knowledge_root, load_material, open_encoder
from bot.papers.sounds import voice
from bot.settings import Settings
from bot.store.database import Database, make_engine
from bot.store.migrate import NewerDatabaseError, UnknownDatabaseError, current_revision, head_revision
from knowledge.index import check_model, load_index
from knowledge.yaml_source import MaterialError

FREE_SPACE_MEGABYTES = 500  # an index, a backup and a day's messages fit many times


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, whether it is well, and what was seen or is to be done."""

    name: str
    well: bool
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check, in the order in which problems build on each other."""
    for name, check in (
        ("data folder", _data_folder),
        ("database", _database),
        ("material", _material),
        ("index", _index),
        ("public address", _public_url),
        ("reading aloud", _voice),
        ("channels", _channels),
        ("outbox", _outbox),
        ("quotas", _quotas),
    ):
        yield _examined(name, check, settings)


def _examined(name: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(name, True, check(settings))
    except OperatorError as error:
        return Finding(name, False, str(error))


def _data_folder(settings: Settings) -> str:
    folder = settings.data_dir
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


def _database(settings: Settings) -> str:
    try:
        engine = make_engine(settings.sqlalchemy_url)
        try:
            revision = current_revision(engine)
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
    return f"revision {revision}"


def _material(settings: Settings) -> str:
    try:
        material = load_material(settings)
    except (MaterialError, OSError, ValueError) as error:
        raise OperatorError(f"{error}. See: bdhvs lessons check") from error
    return f"{len(material.wards)} wards, {len(material.catalogue.courses)} courses"


def _index(settings: Settings) -> str:
    folder = current_index(settings.data_dir)
    if folder is None:
        raise OperatorError("None yet. Build it: bdhvs index build")
    try:
        encoder = open_encoder(settings)
        index = load_index(folder)
        check_model(index, encoder.name, encoder.fingerprint)
    except INDEX_ERRORS as error:
        raise OperatorError(str(error)) from error
    if not is_current(folder, knowledge_root(settings), settings.data_dir, encoder):
        raise OperatorError("Older than the material. Build it anew: bdhvs index build")
    return f"{folder.name}, {len(index)} rows"


def _public_url(settings: Settings) -> str:
    if settings.public_url is None:
        return "not set; posters, certificates and webhooks need BDHVS_PUBLIC_URL"
    if not settings.public_url.startswith("https://") and not settings.on_loopback:
        raise OperatorError("BDHVS_PUBLIC_URL must begin with https:// when others can reach the server.")
    return settings.public_url


def _voice(settings: Settings) -> str:
    speech = voice(settings)
    if speech is None:
        return "switched off (BDHVS_SPEECH_VOICE is empty)"
    return speech.name if speech.missing is None else f"off: {speech.missing}"


def _channels(settings: Settings) -> str:
    connected = ["web"]
    database = Database(settings.sqlalchemy_url)
    try:
        for channel, _pace in connected_channels(settings, database):
            connected.append(f"{channel.name} as {asyncio.run(_verify(channel))}")
    finally:
        database.close()
    return ", ".join(connected)


def _outbox(settings: Settings) -> str:
    remedy = "Is bdhvs serve running? Its log says what the platform answers."
    return _unless_alerts(settings, stalled, remedy, "none yet", "nothing waits too long")


def _quotas(settings: Settings) -> str:
    remedy = "Order a larger plan, or tell residents of another channel."
    return _unless_alerts(settings, near_quota, remedy, "none counted yet", "none is near its end")


def _unless_alerts(
    settings: Settings, look: Callable[[Session], Sequence[Alert]], remedy: str, no_tables: str, quiet: str
) -> str:
    """``quiet`` when there is nothing to tell, ``no_tables`` when the database is still to be made."""
    database = Database(settings.sqlalchemy_url)
    try:
        found = database.read_now(look)
    except SQLAlchemyError:
        return no_tables
    finally:
        database.close()
    if found:
        raise OperatorError("; ".join(f"{alert.channel}: {alert.text}" for alert in found) + f". {remedy}")
    return quiet


async def _verify(channel: object) -> str:
    from bot.channels.base import ChannelError

    try:
        return str(await channel.verify())  # type: ignore[attr-defined]
    except ChannelError as error:
        raise OperatorError(f"{error}. Check the token and the network.") from error
