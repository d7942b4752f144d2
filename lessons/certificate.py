"""The certificate of a finished course, as PDF and PNG. It is the ward's, never an official recognition.

What the state recognises is confirmed elsewhere and shown in VNeID; the notice on the paper says so.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from knowledge.facts import load_yaml
from lessons.certificate_data import CertificateData
from lessons.qr import draw_code
from lessons.sheet import PdfSheet, Sheet
from lessons.typeface import drawable, text_width, wrap_evenly

WORDING_FILE = Path(__file__).with_name("certificate.yaml")
WIDTH, HEIGHT = 842.0, 595.0  # points: A4 across
MIDDLE = WIDTH / 2
PNG_PIXELS = 1684  # of its width: 144 dpi, legible when a chat shrinks it
TEXT_ROOM = WIDTH - 180
QR_SIZE = 100.0  # points with the quiet zone, 35 mm: scans from an arm's length when printed
FOOT_HEIGHT = 92.0

INK, SOFT, BRAND, GOLD, PAPER, TINT = "#18222e", "#4d5866", "#0b5d8f", "#a8500a", "#ffffff", "#eef5fa"


def certificate_pdf(data: CertificateData) -> bytes:
    """The certificate as a PDF of one A4 page. The same data gives the same bytes.

    Letters that the typeface lacks (emoji) are left out. Raises ValueError when nothing of the name is left.
    """
    sheet = PdfSheet(WIDTH, HEIGHT, _wording()["document_title"].format(course=data.course))
    _draw(sheet, data)
    return sheet.finished()


def certificate_png(data: CertificateData) -> bytes:
    """The certificate as a picture for chats, drawn as the PDF is. Raises ValueError as ``certificate_pdf``."""
    from lessons.pictures.png import png_bytes
    from lessons.pictures.svg import Svg

    sheet = Svg()
    _draw(sheet, data)
    return png_bytes(sheet.document(WIDTH, HEIGHT, _wording()["document_title"].format(course=data.course)), PNG_PIXELS)


@cache
def _wording() -> dict[str, str]:
    loaded: dict[str, str] = load_yaml(WORDING_FILE.read_text(encoding="utf-8"))
    return loaded


def _draw(sheet: Sheet, data: CertificateData) -> None:
    name = drawable(data.name)
    if not name:
        raise ValueError("a certificate needs a name that the typeface can write")
    words = _wording()
    sheet.rect(0, 0, WIDTH, HEIGHT, PAPER)
    sheet.rect(22, 22, WIDTH - 44, HEIGHT - 44, "none", BRAND, 14, 3)
    sheet.rect(31, 31, WIDTH - 62, HEIGHT - 62, "none", GOLD, 9, 1)
    sheet.text(MIDDLE, 84, words["campaign"], 14, BRAND, bold=True, anchor="middle")
    sheet.text(MIDDLE, 138, words["title"], 40, BRAND, bold=True, anchor="middle")
    sheet.rect(MIDDLE - 45, 154, 90, 3, GOLD)
    sheet.text(MIDDLE, 196, words["to"], 17, SOFT, anchor="middle")
    _one_line(sheet, 238, name, 34, INK)
    sheet.text(MIDDLE, 280, words["finished"], 17, SOFT, anchor="middle")
    bottom = _several_lines(sheet, 318, drawable(data.course), 26, BRAND)
    _one_line(sheet, bottom + 36, words["of_ward"].format(ward=drawable(data.ward)), 19, INK)
    day = data.finished_on
    counted = words["lessons"].format(count=data.lessons, day=f"{day.day:02}", month=f"{day.month:02}", year=day.year)
    sheet.text(MIDDLE, bottom + 64, counted, 14, SOFT, anchor="middle")
    _draw_foot(sheet, data)


def _draw_foot(sheet: Sheet, data: CertificateData) -> None:
    words, top, left = _wording(), HEIGHT - 156, 70.0
    right = left
    if data.address:
        draw_code(sheet, data.address, left, top - (QR_SIZE - FOOT_HEIGHT) / 2, QR_SIZE, INK)
        right += QR_SIZE + 16
    sheet.rect(right, top, WIDTH - right - 70, FOOT_HEIGHT, TINT, radius=8)
    sheet.text(right + 16, top + 24, words["code"].format(code=data.code), 13, INK, bold=True)
    sheet.text(WIDTH - 86, top + 24, words["check" if data.address else "ask"], 11.5, SOFT, anchor="end")
    room = WIDTH - right - 102
    for number, line in enumerate(wrap_evenly(words["notice"].format(ward=drawable(data.ward)), 12, room)):
        sheet.text(right + 16, top + 48 + number * 16, line, 12, INK)


def _one_line(sheet: Sheet, y: float, said: str, size: float, colour: str) -> None:
    """A line in bold, smaller when it is long: nobody's name is broken."""
    width = text_width(said, size, bold=True)
    sheet.text(MIDDLE, y, said, min(size, size * TEXT_ROOM / width), colour, bold=True, anchor="middle")


def _several_lines(sheet: Sheet, y: float, said: str, size: float, colour: str) -> float:
    """Lines in bold from a first baseline; returns the last."""
    for line in wrap_evenly(said, size, TEXT_ROOM, bold=True):
        sheet.text(MIDDLE, y, line, size, colour, bold=True, anchor="middle")
        y += size * 1.3
    return y - size * 1.3
