"""docs/security.md: every test it names exists, every line has a status, what is not met says why."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.needs import ROOT

LIST = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\|\s*(\d+\.\d+\.\d+)\s*\|([^|]+)\|([^|]+)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FEWEST = 190  # lines of levels 1 and 2 outside of the chapters that do not apply


def test_every_line_has_a_status_and_says_what_is_missing() -> None:
    rows = ROW.findall(LIST)
    assert len(rows) > FEWEST
    assert {status.strip() for _, _, status, _, _ in rows} == {"met", "partly", "not met", "n/a"}
    assert not [number for number, _, status, how, _ in rows if status.strip() != "met" and not how.strip()]


def test_numbers_come_once_and_in_order() -> None:
    numbers = [tuple(int(part) for part in row[0].split(".")) for row in ROW.findall(LIST)]
    assert numbers == sorted(set(numbers))


def test_the_tests_it_names_exist() -> None:
    named = set(TEST.findall(LIST))
    assert len(named) > 40
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).is_file() or not re.search(rf"def {name}\(", Path(ROOT / file).read_text(encoding="utf-8"))
    ]
    assert not missing
