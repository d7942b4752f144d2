"""Backups in one format for SQLite and PostgreSQL: a zip with a manifest and one file of JSON lines a table.

The wards' own plan documents lie beside them: without these an index cannot be built anew.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, DateTime, Engine, MetaData, Table, delete, insert, select, text

from bot.store.measure_views import drop_views

FORMAT = 1
BATCH = 1000  # rows written at a time
VERSION_TABLE = "alembic_version"
DOCUMENTS = "documents/"
DOCUMENT_NAME = re.compile(r"[a-z0-9-]+\.md")  # a ward's code: no other name leaves a backup
# Tokens that work for whoever holds them. A backup is carried to other machines, and each renewal kills the pair
# before it, so that one from a backup would be dead anyway; a restore keeps the pair that is in use.
SECRET_TABLES = frozenset({"channel_account", "oa_token", "webhook_secret"})


class BrokenArchiveError(Exception):
    """The file is not a backup, or it is damaged."""


def write_archive(
    engine: Engine, target: Path, revision: str, *, secrets: bool = False, documents: Sequence[Path] = ()
) -> dict[str, int]:
    """Write every table, and ``documents``, into ``target``, which appears only when complete; returns rows by table.

    ``secrets``: with SECRET_TABLES, for a move to another database.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    counts: dict[str, int] = {}
    try:
        with (
            engine.connect() as connection,
            connection.begin(),
            zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            for table in _tables(connection):
                if table.name in SECRET_TABLES and not secrets:
                    continue
                counts[table.name] = _write_table(connection, archive, table)
            for file in documents:
                archive.write(file, f"{DOCUMENTS}{file.name}")
            manifest = {
                "format": FORMAT,
                "revision": revision,
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "tables": counts,
                "documents": [file.name for file in documents],
            }
            archive.writestr("manifest.json", json.dumps(manifest, indent=1))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return counts


def read_manifest(source: Path) -> dict[str, Any]:
    """The manifest of a backup, checked: every table is there with the rows it names."""
    try:
        with zipfile.ZipFile(source) as archive:
            if archive.testzip() is not None:
                raise BrokenArchiveError(f"{source} is damaged; take another backup.")
            manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
            names = set(archive.namelist())
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError, EOFError) as cause:
        raise BrokenArchiveError(f"{source} is not a bdhvs backup or is damaged.") from cause
    if manifest.get("format") != FORMAT:
        raise BrokenArchiveError(f"{source} has format {manifest.get('format')}; this program reads {FORMAT}.")
    if missing := [name for name in manifest["tables"] if f"tables/{name}.jsonl" not in names]:
        raise BrokenArchiveError(f"{source} lacks the table {missing[0]}; take another backup.")
    return manifest


def load_rows(engine: Engine, source: Path, manifest: dict[str, Any]) -> None:
    """Put a backup's rows into the empty tables of a database at the backup's revision, all or nothing."""
    with zipfile.ZipFile(source) as archive, engine.connect() as connection, connection.begin():
        for table in _tables(connection):
            expected = manifest["tables"].get(table.name, 0)
            loaded = 0
            for batch in _batches(archive, table):
                connection.execute(insert(table), batch)
                loaded += len(batch)
            if loaded != expected:
                raise BrokenArchiveError(f"{source}: {table.name} has {loaded} rows instead of {expected}.")
            _advance_sequence(connection, table)


def unpack_documents(source: Path, manifest: dict[str, Any], folder: Path) -> None:
    """Put a backup's documents into ``folder``; those that are only there stay."""
    names = [name for name in manifest.get("documents", ()) if DOCUMENT_NAME.fullmatch(name)]
    with zipfile.ZipFile(source) as archive:
        for name in names:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(archive.read(DOCUMENTS + name))


def secret_rows(engine: Engine) -> list[tuple[Table, list[dict[str, Any]]]]:
    """What SECRET_TABLES hold now, for ``put_back``."""
    with engine.connect() as connection, connection.begin():
        tables = [table for table in _tables(connection) if table.name in SECRET_TABLES]
        return [(table, [dict(row) for row in connection.execute(select(table)).mappings()]) for table in tables]


def put_back(engine: Engine, kept: list[tuple[Table, list[dict[str, Any]]]]) -> None:
    """Give the emptied SECRET_TABLES what they held."""
    with engine.connect() as connection, connection.begin():
        for table, rows in kept:
            if rows:
                connection.execute(delete(table))
                connection.execute(insert(table), rows)


def drop_everything(engine: Engine) -> None:
    """Remove every table and view, for a restore into a database in use."""
    metadata = MetaData()
    with engine.connect() as connection, connection.begin():
        drop_views(connection)
        metadata.reflect(connection)
        metadata.drop_all(connection)


def _tables(connection: Connection) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != VERSION_TABLE]


def _write_table(connection: Connection, archive: zipfile.ZipFile, table: Table) -> int:
    count = 0
    ordered = select(table).order_by(*table.primary_key.columns)
    name = f"tables/{table.name}.jsonl"
    with archive.open(name, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "utf-8", newline="\n") as out:
        for row in connection.execution_options(yield_per=BATCH).execute(ordered).mappings():
            out.write(json.dumps({key: _plain(value) for key, value in row.items()}, ensure_ascii=False) + "\n")
            count += 1
    return count


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def _batches(archive: zipfile.ZipFile, table: Table) -> Iterator[list[dict[str, Any]]]:
    zoned = _keeps_zone(table)
    name = f"tables/{table.name}.jsonl"
    if name not in archive.namelist():
        return
    batch: list[dict[str, Any]] = []
    with archive.open(name) as raw, io.TextIOWrapper(raw, "utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            batch.append({key: _typed(table, key, value, zoned) for key, value in row.items()})
            if len(batch) == BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _keeps_zone(table: Table) -> bool:
    return any(isinstance(column.type, DateTime) and column.type.timezone for column in table.columns)


def _typed(table: Table, key: str, value: Any, zoned: bool) -> Any:
    kind = table.columns[key].type
    if value is None:
        return None
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        return moment if zoned else moment.astimezone(UTC).replace(tzinfo=None)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _advance_sequence(connection: Connection, table: Table) -> None:
    """PostgreSQL's counters do not follow rows that bring their own numbers."""
    if connection.dialect.name != "postgresql" or "id" not in table.columns:
        return
    quoted = connection.dialect.identifier_preparer.format_table(table)
    connection.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence(:name, 'id'), (SELECT coalesce(max(id), 1) FROM {quoted}), "  # noqa: S608 - a reflected table's own name
            f"(SELECT count(*) > 0 FROM {quoted}))"
        ),
        {"name": table.name},
    )
