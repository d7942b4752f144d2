"""The bundled typeface: where it lies, what it can draw, how wide its words are."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parent / "typefaces"
FAMILY = "Noto Sans"
REGULAR = "NotoSans-Regular"
BOLD = "NotoSans-Bold"
FONT_FILES = tuple(FOLDER / f"{name}.ttf" for name in (REGULAR, BOLD))


@cache
def _font(name: str) -> TTFont:
    font = TTFont(name, str(FOLDER / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return font


def font_name(bold: bool = False) -> str:
    """The name under which reportlab knows the typeface; registers it."""
    name = BOLD if bold else REGULAR
    _font(name)
    return name


def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line is, in the unit of ``size``."""
    width: float = pdfmetrics.stringWidth(text, font_name(bold), size)
    return width


def drawable(text: str) -> str:
    """The text composed (NFC), without what the typeface lacks (emoji, other scripts); blanks are single."""
    known = _font(REGULAR).face.charToGlyph
    kept = (letter for letter in unicodedata.normalize("NFC", text) if letter.isspace() or ord(letter) in known)
    return " ".join("".join(kept).split())


def wrap_evenly(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """As ``wrap``, with the lines about equally long: a centred text ends in no lone word."""
    lines = best = wrap(text, size, width, bold)
    narrower = width
    while len(lines) == len(best) and len(best) > 1 and narrower > size:
        best = lines
        narrower -= size / 2
        lines = wrap(text, size, narrower, bold)
        if any(text_width(line, size, bold) > narrower for line in lines):
            break
    return best


def wrap(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """The text in lines of at most ``width``; its own line breaks stay. A word wider than a line is not broken."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if line and text_width(longer, size, bold) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines
