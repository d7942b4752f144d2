"""Tables taken in a step at a time: each row counted once, whatever stops in between, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.indicators.figures import ward_figures
from bot.staff.groups import new_join_code
from bot.staff.imports.columns import Table, read
from bot.staff.imports.group_rows import check_groups, kind_by_name, same_name
from bot.staff.imports.roster_rows import check_roster
from bot.store import imports
from bot.store.database import Database
from bot.store.tables import Chat, Consent, ImportBatch, Person, ResidentialGroup, utc_now
from tests.support.learners import attempt_of
from tests.support.tables_of_people import GROUP_HEADINGS, ROSTER_HEADINGS, group_rows, roster_rows, workbook

WARD = "hung-dao"
ROWS = 500  # a twentieth of what a large ward sends


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that half a thousand rows take several units of work."""
    monkeypatch.setattr(imports, "STEP", 150)


def keep(database: Database, kind: str, rows: list[list[Any]]) -> int:
    def unit(session: Session) -> int:
        batch = imports.preview(WARD, kind, "bang.xlsx", "Lan", rows, {"problems": [], "notes": []})
        session.add(batch)
        session.flush()
        return batch.id or 0

    return database.write_now(unit)


def take_groups(database: Database, rows: list[list[Any]]) -> int:
    batch = keep(database, "groups", rows)
    while not database.write_now(
        lambda session: imports.take_groups(session, batch, same_name, kind_by_name, new_join_code)
    ):
        pass
    return batch


def take_people(database: Database, rows: list[list[Any]], batch: int | None = None, steps: int = 100) -> int:
    batch = batch or keep(database, "roster", rows)
    for _ in range(steps):
        if database.write_now(lambda session: imports.take_people(session, batch, same_name, utc_now())):
            break
    return batch


def undo_people(database: Database, batch: int) -> int:
    over = False
    while not over:
        over, stayed = database.write_now(lambda session: imports.undo_people(session, batch, utc_now()))
    return stayed


def groups(database: Database) -> dict[str, ResidentialGroup]:
    return {one.name: one for one in database.read_now(lambda session: imports.groups_of(session, WARD))}


def people(database: Database) -> int:
    return database.read_now(lambda session: ward_figures(session, WARD, utc_now()).total.residents)


def checked_groups(rows: list[tuple[object, ...]]) -> list[list[Any]]:
    return check_groups(read("groups", workbook(GROUP_HEADINGS, rows), "bang.xlsx"))


def checked_people(database: Database, rows: list[tuple[object, ...]]) -> list[list[Any]]:
    table = read("roster", workbook(ROSTER_HEADINGS, rows), "bang.xlsx")
    return check_roster(table, {name: one.id or 0 for name, one in groups(database).items()})


def test_groups_and_learners_come_in_once_and_go_again(database: Database) -> None:
    first = take_groups(database, checked_groups(group_rows(ROWS)))
    there = groups(database)
    assert len(there) == ROWS
    one = there["Tổ dân phố số 7"]
    assert (one.kind, one.population, one.adults, one.households, one.leader) == ("tổ dân phố", 1200, 800, 300, "Ông A")
    assert len({group.join_code for group in there.values()}) == ROWS
    rows = checked_people(database, roster_rows(ROWS, ROWS))
    batch = take_people(database, rows)
    assert people(database) == ROWS
    assert database.read_now(lambda session: len(session.exec(select(Consent)).all())) == ROWS
    again = take_people(database, rows)
    assert people(database) == ROWS, "the same list a second time counts nobody twice"
    assert database.read_now(lambda session: session.get_one(ImportBatch, again).added) == 0
    assert undo_people(database, batch) == 0
    assert people(database) == 0
    assert database.read_now(lambda session: session.exec(select(Consent)).all()) == []
    assert database.write_now(lambda session: imports.undo_groups(session, first, utc_now())) == 0
    assert groups(database) == {}


def test_an_import_cut_off_is_gone_on_with_and_counts_nobody_twice(database: Database) -> None:
    take_groups(database, checked_groups(group_rows(3)))
    rows = checked_people(database, roster_rows(ROWS, 3))
    batch = take_people(database, rows, steps=2)
    assert 0 < people(database) < ROWS
    take_people(database, rows, batch)
    assert people(database) == ROWS
    assert database.read_now(lambda session: session.get_one(ImportBatch, batch).rows) == []


