"""New items of the material: what they are called, where they lie, and the text their form begins with."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from bot.conversation.typed import plain
from bot.staff.content import items
from bot.staff.content.checks import Finding
from knowledge.yaml_loader import load_yaml
from lessons.catalogue import Catalogue
from lessons.lesson_file import QUESTIONS

TEMPLATES_FILE = Path(__file__).with_name("new.yaml")
NAME_LIMIT = 48  # characters of an id made of a title: it stands in addresses and file names
TITLE_LIMIT = 120
MARK = re.compile("[«»]")  # what a template leaves for staff to replace
STILL_MARKED = "Chỗ trong dấu « » chưa được thay bằng nội dung của bạn."
_QUESTION = re.compile(r"^  - id: q([0-9]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A new item as staff name it; ``course`` is a lesson's."""

    kind: str
    title: str
    course: str


@cache
def _templates() -> dict[str, str]:
    loaded: dict[str, str] = load_yaml(TEMPLATES_FILE.read_text(encoding="utf-8"))
    return loaded


def identifier(wanted: Wanted, catalogue: Catalogue) -> str:
    """The id that a title gives; a lesson's begins as the others of its course do. "" when nothing is left of it."""
    words = plain(wanted.title).replace(" ", "-")[:NAME_LIMIT].strip("-")
    if wanted.kind != items.LESSONS or not words:
        return words
    course = next((one for one in catalogue.courses if one.id == wanted.course), None)
    return f"{items.beginning(course.lessons[-1].id)}-{words}" if course is not None and course.lessons else ""


def beginning_of(kind: str, item: str, title: str, today: date) -> str:
    """The text that the form of a new item begins with."""
    written = json.dumps(title, ensure_ascii=False) if re.search(r"[:#'\"\[\]{}&*!|>%@`]", title) else title
    made = _templates()[kind]
    for name, value in (("id", item), ("title", written), ("today", today.isoformat())):
        made = made.replace(f"{{{name}}}", value)
    for _ in range(QUESTIONS.start if kind == items.LESSONS else 0):
        made = with_question(made)
    return made


def with_question(body: str) -> str:
    """A lesson's text with an empty question at its end."""
    numbers = [int(number) for number in _QUESTION.findall(body)]
    return body.rstrip() + "\n" + _templates()["question"].replace("{id}", f"q{max(numbers, default=0) + 1}")


def unfilled(body: str) -> list[Finding]:
    """The lines that still hold what a template left to be replaced."""
    return [Finding(number, STILL_MARKED) for number, line in enumerate(body.splitlines(), 1) if MARK.search(line)]
