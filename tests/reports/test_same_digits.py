"""Document, workbook, API and frozen body say the digits of the one function of figures, over random lives."""

from __future__ import annotations

import io
import json
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlmodel import Session

from bot.api.bodies import figures_body
from bot.indicators import daily
from bot.indicators.ward import Period, indicator_table
from bot.reports.document import docx
from bot.reports.figures import snapshot_of
from bot.reports.snapshot import read, written
from bot.reports.workbook import HEADING_ROW, xlsx
from bot.store.database import Database
from bot.store.figure_inputs import keep_course_sizes
from bot.store.tables import EnteredFigure, Person, ResidentialGroup, Ward, WardIndicator
from tests.indicators.lives import WARD, answer
from tests.reports.made import YEAR, words

TODAY = date(2026, 11, 21)
CODES = ("K1", "K2", "K3", "K6", "K8", "K5")


def lives(session: Session, seed: int) -> None:
    """Groups of all sizes, people who learn more or less, and figures that staff entered."""
    chance = random.Random(seed)
    keep_course_sizes(session, {"vneid": 2, "an-toan": 1}, date(2026, 1, 1))
    number = 0
    for group in range(1, chance.randint(2, 7)):
        adults = chance.choice((None, chance.randint(1, 3000)))
        session.add(
            ResidentialGroup(id=group, ward_code=WARD, name=f"Tổ {group}", join_code=f"g{group}", adults=adults)
        )
        session.flush()
        for _ in range(chance.randint(0, 12)):
            number += 1
            session.add(Person(id=number, ward_code=WARD, group_id=group))
            session.flush()
            for course, lesson in (("vneid", "v1"), ("vneid", "v2"), ("an-toan", "s1")):
                for question in range(chance.randint(0, 2)):
                    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=chance.randint(0, 6000))
                    answer(session, number, group, course, lesson, question, chance.random() < 0.7, at)
        if chance.random() < 0.7:
            numerator = chance.randint(0, 99)
            session.add(entered("K3", date(2026, 10, 1), group_id=group, numerator=numerator, denominator=99))
    for place, code in enumerate(CODES):
        target = Decimal(chance.randint(1, 1000)) / 10 if chance.random() < 0.5 else None
        session.add(WardIndicator(ward_code=WARD, code=code, position=place, target=target))
    session.add(entered("K5", date(2026, 11, 1), percent=Decimal("81.2")))
    session.flush()
    daily.make(session, WARD, datetime(2026, 11, 21, 5, tzinfo=UTC))


def entered(code: str, day: date, **figure: Any) -> EnteredFigure:
    """A figure that staff entered."""
    return EnteredFigure(ward_code=WARD, code=code, day=day, source="Công an", entered_by="Lan", **figure)


def told(unit: str, value: Decimal | None, hidden: bool) -> str:
    """How a figure reads, written here a second time."""
    if hidden:
        return "**"
    if value is None:
        return "–"
    whole, _, tenth = f"{value:.1f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"{grouped},{tenth}%" if unit == "percent" else grouped


@pytest.mark.parametrize("seed", range(6))
def test_every_file_says_the_digits_of_the_function(database: Database, seed: int) -> None:
    database.write_now(lambda session: lives(session, seed))
    with Session(database.engine) as session:
        table = indicator_table(session, WARD, Period(YEAR.first, TODAY), published=True)
        snapshot = snapshot_of(session, session.get_one(Ward, WARD), YEAR, TODAY)
    units = [one.definition.unit for one in table.indicators]
    expected = {
        row.name: [told(unit, one.value, one.hidden) for unit, one in zip(units, row.figures, strict=True)]
        for row in (*table.groups, table.total)
    }
    assert len(expected) == len(table.groups) + 1 and len(units) == len(CODES)
    snapshot, said = read(written(snapshot, words()))
    assert _document(docx(snapshot, said, None, TODAY)) == expected
    assert _workbook(xlsx(snapshot, "Báo cáo", None), len(units)) == expected
    assert _api(json.loads(json.dumps(figures_body(snapshot)))) == expected


def _document(file: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table in Document(io.BytesIO(file)).tables[2:-1]:
        for row in table.rows[1:]:
            cells = [cell.text for cell in row.cells]
            found.setdefault(cells[1], []).extend(cells[2:])
    return found


def _workbook(file: bytes, indicators: int) -> dict[str, list[str]]:
    sheet = load_workbook(io.BytesIO(file))["Theo tổ"]
    headings = [cell.value for cell in sheet[HEADING_ROW]]
    shown = [place for place, text in enumerate(headings) if place and not str(text).startswith("Mức đề ra")]
    assert len(shown) == indicators
    found = {}
    for row in sheet.iter_rows(min_row=HEADING_ROW + 1):
        cells = []
        for place in shown:
            value, form = row[place].value, row[place].number_format
            if isinstance(value, str):
                cells.append(value)
            else:
                unit = "percent" if "%" in form else "count"
                cells.append(told(unit, None if value is None else Decimal(str(value)), False))
        found[str(row[0].value)] = cells
    return found


def _api(body: dict[str, object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    indicators = body["indicators"]
    assert isinstance(indicators, list)
    for one in indicators:
        for place in (*one["groups"], one["total"]):
            value = None if place["value"] is None else Decimal(str(place["value"]))
            assert place["shown"] == told(one["unit"], value, place["hidden"])
            found.setdefault(place["name"], []).append(place["shown"])
    return found
