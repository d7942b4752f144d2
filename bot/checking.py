"""``bdhvs lessons check`` and ``bdhvs facts stale``: what is wrong or old in the material."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.material import courses_folder, knowledge_root
from bot.settings import Settings
from knowledge.facts import load_facts, stale_facts
from knowledge.material_check import check_material
from knowledge.material_files import FACTS_FILE
from knowledge.yaml_source import MaterialError
from lessons.check import check_courses

LOCAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def problems(settings: Settings) -> Iterator[str]:
    """Every problem of guides, facts and courses, as ``file:line: message``."""
    yield from (str(one) for one in check_material(knowledge_root(settings)))
    try:
        facts = load_facts(knowledge_root(settings) / FACTS_FILE)
    except MaterialError:
        return  # named above; courses cannot be checked without the facts they name
    yield from (str(one) for one in check_courses(courses_folder(settings), facts))


def stale(settings: Settings, days: int) -> Iterator[str]:
    """Facts checked more than ``days`` ago, oldest first."""
    facts = load_facts(knowledge_root(settings) / FACTS_FILE)
    for fact in stale_facts(facts, days, datetime.now(LOCAL_ZONE).date()):
        yield f"{fact.checked_on}  {fact.id}: {fact.wording}"