def test_changed_groups_get_back_what_they_had(database: Database) -> None:
    take_groups(database, [["Tổ 1", "thôn", 100, None, 30, "Ông A"], ["Tổ 2", None, None, None, None, None]])
    second = take_groups(
        database,
        [["TỔ 1", None, 120, 80, None, None], ["Tổ 2", None, None, None, None, None], ["Thôn Đông"] + [None] * 5],
    )
    one = groups(database)["Tổ 1"]
    assert (one.kind, one.population, one.adults, one.households) == ("thôn", 120, 80, 30)
    assert groups(database)["Thôn Đông"].kind == "thôn"
    batch = database.read_now(lambda session: session.get_one(ImportBatch, second))
    assert (batch.added, batch.changed) == (1, 1)
    database.write_now(lambda session: imports.undo_groups(session, second, utc_now()))
    assert set(groups(database)) == {"Tổ 1", "Tổ 2"}
    one = groups(database)["Tổ 1"]
    assert (one.population, one.adults, one.households) == (100, None, 30)


def test_who_has_learnt_or_taken_up_a_phone_stays_and_so_does_the_group(database: Database) -> None:
    first = take_groups(database, [["Tổ 1", None, None, None, None, None], ["Tổ 2", None, None, None, None, None]])
    one = groups(database)["Tổ 1"].id
    batch = take_people(database, [["bà Tám", one, None], ["ông Ba", one, None], ["cô Tư", one, None]])

    def unit(session: Session) -> None:
        eight, three, _ = session.exec(select(Person).order_by(Person.id)).all()
        session.add(attempt_of(eight))
        session.add(Chat(channel="web", address="abc", person_id=three.id))

    database.write_now(unit)
    assert undo_people(database, batch) == 2
    assert people(database) == 2
    assert database.write_now(lambda session: imports.undo_groups(session, first, utc_now())) == 1
    assert set(groups(database)) == {"Tổ 1"}


def test_a_preview_waits_an_hour(database: Database) -> None:
    batch = keep(database, "roster", [["bà Tám", 1, None]])
    database.write_now(lambda session: imports.forget_previews(session, utc_now()))
    assert database.read_now(lambda session: session.get(ImportBatch, batch)) is not None

    def unit(session: Session) -> None:
        later = utc_now() + timedelta(hours=imports.PREVIEW_HOURS, seconds=1)
        imports.forget_previews(session, later)

    database.write_now(unit)
    assert database.read_now(lambda session: session.get(ImportBatch, batch)) is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ((1, "", "thôn"), "Dòng 2, cột “Tên”: để trống"),
        ((1, "Thôn A", "làng"), "cột “Loại”: “làng” chưa đúng"),
        ((1, "Thôn A", "", "10a"), "cột “Dân số”: “10a” không phải số"),
        ((1, "Thôn A", "", -5), "cột “Dân số”: “-5” không phải số"),
        ((1, "Thôn A", "", 10**12), "cột “Dân số”: 1000000000000 lớn quá"),
        ((1, "Thôn A", "", 10, 11), "cột “Người trưởng thành”: nhiều hơn dân số (10)"),
        ((1, "x" * 81), "dài quá 80"),
        ((1, "=HYPERLINK(1)"), "là công thức"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(row: tuple[object, ...], says: str) -> None:
    table = read("groups", workbook(GROUP_HEADINGS, [row, (2, "Thôn B")]), "bang.xlsx")
    assert [one[0] for one in check_groups(table)] == ["Thôn B"]
    assert len(table.problems) == 1 and says in table.problems[0]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("bà Tám", "Tổ 9", 60), "chưa có “Tổ 9”"),
        (("bà Tám 0912 345 678", "Tổ 1", 60), "dãy số dài"),
        (("bà Tám", "Tổ 1", "già"), "cột “Nhóm tuổi”: “già” chưa đúng"),
        (("bà  NĂM", "Tổ 1", 60), "trùng với dòng 2"),
    ],
)
def test_a_list_of_learners_is_checked_against_the_groups_and_itself(row: tuple[object, ...], says: str) -> None:
    table = read("roster", workbook(ROSTER_HEADINGS, [("bà Năm", "to 1", "từ 60"), row]), "bang.xlsx")
    assert check_roster(table, {"Tổ 1": 1}) == [["bà Năm", 1, "60+"]]
    assert len(table.problems) == 1 and says in table.problems[0]
    assert table.problems[0].startswith("Dòng 3")


def test_a_file_with_semicolons_and_other_columns_is_read() -> None:
    content = "Tổ dân phố;Hộ;Ghi chú\nTổ 1;1.250;x\n".encode("utf-8-sig")
    table: Table = read("groups", content, "bang.CSV")
    assert check_groups(table) == [["Tổ 1", None, None, None, 1250, None]]
    assert table.notes == ["Cột “Ghi chú” không được đọc và không được lưu."]
