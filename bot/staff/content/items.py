"""What of the material can be edited: its kinds, their files, and the list staff choose from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.editing import COURSES, FACT_PARTS, EditedMaterial, fact_item
from knowledge.material_files import GUIDES_FOLDER
from lessons.catalogue import Catalogue

GUIDES, FACTS, LESSONS = "guides", "facts", "lessons"
KINDS = {LESSONS: "Bài học và câu hỏi", GUIDES: "Hướng dẫn", FACTS: "Con số, thời hạn"}
GUIDES_PATH = f"knowledge/{GUIDES_FOLDER}"
_TITLE = re.compile(r"^title: *(.+)$", re.MULTILINE)
_WORDING = re.compile(r"^  wording: *(.+)$", re.MULTILINE)
NEW_LESSON = "90"  # before the name of a lesson that staff add: it is taught after those delivered
_NEW_FILE = re.compile(rf"{COURSES}/[a-z0-9-]+/{NEW_LESSON}-([a-z0-9-]+)\.yaml")
_QUOTES = "\"' "


@dataclass(frozen=True, slots=True)
class Item:
    """One editable text: ``name`` is its file in the material, ``id`` what addresses and titles are made of."""

    kind: str
    id: str
    name: str
    title: str


def items_of(kind: str, source: EditedMaterial, catalogue: Catalogue) -> list[Item]:
    """Every item of a kind as the edits in force leave it, lessons in the order of their courses, others by title.

    A lesson that the catalogue does not know yet is left out.
    """
    if kind == LESSONS:
        lessons = (lesson for course in catalogue.courses for lesson in course.lessons)
        return [Item(kind, lesson.id, f"{COURSES}/{lesson.file}", lesson.title) for lesson in lessons]
    folder, pattern = (f"{GUIDES_PATH}/", _TITLE) if kind == GUIDES else (FACT_PARTS, _WORDING)
    return list(_titled(kind, folder, pattern, source))


def _titled(kind: str, folder: str, pattern: re.Pattern[str], source: EditedMaterial) -> Iterable[Item]:
    for name in source.items():
        if name.startswith(folder):
            identifier = name.removeprefix(folder).rsplit(".", 1)[0]
            found = pattern.search(source.read(name))
            yield Item(kind, identifier, name, found.group(1).strip(_QUOTES) if found else identifier)


def titled(item: Item, text: str) -> Item:
    """The item with the title that its text bears."""
    found = (_WORDING if item.kind == FACTS else _TITLE).search(text)
    return replace(item, title=found.group(1).strip(_QUOTES)) if found else item


def item_name(kind: str, identifier: str, catalogue: Catalogue) -> str | None:
    """The file of an item, there or to be made; None for a lesson that begins as those of no course do.

    Whether it exists the material says.
    """
    if kind == LESSONS:
        lesson = catalogue.lesson(identifier)
        if lesson is not None:
            return f"{COURSES}/{lesson.file}"
        like = next((one for one in catalogue.lessons if beginning(one.id) == beginning(identifier)), None)
        folder = None if like is None else like.file.partition("/")[0]
        return f"{COURSES}/{folder}/{NEW_LESSON}-{identifier}.yaml" if folder else None
    return f"{GUIDES_PATH}/{identifier}.md" if kind == GUIDES else fact_item(identifier)


def beginning(identifier: str) -> str:
    """What the ids of a course's lessons begin with: of ``at-mat-khau`` it is ``at``."""
    return identifier.partition("-")[0]


def place_of(name: str, catalogue: Catalogue) -> tuple[str, str]:
    """The kind and id of a file of the material; a file of no kind has the kind ""."""
    if name.startswith(f"{COURSES}/"):
        file = name.removeprefix(f"{COURSES}/")
        found = next((lesson.id for lesson in catalogue.lessons if lesson.file == file), None)
        new = _NEW_FILE.fullmatch(name)
        identifier = found or (new.group(1) if new else None)
        return (LESSONS, identifier) if identifier else ("", name)
    for kind, folder in ((GUIDES, f"{GUIDES_PATH}/"), (FACTS, FACT_PARTS)):
        if name.startswith(folder):
            return kind, name.removeprefix(folder).rsplit(".", 1)[0]
    return "", name
