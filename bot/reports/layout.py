"""The layout of an administrative document: Nghị định 30/2020/NĐ-CP, Phụ lục I. Sizes in points, lengths in mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from docx import Document
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
PAGE = (210, 297)  # A4, upright
# Allowed: top and bottom 20–25, left 30–35, right 15–20.
MARGIN_TOP = MARGIN_BOTTOM = 20
MARGIN_LEFT, MARGIN_RIGHT = 30, 15
HEADER_DISTANCE = 10  # the page number stands in the upper margin
TEXT_WIDTH = PAGE[0] - MARGIN_LEFT - MARGIN_RIGHT
SIZE_NATION = 13  # allowed: 12–13, bold capitals, in one line
SIZE_MOTTO = 14  # allowed: 13–14, bold
SIZE_ISSUER = 13  # allowed: 12–13; the superior body plain, the issuing one bold
SIZE_NUMBER = 13
SIZE_DATED = 14  # allowed: 13–14, italic
SIZE_TITLE = 14  # allowed: 13–14, bold
SIZE_TEXT = 14  # allowed: 13–14
SIZE_TABLE = 12  # the decree sets none for tables; 12 keeps a table of 30 groups on two pages
SIZE_NOTE = 11
SIZE_RECIPIENTS_HEADING = 12  # bold italic
SIZE_RECIPIENTS = 11
SIZE_SIGNED = 14  # allowed: 13–14, bold capitals
SIZE_PAGE_NUMBER = 14  # allowed: 13–14, centred above, not on the first page
FIRST_LINE = 12.7  # allowed: 10 to 12.7
AFTER_PARAGRAPH = 6  # at least
LINE_SPACING = 1.15  # allowed: single to 1.5
COLUMNS_HEAD = (65, 100)  # the left one holds "ỦY BAN NHÂN DÂN", the right one the nation's name in one line
COLUMNS_SIGNED = (75, 90)
SIGNING_ROOM = 4  # empty lines for signature and seal
WIDTH_MOTTO = 66  # of the motto at SIZE_MOTTO: the line under it is as long as the words
WIDTH_SHORT_LINE = 24  # under issuer and subject: a third to a half of the words


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph looks."""

    size: float = SIZE_TEXT
    bold: bool = False
    italic: bool = False
    centred: bool = False
    before: float = 0
    after: float = 0


def blank_document() -> Docx:
    """An empty A4 document with the decree's margins, font and page numbers."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.top_margin, section.bottom_margin = Mm(MARGIN_TOP), Mm(MARGIN_BOTTOM)
    section.left_margin, section.right_margin = Mm(MARGIN_LEFT), Mm(MARGIN_RIGHT)
    section.header_distance = Mm(HEADER_DISTANCE)
    section.different_first_page_header_footer = True
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(SIZE_TEXT)
    normal.font.color.rgb = RGBColor(0, 0, 0)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(kind), FONT)
    _page_number(section.header.paragraphs[0])
    return document


def styled(paragraph: Paragraph, text: str, style: Style) -> Paragraph:
    """Write ``text`` into a paragraph in one style."""
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic = Pt(style.size), style.bold, style.italic
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after = Pt(style.before), Pt(style.after)
    if style.centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph


def body(document: Docx, text: str, bold: bool = False, keep: bool = False) -> None:
    """A paragraph of the text: justified, its first line indented; ``keep``: on the page of what follows."""
    paragraph = styled(document.add_paragraph(), text, Style(bold=bold, after=AFTER_PARAGRAPH))
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    shape = paragraph.paragraph_format
    shape.first_line_indent = Mm(FIRST_LINE)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.MULTIPLE, LINE_SPACING
    shape.keep_with_next = keep


def drawn_line(paragraph: Paragraph, width: float, length: float) -> None:
    """A line of ``length`` in the middle of ``width``: the decree wants a drawn line, not underlined words."""
    side = Mm((width - length) / 2)
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = side
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(3)
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind", "w:jc")


def side_by_side(document: Docx, widths: Sequence[float]) -> tuple[_Cell, ...]:
    """The cells of a row without borders: how the decree's head and foot stand beside each other."""
    table = document.add_table(1, len(widths))
    _without_margins(table)
    _fixed(table, widths)
    _unbroken(table)
    return tuple(table.rows[0].cells)


def figures_table(
    document: Docx, headings: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], bold_last: bool
) -> None:
    """A table with lines; its headings are repeated on every page, no row is broken."""
    table = document.add_table(1 + len(rows), len(headings), style="Table Grid")
    _fixed(table, widths)
    _unbroken(table)
    for cell, heading in zip(table.rows[0].cells, headings, strict=True):
        styled(cell.paragraphs[0], heading, Style(SIZE_TABLE, bold=True, centred=True))
    repeat = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for place, row in enumerate(rows):
        cells = table.rows[place + 1].cells
        last = bold_last and place == len(rows) - 1
        for column, (cell, text) in enumerate(zip(cells, row, strict=True)):
            centred = column != 1  # the second column holds names
            styled(cell.paragraphs[0], text, Style(SIZE_TABLE, bold=last, centred=centred))


def _fixed(table: Table, widths: Sequence[float]) -> None:
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Length(Mm(width))


def _without_margins(table: Table) -> None:
    """Word gives cells 1.9 mm at each side; the nation's name needs the room to stand in one line."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def _unbroken(table: Table) -> None:
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size, run.font.name = Pt(SIZE_PAGE_NUMBER), FONT
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)
