"""Putting a backup back, and moving to another database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, inspect
from sqlmodel import Session, select

from bot.store.archive import (
    BrokenArchiveError,
    drop_everything,
    load_rows,
    put_back,
    read_manifest,
    secret_rows,
    unpack_documents,
    write_archive,
)
from bot.store.database import make_engine
from bot.store.forget import forget_again
from bot.store.migrate import current_revision, head_revision, known_revisions, run_to
from bot.store.tables import Forgotten


class TargetNotEmptyError(Exception):
    """The database to copy into holds tables."""


def back_up(url: str, target: Path, *, secrets: bool = False, documents: Sequence[Path] = ()) -> dict[str, int]:
    """Write a backup of the database and of ``documents``, without a platform's tokens unless ``secrets``.

    Rows by table.
    """
    engine = make_engine(url)
    try:
        revision = current_revision(engine)
        if revision is None:
            raise BrokenArchiveError("There is no database yet; nothing to back up. Start bdhvs serve once.")
        return write_archive(engine, target, revision, secrets=secrets, documents=documents)
    finally:
        engine.dispose()


def restore(url: str, source: Path, backups: Path, documents: Path | None = None) -> Path | None:
    """Replace the database's content by a backup's; what was there is backed up first, and its file returned.

    Who was deleted since the backup is deleted again. The tokens in use stay: those of a backup are dead. The wards'
    plan documents are put into the folder ``documents``.
    """
    manifest = read_manifest(source)
    if manifest["revision"] not in known_revisions():
        raise BrokenArchiveError(f"{source} was made by a newer bdhvs; install that version to restore it.")
    engine = make_engine(url)
    kept, tokens = None, []
    forgotten: Sequence[Forgotten] = ()
    try:
        if inspect(engine).get_table_names():
            revision = current_revision(engine)
            stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
            kept = backups / f"before-restore-{stamp}.zip"
            write_archive(engine, kept, revision or head_revision())
            forgotten = _forgotten(engine)
            tokens = secret_rows(engine)
            drop_everything(engine)
        run_to(engine, manifest["revision"])
        load_rows(engine, source, manifest)
        run_to(engine, head_revision())
        with Session(engine) as session, session.begin():
            forget_again(session, forgotten)
        put_back(engine, tokens)
        if documents is not None:
            unpack_documents(source, manifest, documents)
    finally:
        engine.dispose()
    return kept


def _forgotten(engine: Engine) -> Sequence[Forgotten]:
    """Who was deleted from a database that is about to be replaced; a backup of before still holds them."""
    if Forgotten.__tablename__ not in inspect(engine).get_table_names():
        return ()
    with Session(engine, expire_on_commit=False) as session:
        return session.exec(select(Forgotten)).all()


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
