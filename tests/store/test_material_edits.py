"""Edits of the material: kept as rows, in force when approved, gone when withdrawn, written out as files."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.editing import COURSES, overlaid, read_edits, usable, with_edits, write_material
from bot.errors import OperatorError
from bot.material import courses_folder, knowledge_root, load_material
from bot.settings import Settings
from bot.store.database import Database
from bot.store.material_edits import add, approve, edits, stored_edits, withdraw
from bot.store.tables import MaterialEdit, utc_now
from knowledge.facts import load_facts
from lessons.material_source import Edit, item_hash

NOW = utc_now()
ITEM = f"{COURSES}/01-buoc-dau-dien-thoai/01-lam-quen.yaml"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data")


def edit(settings: Settings, **values: object) -> Edit:
    """The first lesson with another title."""
    text = overlaid(settings, ()).read(ITEM)
    body = text.replace("title: ", "title: Bản sửa – ", 1)
    given = {"approver": "hung", "effective_from": NOW - timedelta(hours=1), **values}
    return Edit(0, ITEM, item_hash(text), str(given.pop("body", body)), "lan", **given)  # type: ignore[arg-type]


def first_title(settings: Settings) -> str:
    return load_material(settings).catalogue.lessons[0].title


def test_an_edit_waits_for_approval_and_can_be_withdrawn(database: Database, settings: Settings) -> None:
    number = database.write_now(lambda session: add(session, edit(settings, approver=None)))
    assert with_edits(settings, database.read_now(edits)) is settings
    assert database.write_now(lambda session: approve(session, number, "hung", NOW))
    edited = with_edits(settings, database.read_now(edits))
    assert first_title(edited).startswith("Bản sửa") and not first_title(settings).startswith("Bản sửa")
    assert database.write_now(lambda session: withdraw(session, number))
    assert database.read_now(edits) == []
    assert with_edits(settings, database.read_now(edits)) is settings
    for unknown in (number, 999):
        assert not database.write_now(lambda session, one=unknown: withdraw(session, one))  # type: ignore[misc]
        assert not database.write_now(lambda session, one=unknown: approve(session, one, "x", NOW))  # type: ignore[misc]
    assert database.read_now(lambda session: len(session.exec(select(MaterialEdit)).all())) == 1, "kept as a record"


def test_the_edited_material_is_written_once_and_is_whole(settings: Settings) -> None:
    edited = with_edits(settings, [edit(settings)])
    assert with_edits(settings, [edit(settings)]) == edited
    lesson = load_material(edited).catalogue.lessons[0]
    pictures = [card.picture.file for card in lesson.cards if card.picture]
    assert pictures and all((courses_folder(edited) / lesson.file).parent.joinpath(one).is_file() for one in pictures)
    assert len(list((knowledge_root(edited) / "services").glob("*.md"))) > 100
    for number in range(4):
        with_edits(settings, [edit(settings, body=edit(settings).body + f"# {number}\n")])
    assert len(list((settings.data_dir / "material").iterdir())) <= 3


def test_facts_and_guides_are_edited_too(settings: Settings) -> None:
    facts = overlaid(settings, ()).read("knowledge/facts.yaml")
    wording = load_facts(knowledge_root(settings) / "facts.yaml")
    some = next(iter(wording))
    body = facts.replace(some.wording, "chữ mới", 1)
    made = Edit(1, "knowledge/facts.yaml", item_hash(facts), body, "lan", "hung", NOW)
    edited = with_edits(settings, [made])
    assert next(iter(load_facts(knowledge_root(edited) / "facts.yaml"))).wording == "chữ mới"


@pytest.mark.parametrize("item", [ITEM, "knowledge/facts.yaml", "knowledge/services/vneid-quen-mat-khau.md"])
def test_a_broken_edit_never_stops_the_program(settings: Settings, item: str) -> None:
    broken = Edit(1, item, "", "không: [đúng", "lan", "hung", NOW)
    assert usable(settings, [broken]) is settings


def test_material_is_written_to_a_new_folder_only(settings: Settings, tmp_path: Path) -> None:
    count = write_material(settings, [edit(settings)], tmp_path / "out")
    assert count == len([one for one in (tmp_path / "out").rglob("*") if one.is_file()])
    assert "Bản sửa" in (tmp_path / "out" / ITEM).read_text(encoding="utf-8")
    with pytest.raises(OperatorError, match="exists already"):
        write_material(settings, [], tmp_path / "out")


def test_without_a_database_there_are_no_edits(settings: Settings, database: Database) -> None:
    assert read_edits(settings) == []
    database.write_now(lambda session: add(session, edit(settings)))
    assert [one.author for one in stored_edits(database.url)] == ["lan"]
    with pytest.raises(OperatorError, match="cannot be read"):
        read_edits(settings.model_copy(update={"database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none"}))
