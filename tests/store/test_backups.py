"""The nightly backup: encrypted, put back on either engine, thinned out, missed and told."""

from __future__ import annotations

import os
import stat
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from bot.alerts import overdue_backup
from bot.jobs import backups
from bot.jobs.backups import NightlyBackup, attempt, is_due, last_night, thin_out, worth_keeping
from bot.settings import Settings
from bot.store.archive import BrokenArchiveError, unpack_documents
from bot.store.database import Database
from bot.store.restore import restore
from bot.store.sealed import KeyMissingError, is_sealed, make_key, opened, read_key
from bot.store.tables import AuditEntry, BackupRun, ResidentialGroup, Ward, utc_now

# Half past two at night in Vietnam.
NIGHT = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
QUARTER = timedelta(days=90)


def settings(database: Database, folder: Path) -> Settings:
    return Settings(_env_file=None, data_dir=folder, database_url=database.url)


def fill(database: Database, installed: datetime = NIGHT - timedelta(days=1)) -> None:
    def unit(session):
        for ward in session.exec(select(Ward)):
            ward.created_at = installed
        session.add(ResidentialGroup(ward_code="hung-dao", name="Tổ bí mật", join_code="abc", adults=120))
        session.add(AuditEntry(at=NIGHT, ward_code="hung-dao", action="group_add", detail="Tổ bí mật"))

    database.write_now(unit)


def groups(database: Database) -> list[tuple[str, int | None]]:
    return database.read_now(lambda session: [(row.name, row.adults) for row in session.exec(select(ResidentialGroup))])


def only_sealed_is_left(file: Path, size: int) -> None:
    content = file.read_bytes()
    assert is_sealed(file) and len(content) == size
    assert "bí mật".encode() not in content and b"residential_group" not in content
    assert [one.name for one in file.parent.parent.iterdir()] == ["nightly"]


async def test_a_night_later_the_backup_is_there_encrypted_and_comes_back(database: Database, tmp_path: Path) -> None:
    fill(database)
    current = settings(database, tmp_path)
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "hung-dao.md").write_text("# Kế hoạch 7", encoding="utf-8")
    job = NightlyBackup(current, database)
    assert await job.step(NIGHT)
    assert not await job.step(NIGHT + timedelta(hours=20)), "one a night"
    run = database.read_now(lambda session: session.exec(select(BackupRun)).one())
    file = Path(run.file)
    assert file.parent == tmp_path / "backups" / "nightly" and not run.problem
    only_sealed_is_left(file, run.size)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM residential_group")
    (tmp_path / "plans" / "hung-dao.md").unlink()
    with opened(file, current.backup_key, tmp_path) as plain:
        restore(database.url, plain, tmp_path / "backups", tmp_path / "plans")
    assert groups(database) == [("Tổ bí mật", 120)]
    assert (tmp_path / "plans" / "hung-dao.md").read_text(encoding="utf-8") == "# Kế hoạch 7"
    assert await job.step(NIGHT + timedelta(hours=24))


def test_a_document_with_a_path_stays_in_the_backup(tmp_path: Path) -> None:
    file, folder = tmp_path / "b.zip", tmp_path / "plans"
    names = ["../evil.md", "/etc/evil.md", "a/b.md", "hung-dao.md", "HÙNG.md"]
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(f"documents/{name}", "x")
    unpack_documents(file, {"documents": names}, folder)
    assert [one.name for one in folder.iterdir()] == ["hung-dao.md"]
    assert not (tmp_path / "evil.md").exists()


@pytest.mark.postgres
async def test_a_backup_of_one_engine_comes_back_on_the_other(
    sqlite_database_url: str, postgres_url: str, tmp_path: Path
) -> None:
    small = Database(sqlite_database_url)
    small.write_now(lambda session: session.add(Ward(code="hung-dao", name="Phường Hưng Đạo")))
    fill(small)
    current = settings(small, tmp_path)
    run = await NightlyBackup(current, small).make(NIGHT)
    small.close()
    with opened(Path(run.file), current.backup_key, tmp_path) as plain:
        restore(postgres_url, plain, tmp_path)
    large = Database(postgres_url)
    assert groups(large) == [("Tổ bí mật", 120)]
    fresh = settings(large, tmp_path / "other")
    run = await NightlyBackup(fresh, large).make(NIGHT)
    with opened(Path(run.file), fresh.backup_key, tmp_path) as plain:
        back = f"sqlite:///{(tmp_path / 'back.db').as_posix()}"
        restore(back, plain, tmp_path)
    again = Database(back)
    assert groups(again) == groups(large)
    for one in (large, again):
        one.close()


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "key.txt"
    make_key(file)
    key = str(read_key(file))
    make_key(file)
    assert str(read_key(file)) == key
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for content in ("", "AGE-SECRET-KEY-1NONSENSE", "hello"):
        file.write_text(content)
        with pytest.raises(KeyMissingError, match="AGE-SECRET-KEY"):
            read_key(file)
    with pytest.raises(KeyMissingError, match="BDHVS_BACKUP_KEY_FILE"):
        read_key(tmp_path / "nowhere")


