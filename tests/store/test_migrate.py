"""Upgrading: a backup first, a way back, and never a newer or foreign database."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlmodel import select

from bot.store.archive import BrokenArchiveError
from bot.store.database import Database, make_engine
from bot.store.forget import forget_person
from bot.store.migrate import (
    NewerDatabaseError,
    UnknownDatabaseError,
    downgrade_to,
    head_revision,
    run_to,
    upgrade,
)
from bot.store.restore import TargetNotEmptyError, back_up, copy, restore
from bot.store.tables import Chat, OaToken, Outbox, Person, ResidentialGroup, StaffAccount, Ward, utc_now


def fill(database: Database) -> None:
    def unit(session):
        session.add(ResidentialGroup(ward_code="hung-dao", name="Tổ 1", join_code="abc", adults=120))
        session.add(Chat(channel="web", address="một", state={"nhớ": ["điều", 1]}, ward_code="hung-dao"))
        session.add(StaffAccount(username="lan", name="Lan"))

    database.write_now(unit)


def content(database: Database) -> list[object]:
    def unit(session):
        return [
            sorted((one.code, one.name, one.created_at) for one in session.exec(select(Ward))),
            [(one.name, one.adults, one.active) for one in session.exec(select(ResidentialGroup))],
            [(one.address, one.state, one.created_at) for one in session.exec(select(Chat))],
        ]

    return database.read_now(unit)


def test_the_tables_are_those_of_the_code(database: Database) -> None:
    """A column added to tables.py without a migration shows here."""
    from sqlmodel import SQLModel

    inspector = inspect(database.engine)
    for table in SQLModel.metadata.tables.values():
        assert {column["name"] for column in inspector.get_columns(table.name)} == set(table.columns.keys())


def test_a_backup_is_made_before_a_migration_and_is_the_way_back(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    before = content(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    monkeypatch.setattr("bot.store.migrate.known_revisions", lambda: {"0000", head_revision()})
    monkeypatch.setattr("bot.store.migrate.run_to", lambda engine, revision: None)
    done = upgrade(database.engine, tmp_path / "backups")
    assert done.backup is not None
    assert done.backup.is_file()
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{head_revision()}'"))
        connection.execute(text("DELETE FROM chat"))
    monkeypatch.undo()
    backup = tmp_path / "relabelled.zip"
    relabel(done.backup, backup)
    kept = restore(database.url, backup, tmp_path / "backups")
    assert kept is not None
    assert content(database) == before


def relabel(source: Path, target: Path) -> None:
    """The backup of a pretended older revision, whose tables are today's."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "manifest.json":
                body = body.replace(b'"0000"', f'"{head_revision()}"'.encode())
            new.writestr(name, body)


def test_going_back_and_forth_leaves_an_empty_and_a_full_schema(database: Database) -> None:
    downgrade_to(database.engine, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    run_to(database.engine, head_revision())
    assert "attempt" in inspect(database.engine).get_table_names()


def test_a_number_shown_to_somebody_is_not_given_out_again_after_an_upgrade(database: Database) -> None:
    """A web page knows by the number which replies it has shown; SQLite makes the table anew to alter it."""
    downgrade_to(database.engine, "0006")
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO chat (channel, address, state, reachable, created_at, last_seen_at) "
                "VALUES ('web', 'a', '{}', true, '2026-11-21', '2026-11-21')"
            )
        )
        chat = connection.scalar(text("SELECT id FROM chat"))
        for _ in range(3):
            connection.execute(
                text(
                    "INSERT INTO outbox (chat_id, channel, body, priority, status, tries, not_before, "
                    "created_at) VALUES (:chat, 'web', '{}', 0, 'sent', 0, '2026-11-21', '2026-11-21')"
                ),
                {"chat": chat},
            )
        shown = connection.scalar(text("SELECT max(id) FROM outbox"))
        connection.execute(text("DELETE FROM outbox"))
    run_to(database.engine, head_revision())

    def add(session):
        row = Outbox(chat_id=chat, channel="web", body={})
        session.add(row)
        session.flush()
        return row.id

    assert database.write_now(add) > shown


def test_the_official_accounts_tokens_of_before_are_the_shared_accounts(database: Database) -> None:
    downgrade_to(database.engine, "in01")
    with database.engine.begin() as connection:
        for app, expires in (("old", "2026-11-20"), ("360", "2026-11-21")):
            values = {"app": app, "expires": expires}
            connection.execute(
                text("INSERT INTO oa_token (app_id, access, refresh, expires_at) VALUES (:app, 'a', 'r', :expires)"),
                values,
            )
    run_to(database.engine, head_revision())
    assert database.read_now(lambda session: session.get_one(OaToken, "zalo-oa").app_id) == "360"
    downgrade_to(database.engine, "in01")
    with database.engine.begin() as connection:
        assert connection.scalar(text("SELECT app_id FROM oa_token")) == "360"


