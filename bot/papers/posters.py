"""Posters of residential groups, A4, one a page: the QR code large, the same code in letters, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.yaml_loader import load_yaml
from lessons.qr import draw_code
from lessons.sheet import PdfSheet, Sheet
from lessons.typeface import drawable, text_width, wrap_evenly

WORDING_FILE = Path(__file__).with_name("posters.yaml")
WIDTH, HEIGHT = 595.0, 842.0  # points: A4
MARGIN = 40.0
MIDDLE = WIDTH / 2
ROOM = WIDTH - 2 * MARGIN
BAND = 152.0
CODE_SIZE = 300.0  # 106 mm with the quiet zone: scans from two metres, over the heads of others at the notice board
PLACE_SIZE = 23.0
CODE_PART = 4  # letters of a code read at once
INK, SOFT, BRAND, TINT, WHITE = "#18222e", "#4d5866", "#0b5d8f", "#eef5fa", "#ffffff"


@dataclass(frozen=True, slots=True)
class Poster:
    """One group: its name, its ward as within a sentence, the link of the QR code, the code that is typed."""

    group: str
    ward: str
    link: str
    code: str


def posters_pdf(posters: Sequence[Poster]) -> bytes:
    """A PDF with a page for each group; the same posters give the same bytes. Raises ValueError for none."""
    if not posters:
        raise ValueError("there is no group to make a poster of")
    sheet = PdfSheet(WIDTH, HEIGHT, _wording()["document_title"].format(ward=drawable(posters[0].ward)))
    for number, poster in enumerate(posters):
        if number:
            sheet.next_page()
        _draw(sheet, poster)
    return sheet.finished()


@cache
def _wording() -> dict[str, Any]:
    loaded: dict[str, Any] = load_yaml(WORDING_FILE.read_text(encoding="utf-8"))
    return loaded


def _draw(sheet: Sheet, poster: Poster) -> None:
    words, group, ward = _wording(), drawable(poster.group), drawable(poster.ward)
    sheet.rect(0, 0, WIDTH, BAND, BRAND)
    sheet.text(MIDDLE, 50, words["campaign"], 32, WHITE, bold=True, anchor="middle")
    _line(sheet, 84, words["call"], 19, WHITE)
    together = f"{group} · {ward}"
    if text_width(together, PLACE_SIZE, bold=True) <= ROOM:
        _line(sheet, 124, together, PLACE_SIZE, WHITE, bold=True)
    else:
        _line(sheet, 114, group, PLACE_SIZE, WHITE, bold=True)
        _line(sheet, 140, ward, 18, WHITE, bold=True)
    top = BAND + 4
    draw_code(sheet, poster.link, MIDDLE - CODE_SIZE / 2, top, CODE_SIZE, INK)
    top += CODE_SIZE
    _line(sheet, top + 12, words["free"], 16, BRAND, bold=True)
    top += 30
    for number, step in enumerate(words["steps"], 1):
        sheet.rect(MARGIN + 14, top, 30, 30, BRAND, radius=15)
        sheet.text(MARGIN + 29, top + 21, str(number), 17, WHITE, bold=True, anchor="middle")
        sheet.text(MARGIN + 58, top + 21, step, 18, INK)
        top += 40
    _draw_code_in_letters(sheet, poster, top + 6)
    foot = HEIGHT - 58
    for said, size, colour, bold in (
        (words["safe"], 14, INK, True),
        (words["help"].format(group=group), 13, SOFT, False),
    ):
        for line in wrap_evenly(said, size, ROOM, bold):
            _line(sheet, foot, line, size, colour, bold)
            foot += size * 1.5


def _draw_code_in_letters(sheet: Sheet, poster: Poster, top: float) -> None:
    """The way in for who can't scan: an address that is short enough to type, and the code in groups of letters."""
    words, address = _wording(), poster.link.split("/?", 1)[0].removeprefix("https://").removeprefix("http://")
    spaced = " ".join(poster.code[start : start + CODE_PART] for start in range(0, len(poster.code), CODE_PART))
    sheet.rect(MARGIN, top, ROOM, 108, TINT, BRAND, 10, 1.2)
    _line(sheet, top + 34, words["by_hand"].format(address=address), 16, INK, room=ROOM - 24)
    _line(sheet, top + 84, spaced, 42, INK, bold=True)


def _line(sheet: Sheet, y: float, said: str, size: float, colour: str, bold: bool = False, room: float = ROOM) -> None:
    """A centred line, smaller when it is too long for the page."""
    width = text_width(said, size, bold)
    sheet.text(MIDDLE, y, said, min(size, size * room / width), colour, bold=bold, anchor="middle")
