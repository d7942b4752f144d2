"""What each indicator means: the shipped definitions, and a ward's own in the same shape."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.yaml_loader import load_yaml

DEFINITIONS_FILE = Path(__file__).with_name("definitions.yaml")
PERCENT, COUNT = "percent", "count"
TO_DATE, IN_PERIOD = "to_date", "in_period"
UNITS, PERIODS = (PERCENT, COUNT), (TO_DATE, IN_PERIOD)
ADULTS = "adults"


@dataclass(frozen=True, slots=True)
class Definition:
    """One indicator. Texts are Vietnamese, for staff and reports.

    ``unit``: ``percent`` (numerator by denominator) or ``count`` (the numerator). ``period``: ``to_date`` (all up to
    the last day) or ``in_period``. ``measure`` names the SQL view ``measure_…`` that counts it; None: staff enter it.
    ``base`` ``adults``: the denominator is the number of adults that the ward entered. ``target`` is what the source
    sets, None when it sets none.
    """

    code: str
    name: str
    numerator: str
    denominator: str
    unit: str
    period: str
    source: str
    version: int = 1
    set: str = ""
    measure: str | None = None
    base: str | None = None
    target: Decimal | None = None
    note: str = ""

    @property
    def measured(self) -> bool:
        """Whether the program counts it; else staff enter it with a source."""
        return self.measure is not None

    @property
    def fingerprint(self) -> str:
        """A short hash of everything that gives the figure its meaning, for what is frozen."""
        written = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(written.encode("utf-8")).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """As a ward's own definition is stored."""
        return {key: str(value) if isinstance(value, Decimal) else value for key, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class DefinitionSet:
    """Indicators that are offered together; ``note`` says how binding they are."""

    id: str
    name: str
    note: str
    indicators: tuple[Definition, ...]


def read_definition(given: Mapping[str, Any]) -> Definition:
    """A definition from YAML or JSON. Raises ValueError for one that cannot be computed."""
    values = {**given, "source": str(given["source"]).strip()}
    if values.get("target") is not None:
        values["target"] = Decimal(str(values["target"]))
    made = Definition(**values)
    if made.unit not in UNITS or made.period not in PERIODS:
        raise ValueError(f"{made.code}: unit must be one of {UNITS}, period one of {PERIODS}")
    if not (made.code and made.name and made.numerator and made.source):
        raise ValueError(f"{made.code}: code, name, numerator and source must be said")
    if (made.unit == PERCENT) != bool(made.denominator):
        raise ValueError(f"{made.code}: a percentage has a denominator, a count has none")
    return made


@cache
def definition_sets() -> tuple[DefinitionSet, ...]:
    """The shipped sets in the order of the file. Raises ValueError for a wrong file."""
    loaded = load_yaml(DEFINITIONS_FILE.read_text(encoding="utf-8"))
    made = [read_definition(one) for one in loaded["indicators"]]
    if len({one.code.casefold() for one in made}) != len(made):
        raise ValueError("two indicators have one code")
    sets = tuple(
        DefinitionSet(one["id"], one["name"], one["note"], tuple(own for own in made if own.set == one["id"]))
        for one in loaded["sets"]
    )
    if sum(len(one.indicators) for one in sets) != len(made):
        raise ValueError("an indicator belongs to no set")
    return sets


@cache
def shipped_definitions() -> Mapping[str, Definition]:
    """Every shipped definition by its code."""
    return {one.code: one for group in definition_sets() for one in group.indicators}