def test_a_newer_database_is_refused(database: Database, tmp_path: Path) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabaseError, match="newer"):
        upgrade(database.engine, tmp_path)


def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{(tmp_path / 'other.db').as_posix()}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    with pytest.raises(UnknownDatabaseError):
        upgrade(engine, tmp_path)
    engine.dispose()


def test_a_backup_comes_back_as_it_was(database: Database, tmp_path: Path) -> None:
    fill(database)
    before = content(database)
    back_up(database.url, tmp_path / "b.zip")
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM chat"))
    restore(database.url, tmp_path / "b.zip", tmp_path / "backups")
    assert content(database) == before
    database.write_now(lambda session: session.add(Chat(channel="web", address="new", state={})))


def test_a_backup_holds_no_token_and_a_restore_keeps_the_one_in_use(database: Database, tmp_path: Path) -> None:
    def token(access: str) -> OaToken:
        return OaToken(
            account="zalo-oa", app_id="360", access=access, refresh=f"refresh of {access}", expires_at=utc_now()
        )

    fill(database)
    database.write_now(lambda session: session.add(token("secret-1")))
    back_up(database.url, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert not [name for name in archive.namelist() if b"secret-1" in archive.read(name)]
    database.write_now(lambda session: session.merge(token("secret-2")))
    kept = restore(database.url, tmp_path / "b.zip", tmp_path / "backups")
    assert database.read_now(lambda session: session.get_one(OaToken, "zalo-oa")).access == "secret-2"
    assert kept is not None and b"secret-2" not in kept.read_bytes()
    copy(database.url, f"sqlite:///{(tmp_path / 'moved.db').as_posix()}")
    moved = Database(f"sqlite:///{(tmp_path / 'moved.db').as_posix()}")
    assert moved.read_now(lambda session: session.get_one(OaToken, "zalo-oa")).refresh == "refresh of secret-2"
    moved.close()


def test_a_database_moves_to_another_engine(database: Database, sqlite_template: Path, tmp_path: Path) -> None:
    fill(database)
    target = f"sqlite:///{(tmp_path / 'moved.db').as_posix()}"
    copy(database.url, target)
    moved = Database(target)
    assert content(moved) == content(database)
    moved.close()
    with pytest.raises(TargetNotEmptyError):
        copy(database.url, target)


@pytest.mark.postgres
def test_sqlite_grows_into_postgresql(sqlite_database_url: str, postgres_url: str, tmp_path: Path) -> None:
    small = Database(sqlite_database_url)
    small.write_now(lambda session: session.add(Ward(code="hung-dao", name="Phường Hưng Đạo")))
    fill(small)
    copy(sqlite_database_url, postgres_url)
    large = Database(postgres_url)
    assert content(large) == content(small)
    large.write_now(lambda session: session.add(StaffAccount(username="mai", name="Mai")))
    small.close()
    large.close()


def test_who_was_deleted_since_the_backup_is_deleted_again(database: Database, tmp_path: Path) -> None:
    def lives(session):
        session.add_all([Person(id=1, called="Lan"), Person(id=2, called="Mai")])
        session.flush()
        session.add(Chat(id=1, channel="web", address="lan", person_id=1, state={}))
        session.add(Chat(id=3, channel="web", address="ẩn danh", ward_code="hung-dao", state={"noticed": True}))

    database.write_now(lives)
    back_up(database.url, tmp_path / "b.zip")
    database.write_now(lambda session: forget_person(session, 1, 1))
    database.write_now(lambda session: forget_person(session, None, 3))
    for _ in range(2):  # what was deleted stays known through a restore
        restore(database.url, tmp_path / "b.zip", tmp_path / "backups")
        assert database.read_now(lambda session: session.exec(select(Person.called)).all()) == ["Mai"]
        assert database.read_now(lambda session: session.get_one(Chat, 3).state) == {}


@pytest.mark.parametrize("damage", ["cut", "not a zip"])
def test_a_damaged_backup_is_refused_and_changes_nothing(database: Database, tmp_path: Path, damage: str) -> None:
    fill(database)
    before = content(database)
    file = tmp_path / "b.zip"
    back_up(database.url, file)
    file.write_bytes(file.read_bytes()[:-40] if damage == "cut" else b"hello")
    with pytest.raises(BrokenArchiveError):
        restore(database.url, file, tmp_path)
    assert content(database) == before
