"""``bdhvs lessons check`` and ``bdhvs facts stale``: what is wrong or old in the material."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from bot.material import courses_folder, knowledge_root
from bot.settings import Settings
from knowledge.facts import load_facts
from knowledge.guides import load_guides
from knowledge.material_check import check_material
from knowledge.material_files import FACTS_FILE, GUIDES_FOLDER
from knowledge.yaml_source import MaterialError
from lessons.check import check_courses
from lessons.progress import local_day

STALE_DAYS = 180  # half a year: fees and procedures changed about that often in 2025 and 2026


@dataclass(frozen=True, slots=True)
class StaleItem:
    """Something to compare with its source again.

    ``said`` is what residents are told, ``sources`` who says so, ``checked_on`` the day of the last comparison
    (YYYY-MM-DD). Of a fact ``guides`` are the titles of the guides that name it; a guide has none.
    """

    id: str
    said: str
    sources: tuple[str, ...]
    checked_on: str
    guides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaleMaterial:
    """Facts and guides not checked for some days, the oldest first; and of everything the oldest day of a check."""

    facts: tuple[StaleItem, ...]
    guides: tuple[StaleItem, ...]
    oldest: str


def problems(settings: Settings) -> Iterator[str]:
    """Every problem of guides, facts and courses, as ``file:line: message``."""
    yield from (str(one) for one in check_material(knowledge_root(settings)))
    try:
        facts = load_facts(knowledge_root(settings) / FACTS_FILE)
    except MaterialError:
        return  # named above; courses cannot be checked without the facts they name
    yield from (str(one) for one in check_courses(courses_folder(settings), facts))


def today() -> date:
    """The day in Vietnam."""
    return local_day(datetime.now(UTC))


def stale_material(knowledge: Path, days: int, day: date) -> StaleMaterial:
    """What was last checked more than ``days`` before ``day``. Raises MaterialError."""
    everything = _checked(knowledge, _version(knowledge))
    limit = (day - timedelta(days=days)).isoformat()
    return StaleMaterial(
        facts=tuple(one for one in everything.facts if one.checked_on < limit),
        guides=tuple(one for one in everything.guides if one.checked_on < limit),
        oldest=everything.oldest,
    )


def _version(knowledge: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes whenever a file of facts or guides does: reading them all takes a second, this a millisecond."""
    files = [knowledge / FACTS_FILE, *sorted((knowledge / GUIDES_FOLDER).glob("*.md"))]
    seen = [(file.name, file.stat()) for file in files if file.is_file()]
    return tuple((name, found.st_mtime_ns, found.st_size) for name, found in seen)


@lru_cache(maxsize=2)  # the material in use, and the one before it while edits take its place
def _checked(knowledge: Path, _version: tuple[tuple[str, int, int], ...]) -> StaleMaterial:
    """Every fact and guide, the oldest check first."""
    facts = load_facts(knowledge / FACTS_FILE)
    guides = load_guides(knowledge / GUIDES_FOLDER, facts)
    naming: defaultdict[str, list[str]] = defaultdict(list)
    for guide in guides:
        for fact_id in {fact.id for section in guide.sections for fact in facts.named_in(section.raw)}:
            naming[fact_id].append(guide.title)
    of_facts = (StaleItem(one.id, one.wording, (one.source,), one.checked_on, tuple(naming[one.id])) for one in facts)
    of_guides = (StaleItem(one.id, one.title, tuple(map(str, one.sources)), one.checked_on) for one in guides)
    return StaleMaterial(
        tuple(sorted(of_facts, key=_oldest_first)),
        tuple(sorted(of_guides, key=_oldest_first)),
        oldest=min((*(fact.checked_on for fact in facts), *(guide.checked_on for guide in guides)), default=""),
    )


def _oldest_first(one: StaleItem) -> tuple[str, str]:
    return one.checked_on, one.id


def stale(settings: Settings, days: int) -> Iterator[str]:
    """Facts, then guides, checked more than ``days`` ago, oldest first."""
    found = stale_material(knowledge_root(settings), days, today())
    for kind, items in (("fact", found.facts), ("guide", found.guides)):
        for item in items:
            yield f"{item.checked_on}  {kind} {item.id}: {item.said}  ({'; '.join(item.sources)})"
