"""The report as DOCX in the layout of Nghị định 30/2020/NĐ-CP, from frozen figures and the words of staff."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from docx.document import Document as Docx
from docx.table import _Cell

from bot.reports import layout
from bot.reports.layout import Style, body, drawn_line, figures_table, side_by_side, styled
from bot.reports.snapshot import Snapshot
from bot.reports.tables import ReportTable, notes, report_tables, sentences
from bot.reports.words import blocks, word
from lessons.progress import local_day

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
DIGEST_SHOWN = 16  # letters of the digest in the document: enough to compare by eye, the page has all
NARROW = 12  # mm of the column of numbers


@dataclass(frozen=True, slots=True)
class Frozen:
    """When a report was frozen, with the digest of its body."""

    at: datetime
    digest: str


def docx(snapshot: Snapshot, words: Mapping[str, str], frozen: Frozen | None, today: date) -> bytes:
    """The document; without ``frozen`` it says that it is a draft."""
    document = layout.blank_document()
    about = document.core_properties
    about.title, about.author, about.language = _flat(words["subject"]), _flat(words["issuer"]), "vi-VN"
    about.created = about.modified = (frozen.at if frozen else datetime.combine(today, datetime.min.time())).replace(
        tzinfo=None
    )
    head(document, words, frozen, today)
    title(document, word("kind"), words["subject"], words["addressee"])
    _text(document, snapshot, words)
    _after_figures(document, snapshot, frozen)
    foot(document, words)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def head(document: Docx, words: Mapping[str, str], frozen: Frozen | None, today: date) -> None:
    """Issuer, number, nation, place; without ``frozen`` it says that this is a draft."""
    left, right = side_by_side(document, layout.COLUMNS_HEAD)
    lines = [(line, False) for line in _lines(words["parent"])] + [(line, True) for line in _lines(words["issuer"])]
    for line, bold in lines:
        _cell_line(left, line, Style(layout.SIZE_ISSUER, bold=bold, centred=True))
    drawn_line(left.add_paragraph(), layout.COLUMNS_HEAD[0], layout.WIDTH_SHORT_LINE)
    if words["number"]:
        _cell_line(left, words["number"], Style(layout.SIZE_NUMBER, centred=True, before=6))
    if frozen is None:
        _cell_line(left, word("draft"), Style(layout.SIZE_NUMBER, bold=True, centred=True, before=6))
    _cell_line(right, word("nation"), Style(layout.SIZE_NATION, bold=True, centred=True))
    _cell_line(right, word("motto"), Style(layout.SIZE_MOTTO, bold=True, centred=True))
    drawn_line(right.add_paragraph(), layout.COLUMNS_HEAD[1], layout.WIDTH_MOTTO)
    # The day of issue is the clerk's to write: a report is dated when it gets its number.
    dated = word("undated", place=words["place"], year=(local_day(frozen.at) if frozen else today).year)
    _cell_line(right, dated, Style(layout.SIZE_DATED, italic=True, centred=True, before=6))


def title(document: Docx, kind: str, subject: str, addressee: str) -> None:
    """The kind of document, what it is about, and to whom it goes."""
    styled(document.add_paragraph(), kind, Style(layout.SIZE_TITLE, bold=True, centred=True, before=12))
    for line in _lines(subject):
        styled(document.add_paragraph(), line, Style(layout.SIZE_TITLE, bold=True, centred=True))
    drawn_line(document.add_paragraph(), layout.TEXT_WIDTH, layout.WIDTH_SHORT_LINE * 2)
    if addressee:
        said = word("to", addressee=_flat(addressee))
        styled(document.add_paragraph(), said, Style(centred=True, before=12, after=12))
    else:
        styled(document.add_paragraph(), "", Style(layout.SIZE_NOTE))


def _text(document: Docx, snapshot: Snapshot, words: Mapping[str, str]) -> None:
    for line in _lines(words["opening"]):
        body(document, line)
    number = 0
    for block in blocks():
        if not block.section or not (words[block.id] or block.figures):
            continue
        body(document, f"{ROMAN[number]}. {block.label.upper()}", bold=True, keep=True)
        number += 1
        for line in _lines(words[block.id]):
            body(document, line)
        if block.figures:
            for line in sentences(snapshot):
                body(document, line)
            for table in report_tables(snapshot):
                _table(document, table)
    for line in _lines(words["closing"]):
        body(document, line)


def _table(document: Docx, table: ReportTable) -> None:
    title = styled(document.add_paragraph(), table.title, Style(bold=True, centred=True, before=6, after=3))
    title.paragraph_format.keep_with_next = True
    figures_table(document, table.headings, table.rows, _widths(table), table.summed)
    styled(document.add_paragraph(), "", Style(layout.SIZE_NOTE, after=3))


def _widths(table: ReportTable) -> Sequence[float]:
    """The column of numbers is narrow, that of names takes what the others leave."""
    others = len(table.headings) - 2
    each = 25.0 if table.summed else 22.0
    return (NARROW, layout.TEXT_WIDTH - NARROW - each * others, *[each] * others)


def _after_figures(document: Docx, snapshot: Snapshot, frozen: Frozen | None) -> None:
    lines = notes(snapshot)
    if frozen is not None:
        versions = ", ".join(f"{one.code} v{one.version}" for one in snapshot.indicators)
        day = f"{local_day(frozen.at):%d/%m/%Y}"
        lines.append(word("frozen_note", day=day, versions=versions, digest=frozen.digest[:DIGEST_SHOWN]))
    for line in lines:
        styled(document.add_paragraph(), line, Style(layout.SIZE_NOTE, italic=True, after=2))


def foot(document: Docx, words: Mapping[str, str]) -> None:
    """Who gets it, and who signs."""
    left, right = side_by_side(document, layout.COLUMNS_SIGNED)
    heading = Style(layout.SIZE_RECIPIENTS_HEADING, bold=True, italic=True)
    _cell_line(left, word("recipients"), heading)
    for line in _lines(words["recipients"]):
        _cell_line(left, line, Style(layout.SIZE_RECIPIENTS))
    signed = Style(layout.SIZE_SIGNED, bold=True, centred=True)
    for line in _lines(words["signed"]):
        _cell_line(right, line, signed)
    for _ in range(layout.SIGNING_ROOM):
        right.add_paragraph()
    _cell_line(right, words["signer"], signed)


def _cell_line(cell: _Cell, text: str, style: Style) -> None:
    """A further line of a cell; its first paragraph is there already."""
    first = cell.paragraphs[0]
    styled(first if len(cell.paragraphs) == 1 and not first.text else cell.add_paragraph(), text, style)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _flat(text: str) -> str:
    return " ".join(text.split())