def test_another_key_or_a_damaged_file_is_told(sqlite_database_url: str, tmp_path: Path) -> None:
    current = Settings(_env_file=None, data_dir=tmp_path, database_url=sqlite_database_url)
    file = Path(attempt(current, NIGHT).file)
    other = tmp_path / "other.txt"
    make_key(other)
    with pytest.raises(BrokenArchiveError, match="another key"), opened(file, other, tmp_path):
        pass
    whole = file.read_bytes()
    for damaged in (whole[:-40], whole[:400] + bytes([whole[400] ^ 1]) + whole[401:]):
        file.write_bytes(damaged)
        with pytest.raises(BrokenArchiveError), opened(file, current.backup_key, tmp_path):
            pass


async def test_a_backup_that_fails_is_told_and_tried_again_an_hour_later(database: Database, tmp_path: Path) -> None:
    fill(database)
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    current = settings(database, tmp_path).model_copy(update={"backup_dir": blocked})
    job = NightlyBackup(current, database)
    assert await job.step(NIGHT)
    run = database.read_now(lambda session: session.exec(select(BackupRun)).one())
    assert "file" in run.problem and not run.file
    assert not await job.step(NIGHT + timedelta(minutes=10))
    blocked.unlink()
    assert await job.step(NIGHT + timedelta(hours=1))
    assert len(list(blocked.iterdir())) == 1


def test_the_night_is_that_of_vietnam() -> None:
    assert last_night(NIGHT) == datetime(2026, 11, 20, 19, tzinfo=UTC)
    assert last_night(NIGHT - timedelta(hours=1)) == datetime(2026, 11, 19, 19, tzinfo=UTC)


def test_a_fresh_installation_waits_for_its_first_night(database: Database) -> None:
    fill(database, NIGHT)
    assert not database.read_now(lambda session: is_due(session, NIGHT + timedelta(hours=1)))
    assert database.read_now(lambda session: is_due(session, NIGHT + timedelta(hours=24)))


def test_two_days_without_a_backup_are_an_alert(database: Database) -> None:
    def alerts() -> list[str]:
        return [one.text for one in database.read_now(overdue_backup)]

    assert alerts() == [], "installed just now"
    fill(database, utc_now() - timedelta(hours=49))
    assert alerts() == ["there has been no backup for 2 days"]
    database.write_now(lambda session: session.add(BackupRun(at=utc_now(), problem="No space left on device")))
    assert alerts() == ["there has been no backup for 2 days: No space left on device"]
    database.write_now(lambda session: session.add(BackupRun(at=utc_now(), file="x", size=1)))
    assert alerts() == []


def test_a_year_of_nights_leaves_days_weeks_and_months(tmp_path: Path) -> None:
    for day in range(365):
        name = (NIGHT - timedelta(days=day)).strftime(backups.NAME_FORM)
        (tmp_path / f"{name}.age").touch()
    (tmp_path / "bdhvs-của tôi.age").touch()
    thin_out(tmp_path, NIGHT, QUARTER)
    left = sorted(file.name for file in tmp_path.iterdir())
    assert len(left) == 1 + 7 + 2 + 2, "my own, seven days, two more weeks, two more months"
    assert "bdhvs-của tôi.age" in left


@given(st.sets(st.integers(0, 20_000), min_size=1, max_size=60))
def test_the_newest_is_never_removed_and_nothing_old_is_kept(hours: set[int]) -> None:
    made = [NIGHT - timedelta(hours=one) for one in hours]
    kept = worth_keeping(made, NIGHT, QUARTER)
    assert max(made) in kept
    assert all(one >= NIGHT - QUARTER for one in kept - {max(made)})
    assert len(kept) <= backups.DAYS + backups.WEEKS + backups.MONTHS
