"""A lesson as a printed handout: A5, large type, its pictures, the practice task."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from knowledge.facts import load_yaml
from lessons.models import Card, Lesson
from lessons.typeface import drawable, font_name

WORDING_FILE = Path(__file__).with_name("handout.yaml")
MARGIN = 11 * mm
FRAME_PADDING = 6  # points that reportlab leaves inside a page's frame
ROOM = A5[0] - 2 * MARGIN - 2 * FRAME_PADDING
NUMBER_WIDTH = 8 * mm
# Points. The first is read at arm's length without glasses by most; a smaller one is taken when the lesson then fits
# on one sheet. Below 11.5 elderly readers give up.
TEXT_SIZES = (13.0, 12.25, 11.5)
ONE_SHEET = 2  # pages
PICTURE_WIDTH = 86 * mm  # at the largest text; smaller with smaller text
PICTURE_HEIGHT = 62 * mm  # higher ones are made smaller: text and picture must share a page
CODE_SIZE = 22 * mm
BRAND, INK, SOFT, TINT = "#0b5d8f", "#18222e", "#4d5866", "#eef5fa"
BOX = TableStyle(
    [
        ("BACKGROUND", (0, 0), (-1, -1), HexColor(TINT)),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BOX", (0, 0), (-1, -1), 0.8, HexColor(BRAND)),
        ("LEFTPADDING", (0, 0), (-1, -1), 8),
        ("TOPPADDING", (0, 0), (-1, -1), 6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
    ]
)


@dataclass(frozen=True, slots=True)
class HandoutSetting:
    """What stands around the lesson: its course, the ward that gives it out, an address to go on learning."""

    course: str = ""
    ward: str = ""
    address: str = ""


def handout_pdf(lesson: Lesson, courses: Path, setting: HandoutSetting | None = None) -> bytes:
    """The lesson as an A5 PDF; ``courses`` is the folder its file and pictures lie in. Same input, same bytes.

    The text is as large as the fewest pages allow. Raises OSError when a picture cannot be read and ValueError when it
    cannot be drawn.
    """
    folder = (courses / lesson.file).parent
    pictures = {card.picture.file: _drawn(folder / card.picture.file) for card in lesson.cards if card.picture}
    tried: list[tuple[int, bytes]] = []
    for size in TEXT_SIZES:
        data, pages = _Handout(lesson, pictures, setting or HandoutSetting(), size).build()
        tried.append((pages, data))
        if pages <= ONE_SHEET:
            break
    return min(tried, key=lambda attempt: attempt[0])[1]


def _drawn(file: Path) -> bytes:
    """A picture for print: an SVG is drawn, anything else is taken as it is."""
    if file.suffix.lower() != ".svg":
        return file.read_bytes()
    from lessons.pictures.png import small_png

    return small_png(file.read_text(encoding="utf-8"))


@cache
def _wording() -> dict[str, str]:
    loaded: dict[str, str] = load_yaml(WORDING_FILE.read_text(encoding="utf-8"))
    return loaded


def _style(size: float, colour: str, *, bold: bool = False, after: float = 0) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{colour}{bold}{after}",
        fontName=font_name(bold),
        fontSize=size,
        leading=size * 1.34,
        textColor=HexColor(colour),
        spaceAfter=after,
    )


def _paragraph(said: str, style: ParagraphStyle) -> Paragraph:
    lines = [escape(drawable(line), quote=False) for line in said.split("\n")]
    return Paragraph("<br/>".join(lines), style)


@dataclass(frozen=True, slots=True)
class _Handout:
    """One attempt at a handout, with text of ``size`` points."""

    lesson: Lesson
    pictures: Mapping[str, bytes]
    setting: HandoutSetting
    size: float

    def build(self) -> tuple[bytes, int]:
        """The PDF and its pages."""
        out = io.BytesIO()
        document = SimpleDocTemplate(
            out,
            pagesize=A5,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN - FRAME_PADDING,
            bottomMargin=MARGIN + 3 * mm,
            title=self.lesson.title,
            author="bdhvs",
            lang="vi-VN",
            invariant=1,
        )
        cards = [KeepTogether(self._card(number, card)) for number, card in enumerate(self.lesson.cards, 1)]
        document.build([*self._head(), *cards, self._practice()], onFirstPage=self._foot, onLaterPages=self._foot)
        return out.getvalue(), document.page

    def _head(self) -> list[Flowable]:
        course = _wording()["course"].format(course=self.setting.course)
        above = [_paragraph(course, _style(10, SOFT, after=2))] if self.setting.course else []
        return [*above, _paragraph(self.lesson.title, _style(self.size + 6, BRAND, bold=True, after=6))]

    def _card(self, number: int, card: Card) -> list[Flowable]:
        label = _paragraph(_wording()["card"].format(number=number), _style(self.size + 1, BRAND, bold=True))
        text = Table(
            [[label, _paragraph(card.text, _style(self.size, INK))]],
            colWidths=[NUMBER_WIDTH, ROOM - NUMBER_WIDTH],
            style=[
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ],
        )
        return [text, *([self._picture(card.picture.file)] if card.picture else []), Spacer(1, 3)]

    def _picture(self, file: str) -> Image:
        image = Image(io.BytesIO(self.pictures[file]), lazy=0)
        width = PICTURE_WIDTH * self.size / TEXT_SIZES[0]
        scale = min(width / image.imageWidth, PICTURE_HEIGHT / image.imageHeight)
        image.drawWidth, image.drawHeight = image.imageWidth * scale, image.imageHeight * scale
        return image

    def _practice(self) -> Flowable:
        """The task in a box, beside it a code that leads to the lesson on the phone."""
        words = [
            _paragraph(_wording()["practice"], _style(self.size, BRAND, bold=True, after=2)),
            _paragraph(self.lesson.practice, _style(self.size, INK)),
        ]
        columns: list[list[Flowable]] = [[*words]]
        widths = [ROOM]
        if self.setting.address:
            code = io.BytesIO()
            segno.make(self.setting.address, error="m", micro=False).save(code, kind="png", scale=6, border=4)
            code.seek(0)
            note = _paragraph(_wording()["phone"], _style(8.5, SOFT))
            columns.append([Image(code, CODE_SIZE, CODE_SIZE, lazy=0), note])
            widths = [ROOM - CODE_SIZE - 14, CODE_SIZE + 14]
        return KeepTogether([Table([columns], colWidths=widths, style=BOX)])

    def _foot(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        words, ward = _wording(), drawable(self.setting.ward)
        canvas.setFont(font_name(), 8.5)
        canvas.setFillColor(HexColor(SOFT))
        said = words["foot"].format(ward=ward[:1].upper() + ward[1:]) if ward else words["foot_alone"]
        canvas.drawString(MARGIN + FRAME_PADDING, MARGIN - 4, said)
        page = words["page"].format(number=document.page)
        canvas.drawRightString(A5[0] - MARGIN - FRAME_PADDING, MARGIN - 4, page)
