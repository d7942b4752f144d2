"""A changed text as residents will see it on each channel, before anybody sees it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.message import Reply
from bot.conversation.notes import citation_notes
from bot.editing import COURSES, FACTS, EditedMaterial
from bot.preview.views import Bubble, as_telegram, as_web, as_zalo
from bot.preview.walk import Exchange, open_walker
from bot.staff.content import items
from bot.store.tables import utc_now
from knowledge.compose import citation, guide_answer
from knowledge.facts import parse_facts
from knowledge.guides import parse_guide
from knowledge.wards import Ward
from lessons.catalogue import load_courses
from lessons.material_source import Below
from lessons.progress import local_day


@dataclass(frozen=True, slots=True)
class Screen:
    """One channel's screen."""

    name: str
    title: str
    bubbles: tuple[Bubble, ...]


def screens(exchanges: list[Exchange]) -> list[Screen]:
    """The same talk on Zalo, Telegram and the web."""
    shown = (("zalo", "Zalo", as_zalo), ("telegram", "Telegram", as_telegram), ("web", "Trang web", as_web))
    return [Screen(name, title, tuple(view(exchanges))) for name, title, view in shown]


def preview(item: items.Item, source: EditedMaterial, wards: tuple[Ward, ...]) -> list[Screen]:
    """What residents get of an item. Raises MaterialError when it cannot be read."""
    if item.kind == items.LESSONS:
        catalogue = load_courses(Below(source, COURSES), parse_facts(source.read(FACTS), FACTS))
        with open_walker(wards) as walker:
            return screens(walker.walk(catalogue, item.id))
    if item.kind == items.GUIDES:
        return screens([_asked(item, source)])
    return screens([_told(item, source)])


def _asked(item: items.Item, source: EditedMaterial) -> Exchange:
    guide = parse_guide(source.read(item.name), item.name, parse_facts(source.read(FACTS), FACTS))
    text, shown = guide_answer(guide.passages(), (), "", {})
    notes = citation_notes((citation(shown, 1.0),), local_day(utc_now()))
    return Exchange(next(iter(guide.phrasings), guide.title), (Reply(text, (), notes),))


def _told(item: items.Item, source: EditedMaterial) -> Exchange:
    """The lines of guides that name a fact, as they will read."""
    facts, mark = parse_facts(source.read(FACTS), FACTS), f"{{{{fact:{item.id}}}}}"
    lines = [
        facts.fill(line).strip()
        for name in source.items()
        if name.startswith(f"{items.GUIDES_PATH}/")
        for line in source.read(name).splitlines()
        if mark in line
    ]
    return Exchange("", (Reply("\n".join(lines) or facts[item.id].wording),))
