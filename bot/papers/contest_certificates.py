"""Certificates of a contest, A4 across, one a page. Who did not agree to be named gets a line to write on by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.papers.contest_sheets import wording
from lessons.sheet import PdfSheet
from lessons.typeface import drawable, text_width, wrap_evenly

WIDTH, HEIGHT = 842.0, 595.0  # points
MIDDLE = WIDTH / 2
ROOM = WIDTH - 180
SIGNED = WIDTH - 185  # the middle of where the date and the signature go
HASH_SHOWN = 16  # letters of the result's hash: enough to tell two results apart
INK, SOFT, BRAND, GOLD = "#18222e", "#4d5866", "#0b5d8f", "#a8500a"


@dataclass(frozen=True, slots=True)
class Award:
    """A place of a person (``code``) or group; ``points`` is worded, ``name`` None for a line to write on."""

    place: int
    name: str | None
    points: str
    code: str = ""


def awards_pdf(contest: str, ward: str, digest: str, awards: Sequence[Award]) -> bytes:
    """All certificates. Raises ValueError for none."""
    if not awards:
        raise ValueError("nobody has won anything")
    pdf = PdfSheet(WIDTH, HEIGHT, drawable(contest))
    for number, award in enumerate(awards):
        if number:
            pdf.next_page()
        _draw(pdf, drawable(contest), drawable(ward), digest, award)
    return pdf.finished()


def _draw(pdf: PdfSheet, contest: str, ward: str, digest: str, award: Award) -> None:
    words = wording()
    pdf.rect(22, 22, WIDTH - 44, HEIGHT - 44, "none", BRAND, 14, 3)
    pdf.rect(31, 31, WIDTH - 62, HEIGHT - 62, "none", GOLD, 9, 1)
    pdf.text(MIDDLE, 88, words["campaign"], 14, BRAND, bold=True, anchor="middle")
    pdf.text(MIDDLE, 142, words["title"], 40, BRAND, bold=True, anchor="middle")
    pdf.rect(MIDDLE - 45, 158, 90, 3, GOLD)
    pdf.text(MIDDLE, 200, words["to"], 17, SOFT, anchor="middle")
    _fitted(pdf, 246, drawable(award.name) if award.name else words["blank"], 32)
    reached = words["reached" if award.code else "group_average"].format(place=award.place, points=award.points)
    pdf.text(MIDDLE, 296, reached, 17, SOFT, anchor="middle")
    top, lines = 338.0, wrap_evenly(contest, 26, ROOM, True)
    size = 26 if len(lines) < 3 else 21  # a long name leaves room to sign
    for line in lines:
        _fitted(pdf, top, line, size)
        top += size * 1.3
    _fitted(pdf, top + 4, words["of_ward"].format(ward=ward), 18)
    pdf.text(SIGNED, HEIGHT - 148, words["date"], 12, SOFT, anchor="middle")
    pdf.text(SIGNED, HEIGHT - 129, words["signed"], 13, INK, bold=True, anchor="middle")
    foot = [words["hash"].format(hash=digest[:HASH_SHOWN])]
    foot += [words["code"].format(code=award.code)] if award.code else []
    pdf.text(MIDDLE, HEIGHT - 62, "   ·   ".join(foot), 11.5, INK, anchor="middle")
    pdf.text(MIDDLE, HEIGHT - 44, words["notice"].format(ward=ward), 11, SOFT, anchor="middle")


def _fitted(pdf: PdfSheet, y: float, said: str, size: float) -> None:
    width = text_width(said, size, bold=True)
    pdf.text(MIDDLE, y, said, min(size, size * ROOM / width), INK, bold=True, anchor="middle")
