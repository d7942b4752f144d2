"""Old names and new units: the table is whole, and the name traps are told apart."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from indexer.units_import import main, read_rows
from knowledge.units import Units, describe, load_units


@pytest.fixture(scope="module")
def units() -> Units:
    return load_units()


def new_names(units: Units, question: str) -> list[list[str]]:
    return [[str(unit) for unit in successor.units] for successor in units.successors(question)]


def test_the_table_is_whole(units: Units) -> None:
    assert Counter(unit.kind for unit in units) == {"xã": 67, "phường": 45, "đặc khu": 2}
    assert sum(unit.people for unit in units) == 4_692_669
    assert all(unit.old for unit in units)
    assert len({unit.code for unit in units}) == len(units) == 114


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("xa Hung Dao Tu Ky gio la xa nao", [["xã Đại Sơn", "xã Tân Kỳ"]]),
        ("xã Hưng Đạo Chí Linh nay thuộc đâu", [["phường Trần Hưng Đạo"]]),
        ("phường Hưng Đạo cũ nay là gì", [["phường Hưng Đạo"]]),
        ("Trần Hưng Đạo ở thành phố Hải Dương nay là phường nào", [["phường Hải Dương"]]),
        ("phường Thanh Bình giờ là phường nào", [["phường Lê Thanh Nghị"]]),
        ("Tân Dân Chí Linh nay là phường gì", [["phường Lê Đại Hành"]]),
        ("thị trấn Tứ Kỳ", [["xã Tứ Kỳ"]]),
        ("nhà tôi trước ở Đông Khê", [["phường Ngô Quyền", "phường Gia Viên"]]),
        ("làm vneid ở đâu", []),
        ("", []),
    ],
)
def test_an_old_name_gives_its_units(units: Units, question: str, expected: list[list[str]]) -> None:
    assert new_names(units, question) == expected


def test_a_name_without_its_district_gives_every_place_it_can_mean(units: Units) -> None:
    assert sorted(str(s.place) for s in units.successors("Hưng Đạo nay là đâu")) == [
        "Phường Hưng Đạo cũ",
        "Xã Hưng Đạo (huyện Tứ Kỳ cũ)",
        "Xã Hưng Đạo (thành phố Chí Linh cũ)",
    ]


def test_a_divided_place_says_where_to_look(units: Units) -> None:
    assert describe(units.successors("Quang Phục")) == "Xã Quang Phục cũ nay thuộc xã Tứ Kỳ."
    divided = describe(units.successors("Đông Khê"))
    assert divided.startswith("Phường Đông Khê cũ nay thuộc phường Ngô Quyền hoặc phường Gia Viên.")
    assert "xem nơi thường trú trên VNeID" in divided


def test_the_import_writes_what_the_loader_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "facts.md"
    table.write_text(
        "| Mã | Đơn vị |\n|---|---|\n"
        "| 10603 | Phường Lê Đại Hành | 24.638 | 31,62 | Phường Tân Dân (thành phố Chí Linh), Phường An Lạc |\n",
        encoding="utf-8",
    )
    main([str(table), str(tmp_path / "units.yaml")])
    [unit] = load_units(tmp_path / "units.yaml")
    assert (unit.code, str(unit), unit.people, unit.km2) == ("10603", "phường Lê Đại Hành", 24638, 31.62)
    assert [str(place) for place in unit.old] == ["Phường Tân Dân (thành phố Chí Linh cũ)", "Phường An Lạc cũ"]
    assert "1 units written" in capsys.readouterr().out


def test_a_file_without_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no table of units found"):
        list(read_rows("nothing here"))
