"""Delivered material with the edits of ward staff over it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lessons.catalogue import load_courses, read_courses
from lessons.check import check_courses
from lessons.material_source import (
    NO_BASE,
    Edit,
    OverlaidMaterial,
    ShippedMaterial,
    UnreadableItemError,
    item_hash,
)
from tests.lessons.material import LESSON, write_courses

ITEM = "01-khoa-mot/01-bai-mot.yaml"
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
EDITED = LESSON.replace("Mục số hai.", "Mục do phường sửa.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_courses(tmp_path)


def edit(body: str = EDITED, **values: object) -> Edit:
    made = Edit(1, ITEM, item_hash(LESSON), body, "lan", "hung", NOW - timedelta(days=1))
    return replace(made, **values)  # type: ignore[arg-type]


def second_card(folder: Path, *edits: Edit, now: datetime = NOW) -> str:
    return load_courses(OverlaidMaterial(ShippedMaterial(folder), edits, now)).lessons[0].cards[1].text


def test_without_edits_the_files_are_what_is_taught(folder: Path) -> None:
    source = OverlaidMaterial(ShippedMaterial(folder), (), NOW)
    assert load_courses(source).courses == load_courses(folder).courses
    assert check_courses(source) == check_courses(folder) == []


def test_an_edit_in_force_replaces_the_file_and_makes_a_new_version(folder: Path) -> None:
    assert second_card(folder, edit()) == "Mục do phường sửa."
    shipped = load_courses(folder).lessons[0]
    edited = load_courses(OverlaidMaterial(ShippedMaterial(folder), [edit()], NOW)).lessons[0]
    assert edited.version != shipped.version
    assert (folder / ITEM).read_text(encoding="utf-8") == LESSON


@pytest.mark.parametrize("values", [{"approver": None}, {"effective_from": NOW + timedelta(seconds=1)}])
def test_an_edit_without_approval_or_before_its_time_is_not_seen(folder: Path, values: dict[str, object]) -> None:
    assert second_card(folder, edit(**values)) == "Mục số hai."


def test_the_edit_that_came_into_force_last_wins_in_any_order(folder: Path) -> None:
    older = edit(LESSON.replace("Mục số hai.", "Cũ."), number=9, effective_from=NOW - timedelta(days=9))
    same_day = edit(LESSON.replace("Mục số hai.", "Mới."), number=2)
    for edits in ([older, edit(), same_day], [same_day, edit(), older]):
        assert second_card(folder, *edits) == "Mới."


def test_the_next_change_is_known(folder: Path) -> None:
    later = [edit(number=n, effective_from=NOW + timedelta(days=n)) for n in (3, 2)]
    unapproved = edit(number=4, approver=None, effective_from=NOW + timedelta(days=1))
    source = OverlaidMaterial(ShippedMaterial(folder), [edit(), *later, unapproved], NOW)
    assert source.next_change == NOW + timedelta(days=2)
    assert second_card(folder, *later, now=NOW + timedelta(days=2)) == "Mục do phường sửa."


def test_an_update_below_an_edit_is_a_conflict_and_the_edit_stays_live(folder: Path) -> None:
    source = OverlaidMaterial(ShippedMaterial(folder), [edit()], NOW)
    assert source.conflicts() == []
    update = LESSON.replace("Thẻ thứ ba.", "Luật mới.")
    (folder / ITEM).write_text(update, encoding="utf-8")
    (conflict,) = source.conflicts()
    assert (conflict.edit.author, conflict.shipped) == ("lan", update)
    assert second_card(folder, edit()) == "Mục do phường sửa."


def test_a_change_of_line_endings_and_an_edit_taken_over_are_no_conflicts(folder: Path) -> None:
    source = OverlaidMaterial(ShippedMaterial(folder), [edit()], NOW)
    (folder / ITEM).write_bytes(LESSON.replace("\n", "\r\n").encode("utf-8"))
    assert source.conflicts() == []
    (folder / ITEM).write_text(EDITED, encoding="utf-8")
    assert source.conflicts() == []


def test_a_file_taken_away_below_an_edit_is_a_conflict(folder: Path) -> None:
    (folder / ITEM).unlink()
    (conflict,) = OverlaidMaterial(ShippedMaterial(folder), [edit()], NOW).conflicts()
    assert conflict.shipped is None


def test_a_new_lesson_may_be_added_and_conflicts_when_one_is_delivered(folder: Path) -> None:
    body = LESSON.replace("id: bai-mot", "id: bai-hai")
    new = edit(body, item="01-khoa-mot/02-bai-hai.yaml", base_hash=NO_BASE)
    source = OverlaidMaterial(ShippedMaterial(folder), [new], NOW)
    assert [lesson.id for lesson in load_courses(source).lessons] == ["bai-mot", "bai-hai"]
    assert source.conflicts() == []
    (folder / new.item).write_text(body.replace("Bài một", "Bài khác"), encoding="utf-8")
    assert [conflict.edit.item for conflict in source.conflicts()] == [new.item]


def test_a_mistake_in_an_edit_is_told_with_file_and_line(folder: Path) -> None:
    source = OverlaidMaterial(ShippedMaterial(folder), [edit(EDITED.replace("correct: a\n", "correct: z\n"))], NOW)
    _, problems = read_courses(source)
    assert [problem.file for problem in problems] == [ITEM]
    assert problems[0].line == EDITED[: EDITED.index("correct: a")].count("\n") + 1


@pytest.mark.parametrize("item", ["../x.yaml", "/etc/passwd", "a/../b.yaml", "A.yaml", "a.exe", "a//b.yaml", "", "."])
def test_an_edit_cannot_name_a_file_elsewhere(item: str) -> None:
    with pytest.raises(ValueError, match="is no item"):
        edit(item=item)


def test_an_edit_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        edit(effective_from=datetime(2026, 11, 21))


def test_what_cannot_be_read_says_why(folder: Path) -> None:
    with pytest.raises(UnreadableItemError, match="cannot be read"):
        ShippedMaterial(folder).read("khong-co.yaml")
    assert list(ShippedMaterial(folder / "khong-co").items()) == []
