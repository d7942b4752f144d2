"""A contest on paper: one sheet a person or group, questions with boxes to tick, the sheet's code on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.yaml_loader import load_yaml
from lessons.sheet import PdfSheet
from lessons.typeface import drawable, wrap_evenly

WORDING_FILE = Path(__file__).with_name("contest.yaml")
WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 44.0  # points: A4
ROOM = WIDTH - 2 * MARGIN
TEXT, OPTION = 13.0, 13.0  # points: read without glasses at arm's length
LEADING = 1.34
INK, SOFT, BRAND = "#18222e", "#4d5866", "#0b5d8f"
LETTERS = "ABCDEFGH"
BOX = 12.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its code, its group, each question with its options in this sheet's order."""

    code: str
    group: str
    questions: Sequence[tuple[str, Sequence[str]]]


@cache
def wording() -> dict[str, str]:
    """What stands on the papers of a contest."""
    loaded: dict[str, str] = load_yaml(WORDING_FILE.read_text(encoding="utf-8"))
    return loaded


def sheets_pdf(name: str, ward: str, sheets: Sequence[Sheet]) -> bytes:
    """All sheets, each from a new page. Raises ValueError for none."""
    if not sheets:
        raise ValueError("there is no sheet to print")
    pdf = PdfSheet(WIDTH, HEIGHT, drawable(name))
    for number, sheet in enumerate(sheets):
        if number:
            pdf.next_page()
        _draw(pdf, drawable(name), drawable(ward), sheet)
    return pdf.finished()


def _draw(pdf: PdfSheet, name: str, ward: str, sheet: Sheet) -> None:
    words = wording()
    top = MARGIN
    for line in wrap_evenly(name, 18, ROOM - 150, True):
        pdf.text(MARGIN, top + 16, line, 18, BRAND, bold=True)
        top += 24
    pdf.text(WIDTH - MARGIN, MARGIN + 6, words["sheet"], 10, SOFT, anchor="end")
    pdf.text(WIDTH - MARGIN, MARGIN + 24, sheet.code, 16, INK, bold=True, anchor="end")
    pdf.text(MARGIN, top + 14, f"{drawable(sheet.group)} · {ward}", 12, SOFT)
    pdf.text(MARGIN, top + 44, words["who"], 12, INK)
    top += 68
    for line in wrap_evenly(words["how"], 11.5, ROOM):
        pdf.text(MARGIN, top, line, 11.5, SOFT)
        top += 16
    top += 8
    for number, (question, options) in enumerate(sheet.questions, 1):
        top = _question(pdf, top, sheet.code, f"{number}. {drawable(question)}", [drawable(one) for one in options])


def _question(pdf: PdfSheet, top: float, code: str, question: str, options: Sequence[str]) -> float:
    asked = wrap_evenly(question, TEXT, ROOM, True)
    given = [wrap_evenly(one, OPTION, ROOM - 44) for one in options]
    height = (len(asked) + sum(map(len, given))) * TEXT * LEADING + 14 + 4 * len(given)
    if top + height > HEIGHT - MARGIN:  # a question is never torn apart
        pdf.next_page()
        pdf.text(WIDTH - MARGIN, MARGIN, code, 12, SOFT, bold=True, anchor="end")
        top = MARGIN + 18
    for line in asked:
        pdf.text(MARGIN, top + TEXT, line, TEXT, INK, bold=True)
        top += TEXT * LEADING
    for place, lines in enumerate(given):
        top += 4
        pdf.rect(MARGIN + 4, top + 2, BOX, BOX, "none", INK, 2, 1)
        pdf.text(MARGIN + 22, top + OPTION, f"{LETTERS[place]}.", OPTION, INK, bold=True)
        for line in lines:
            pdf.text(MARGIN + 42, top + OPTION, line, OPTION, INK)
            top += OPTION * LEADING
    return top + 10
