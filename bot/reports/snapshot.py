"""The figures of a report as they are frozen: plain data that no later change of log or definition reaches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

FORMAT = 1  # of the frozen body; a reader of an unknown one must refuse it


@dataclass(frozen=True, slots=True)
class PlaceFigure:
    """An indicator in one place; ``group_id`` None with ``whole`` is the ward, without it groups that were merged to be
    published; 0 is residents of no group.

    ``value``: percent to one decimal, or the count; None: not known. ``hidden``: too few learners to be published, so
    that every number is None. ``said``: of a figure that staff entered, from where, by whom and when.
    """

    group_id: int | None
    name: str
    numerator: int | None
    denominator: int | None
    value: Decimal | None
    whole: bool = False
    hidden: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorFigures:
    """One indicator with the version of its definition; ``unit`` is ``percent`` or ``count``."""

    code: str
    name: str
    numerator: str
    denominator: str
    unit: str
    source: str
    version: int
    fingerprint: str
    measured: bool
    target: Decimal | None
    groups: tuple[PlaceFigure, ...]
    total: PlaceFigure


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every figure of a ward in a period; ``last`` is the last day that was counted."""

    ward_code: str
    ward_name: str
    period: str
    first: date
    last: date
    indicators: tuple[IndicatorFigures, ...]


def written(snapshot: Snapshot, words: Mapping[str, str]) -> str:
    """The body of a frozen report: one text for one content, in which the digest can be checked."""
    content = {"format": FORMAT, "figures": asdict(snapshot), "words": dict(words)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest(body: str) -> str:
    """SHA-256 of a frozen body, in hexadecimal."""
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def read(body: str) -> tuple[Snapshot, dict[str, str]]:
    """The figures and words of a frozen body. Raises ValueError for a format that this program does not know."""
    content = json.loads(body)
    if content.get("format") != FORMAT:
        raise ValueError(f"a frozen report of format {content.get('format')}; this program reads {FORMAT}")
    given = content["figures"]
    days = {name: date.fromisoformat(given[name]) for name in ("first", "last")}
    indicators = tuple(_indicator(one) for one in given["indicators"])
    return Snapshot(**{**given, **days, "indicators": indicators}), content["words"]


def _indicator(given: dict[str, Any]) -> IndicatorFigures:
    places = tuple(_place(one) for one in given["groups"])
    return IndicatorFigures(
        **{**given, "target": _decimal(given["target"]), "groups": places, "total": _place(given["total"])}
    )


def _place(given: dict[str, Any]) -> PlaceFigure:
    return PlaceFigure(**{**given, "value": _decimal(given["value"])})


def _decimal(given: str | None) -> Decimal | None:
    return None if given is None else Decimal(given)
