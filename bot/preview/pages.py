"""The preview's pages as HTML: the list of lessons, one lesson on three channels, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.preview.views import as_telegram, as_web, as_zalo
from bot.preview.walk import Walker
from lessons.catalogue import Catalogue, Lesson

TEMPLATES = Path(__file__).with_name("templates")
STYLES = {
    "preview.css": TEMPLATES / "preview.css",
    "chat.css": TEMPLATES.parents[1] / "channels" / "web_page" / "chat.css",
}


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def index_page(catalogue: Catalogue) -> str:
    """Every course with its lessons."""
    return _templates().get_template("index.html").render(catalogue=catalogue)


def lesson_page(walker: Walker, catalogue: Catalogue, lesson: Lesson, easy: bool = False) -> str:
    """One lesson on the three channels, side by side. Raises LessonStuckError."""
    exchanges = walker.walk(catalogue, lesson.id, easy)
    channels = [
        ("zalo", "Zalo", as_zalo(exchanges)),
        ("telegram", "Telegram", as_telegram(exchanges)),
        ("web", "Web", as_web(exchanges)),
    ]
    everything = catalogue.lessons
    place = everything.index(lesson)
    return (
        _templates()
        .get_template("lesson.html")
        .render(
            lesson=lesson,
            easy=easy,
            channels=channels,
            before=everything[place - 1] if place else None,
            after=everything[place + 1] if place + 1 < len(everything) else None,
        )
    )


def problems_page(problems: Sequence[str]) -> str:
    """What keeps the lessons from being shown, with file and line."""
    return _templates().get_template("problems.html").render(problems=problems)
