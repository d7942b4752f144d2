"""Which unit of Hải Phòng an old ward or commune belongs to since 1/7/2025: a table, not a search.

Names are many times taken (there were three Hưng Đạo), so a question is answered with every unit it can mean, and
narrowed by the kind ("xã", "phường") and the old district it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.material_similarity import folded_words
from knowledge.yaml_loader import load_yaml

UNITS_FILE = Path(__file__).with_name("units.yaml")
TEXTS_FILE = Path(__file__).with_name("units_texts.yaml")

_DISTRICT_KINDS = ("thành phố ", "thị xã ", "quận ", "huyện ")


@dataclass(frozen=True, slots=True)
class OldPlace:
    """A ward, commune or township before 1/7/2025; ``district`` only where the table needs it to tell namesakes."""

    kind: str
    name: str
    district: str | None = None

    def __str__(self) -> str:
        former = f"({self.district} cũ)" if self.district else "cũ"
        return f"{self.kind.capitalize()} {self.name} {former}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit since 1/7/2025: national code, kind, name, people and square kilometres of 17/7/2025."""

    code: str
    kind: str
    name: str
    people: int
    km2: float
    old: tuple[OldPlace, ...]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Successor:
    """An old place and the units it can belong to now."""

    place: OldPlace
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    length: int
    kind_named: bool
    place: OldPlace


class Units:
    """The table of units, and the way from an old name to them."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units = tuple(units)
        self._by_place: dict[OldPlace, list[Unit]] = {}
        for unit in self._units:
            for place in unit.old:
                self._by_place.setdefault(place, []).append(unit)
        self._places = [(place, _spaced(_name_words(place.name))) for place in self._by_place]
        self._names = [(unit, _spaced(_name_words(str(unit)))) for unit in self._units]

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units)

    def __len__(self) -> int:
        return len(self._units)

    def successors(self, question: str) -> list[Successor]:
        """The old places a question names, with or without diacritics, and their units; empty when it names none."""
        words = folded_words(question)
        written = _spaced(words)
        found = _longest([each for place, name in self._places if name in written for each in _find(place, words)])
        return [Successor(each.place, tuple(self._by_place[each.place])) for each in _narrow(found, words)]

    def named(self, question: str) -> list[Unit]:
        """The units of today that a question names with their kind ("phường Hồng Bàng"), with or without marks."""
        written = _spaced(folded_words(question))
        found = [unit for unit, name in self._names if name in written]
        return [unit for unit in found if not any(unit is not other and unit.name in other.name for other in found)]


def _find(place: OldPlace, words: list[str]) -> Iterator[_Found]:
    name, kind = _name_words(place.name), _name_words(place.kind)
    for start in range(len(words) - len(name) + 1):
        if words[start : start + len(name)] == name:
            kind_named = words[max(0, start - len(kind)) : start] == kind
            yield _Found(start, len(name), kind_named, place)


def _spaced(words: list[str]) -> str:
    """Words between spaces: a name so written lies in a text only at the bounds of words."""
    return f" {' '.join(words)} "


@cache
def _name_words(name: str) -> list[str]:
    """The words of a name of the table."""
    return folded_words(name)


def _longest(found: list[_Found]) -> list[_Found]:
    """Without the names that lie inside a longer one: 'Trần Hưng Đạo' does not name 'Hưng Đạo'."""
    return [
        each
        for each in found
        if not any(
            other.length > each.length
            and other.start <= each.start
            and each.start + each.length <= other.start + other.length
            for other in found
        )
    ]


def _narrow(found: list[_Found], words: list[str]) -> list[_Found]:
    """Per spot of the question: the places whose kind, then whose district, it names; all where it names none."""
    narrowed: list[_Found] = []
    for start in sorted({each.start for each in found}):
        here = [each for each in found if each.start == start]
        here = [each for each in here if each.kind_named] or here
        rest = words[:start] + words[start + here[0].length :]
        narrowed += [each for each in here if _names_district(each.place, rest)] or here
    districts = {index for each in narrowed for index in _district_spots(each.place, words)}
    kept = [each for each in narrowed if each.start not in districts]
    return kept or narrowed


def _names_district(place: OldPlace, words: list[str]) -> bool:
    return bool(_district_spots(place, words))


def _district_spots(place: OldPlace, words: list[str]) -> list[int]:
    if place.district is None:
        return []
    name = folded_words(place.district.removeprefix(next(filter(place.district.startswith, _DISTRICT_KINDS), "")))
    return [index for index in range(len(words) - len(name) + 1) if words[index : index + len(name)] == name]


@cache
def load_units(path: Path = UNITS_FILE) -> Units:
    """The table from units.yaml, which indexer.units_import writes."""
    entries = load_yaml(path.read_text(encoding="utf-8"))
    return Units(
        Unit(
            code=entry["code"],
            kind=entry["kind"],
            name=entry["name"],
            people=entry["people"],
            km2=float(entry["km2"]),
            old=tuple(OldPlace(old["kind"], old["name"], old.get("district")) for old in entry["old"]),
        )
        for entry in entries
    )


def describe_parts(units: Iterable[Unit], texts_file: Path = TEXTS_FILE) -> str:
    """Which old places each unit was made of, one line a unit."""
    texts: dict[str, str] = load_yaml(texts_file.read_text(encoding="utf-8"))
    return "\n".join(
        texts["parts"].format(unit=f"{unit.kind.capitalize()} {unit.name}", places=_list(unit)) for unit in units
    )


def _list(unit: Unit) -> str:
    return ", ".join(str(place)[0].lower() + str(place)[1:] for place in unit.old)


def describe(successors: list[Successor], texts_file: Path = TEXTS_FILE) -> str:
    """The answer a resident reads, one line an old place."""
    texts: dict[str, str] = load_yaml(texts_file.read_text(encoding="utf-8"))
    return "\n".join(
        texts["one" if len(successor.units) == 1 else "several"].format(
            place=successor.place, units=texts["or"].join(str(unit) for unit in successor.units)
        )
        for successor in successors
    )
