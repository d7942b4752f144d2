"""Any unit of Hải Phòng as a ward: what a place that adds its own plan is called and named by.

Unlike the shipped wards its bare name is not matched ("Hòa Bình" is also a province, "Quyết Thắng" a slogan): it is
named with its kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

from knowledge.text import fold
from knowledge.units import Unit, load_units

# Old districts bore the names of units of today; they are no ward.
DISTRICT_KINDS = ("huyện", "quận", "thành phố", "thị xã")
CODE_PART = re.compile(r"[^a-z0-9]+")


@cache
def units_by_code() -> Mapping[str, Unit]:
    """Every unit by the code it has as a ward: its name without marks, with its number where two share it."""
    slugs = Counter(map(_slug, load_units()))
    return {_slug(unit) if slugs[_slug(unit)] == 1 else f"{_slug(unit)}-{unit.code}": unit for unit in load_units()}


@cache
def former_names() -> Mapping[str, tuple[str, ...]]:
    """By the unit's code: with their kind, the old places that went into it alone and whose names mean nobody else."""
    old = Counter(place.name for unit in load_units() for place in unit.old)
    today = {unit.name for unit in load_units()}
    return {
        unit.code: tuple(
            f"{place.kind} {place.name}" for place in unit.old if old[place.name] == 1 and place.name not in today
        )
        for unit in load_units()
    }


def other_kinds(unit: Unit) -> tuple[str, ...]:
    """Words before the unit's name that mean another place: a district, or a namesake of another kind."""
    namesakes = {place.kind for other in load_units() for place in other.old if place.name == unit.name}
    namesakes |= {other.kind for other in load_units() if other.name == unit.name}
    return (*DISTRICT_KINDS, *sorted(namesakes - {unit.kind}))


def _slug(unit: Unit) -> str:
    return CODE_PART.sub("-", fold(unit.name)).strip("-")
