"""Putting a backup back, and moving to another database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import inspect

from bot.store.archive import (
    BrokenArchiveError,
    drop_everything,
    load_rows,
    put_back,
    read_manifest,
    secret_rows,
    write_archive,
)
from bot.store.database import make_engine
from bot.store.migrate import current_revision, head_revision, known_revisions, run_to


class TargetNotEmptyError(Exception):
    """The database to copy into holds tables."""


def back_up(url: str, target: Path, *, secrets: bool = False) -> dict[str, int]:
    """Write a backup of the database, without a platform's tokens unless ``secrets``; rows by table."""
    engine = make_engine(url)
    try:
        revision = current_revision(engine)
        if revision is None:
            raise BrokenArchiveError("There is no database yet; nothing to back up. Start bdhvs serve once.")
        return write_archive(engine, target, revision, secrets=secrets)
    finally:
        engine.dispose()


def restore(url: str, source: Path, backups: Path) -> Path | None:
    """Replace the database's content by a backup's; what was there is backed up first, and its file returned.

    The tokens in use stay: those of a backup are dead.
    """
    manifest = read_manifest(source)
    if manifest["revision"] not in known_revisions():
        raise BrokenArchiveError(f"{source} was made by a newer bdhvs; install that version to restore it.")
    engine = make_engine(url)
    kept, tokens = None, []
    try:
        if inspect(engine).get_table_names():
            revision = current_revision(engine)
            stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
            kept = backups / f"before-restore-{stamp}.zip"
            write_archive(engine, kept, revision or head_revision())
            tokens = secret_rows(engine)
            drop_everything(engine)
        run_to(engine, manifest["revision"])
        load_rows(engine, source, manifest)
        run_to(engine, head_revision())
        put_back(engine, tokens)
    finally:
        engine.dispose()
    return kept


def copy(source_url: str, target_url: str) -> dict[str, int]:
    """Copy every row into an empty database, for example from SQLite to PostgreSQL."""
    engine = make_engine(target_url)
    try:
        if inspect(engine).get_table_names():
            raise TargetNotEmptyError("The database to copy into is not empty. Give an empty one.")
    finally:
        engine.dispose()
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "copy.zip"
        counts = back_up(source_url, archive, secrets=True)
        restore(target_url, archive, Path(folder))
    return counts
