"""Writes knowledge/units.yaml: Hải Phòng's units since 1/7/2025 and the old places each was made of.

The table is Annex A of the domain facts (codes: Decision 19/2025/QĐ-TTg; people, area and old places: the merger map
of 17/7/2025). Run: ``python -m indexer.units_import [FACTS.md] [units.yaml]``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

DEFAULT_TABLE = Path("../shared/reference/domain_facts.md")
DEFAULT_OUTPUT = Path("knowledge/units.yaml")

_ROW = re.compile(
    r"^\| (?P<code>\d{5}) \| (?P<unit>[^|]+) \| (?P<people>[\d.]+) \| (?P<area>[\d,]+) \| (?P<old>.+) \|$"
)
_PLACE = re.compile(r"(?P<kind>Phường|Xã|Thị trấn|Đặc khu|Huyện) (?P<name>[^()]+?)(?: \((?P<district>[^()]+)\))?")

HEADER = """\
# The units of Hải Phòng since 1/7/2025; written by indexer/units_import.py, do not edit by hand.
# code, kind: Decision 19/2025/QĐ-TTg. people, km2, old places: sapnhap.bando.com.vn, 17/7/2025; an old place named
# under several units was divided between them, or is a namesake elsewhere where the map gives no district.
"""


def read_rows(text: str) -> Iterator[dict[str, str]]:
    """The table's rows as code, unit, people, area, old. Raises ValueError when the table has none."""
    rows = [match.groupdict() for line in text.splitlines() if (match := _ROW.match(line))]
    if not rows:
        raise ValueError("no table of units found: give the file whose Annex A lists code, unit, people, km2, old")
    yield from rows


def unit_yaml(row: dict[str, str]) -> str:
    """One unit as YAML lines. Raises ValueError on a place that is not 'kind name (district)'."""
    unit = _place(row["unit"])
    lines = [
        f'- code: "{row["code"]}"',
        f"  kind: {unit['kind']}",
        f"  name: {unit['name']}",
        f"  people: {row['people'].replace('.', '')}",
        f"  km2: {row['area'].replace(',', '.')}",
        "  old:",
    ]
    for written in row["old"].split(", "):
        place = _place(written)
        district = f", district: {place['district']}" if place["district"] else ""
        lines.append(f"    - {{kind: {place['kind']}, name: {place['name']}{district}}}")
    return "\n".join(lines) + "\n"


def _place(written: str) -> dict[str, str]:
    match = _PLACE.fullmatch(written.strip())
    if match is None:
        raise ValueError(f"not a place: '{written}'")
    return {
        "kind": match["kind"].lower(),
        "name": match["name"],
        "district": match["district"] or "",
    }


def main(arguments: list[str]) -> None:
    """Read the table, write the file; both paths can be given."""
    table = Path(arguments[0]) if arguments else DEFAULT_TABLE
    output = Path(arguments[1]) if len(arguments) > 1 else DEFAULT_OUTPUT
    rows = list(read_rows(table.read_text(encoding="utf-8")))
    output.write_text(HEADER + "".join(unit_yaml(row) for row in rows), encoding="utf-8", newline="\n")
    print(f"{len(rows)} units written to {output}")


if __name__ == "__main__":
    main(sys.argv[1:])
