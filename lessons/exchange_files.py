"""Tables of questions as XLSX, CSV and DOCX: reading what staff send, writing what they can open and send back."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from lessons.exchange_texts import ExchangeError, ExchangeProblem, columns, said, texts

MEGABYTE = 1024 * 1024
FILE_LIMIT = 5 * MEGABYTE  # a thousand questions take under one
UNPACKED_LIMIT = 60 * MEGABYTE  # of an XLSX or DOCX, which are zip files: far more is a bomb
PART_LIMIT = 500
QUESTION_LIMIT = 1000
COLUMN_LIMIT = 40
# A cell that begins so is run as a formula by spreadsheet programs (OWASP: CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS = (",", ";", "\t")  # Excel set to Vietnamese writes semicolons


class Format(StrEnum):
    """The kinds of files, by the ending of their names."""

    XLSX = "xlsx"
    CSV = "csv"
    DOCX = "docx"


@dataclass(frozen=True, slots=True)
class Row:
    """One question as written: ``cells`` by heading. ``problems`` are cells that hold no text."""

    place: str
    cells: Mapping[str, str]
    problems: tuple[ExchangeProblem, ...] = ()


Rows = Sequence[Mapping[str, str]]
"""Questions to be written: cells by the name of the field."""


def read_rows(content: bytes, file_name: str) -> list[Row]:
    """The questions of a file, by the ending of its name. Raises ExchangeError for a file that cannot be read."""
    rows = read_table(content, file_name, QUESTION_LIMIT)
    if len(rows) > QUESTION_LIMIT:
        raise ExchangeError("too_many", limit=QUESTION_LIMIT)
    return rows


def read_table(content: bytes, file_name: str, limit: int) -> list[Row]:
    """The rows below the headings of any table, at most ``limit`` and one more. Raises as ``read_rows``."""
    try:
        kind = Format(file_name.rsplit(".", 1)[-1].lower())
    except ValueError:
        raise ExchangeError("not_supported") from None
    if len(content) > FILE_LIMIT:
        raise ExchangeError("too_large", limit=FILE_LIMIT // MEGABYTE)
    if kind is not Format.CSV:
        _check_package(content)
    return _READERS[kind](content, limit)


def write_rows(rows: Rows, kind: Format, guide: bool = False) -> bytes:
    """A file of these questions; with ``guide`` it says how to fill it in. Nothing in it can run as a formula."""
    return _WRITERS[kind](rows, guide)


def _check_package(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise ExchangeError("damaged") from error
    if len(parts) > PART_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise ExchangeError("damaged")


@dataclass(frozen=True, slots=True)
class _NoText:
    """A cell that holds something else than text."""

    message: str


def _from_grid(
    grid: Iterator[tuple[int, Sequence[Any]]], cell_text: Callable[[Any], str | _NoText], limit: int
) -> list[Row]:
    """Rows below a row of headings; ``grid`` gives line numbers and cells."""
    headings: list[str] | None = None
    rows = []
    for number, line in grid:
        cells = [cell_text(cell) for cell in line]
        if not any(cells):
            continue
        if headings is None:
            headings = ["" if isinstance(cell, _NoText) else cell for cell in cells]
            continue
        place = texts()["row"].format(number=number)
        named = [(heading, cell) for heading, cell in zip(headings, cells, strict=False) if heading]
        problems = [
            ExchangeProblem(place, heading, said(cell.message)) for heading, cell in named if isinstance(cell, _NoText)
        ]
        written = {heading: cell for heading, cell in named if isinstance(cell, str)}
        for heading in {heading for heading in headings if heading and headings.count(heading) > 1}:
            problems.append(ExchangeProblem(place, "", said("column_twice", column=heading)))
        rows.append(Row(place, written, tuple(problems)))
        if len(rows) > limit:
            break
    return rows


def _read_csv(content: bytes, limit: int) -> list[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExchangeError("not_utf8") from error
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    def grid() -> Iterator[tuple[int, Sequence[str]]]:
        before = 0
        for line in reader:
            yield before + 1, line
            before = reader.line_num

    try:
        return _from_grid(grid(), lambda cell: _without_mark(str(cell)), limit)
    except csv.Error as error:
        raise ExchangeError("damaged") from error


def _read_xlsx(content: bytes, limit: int) -> list[Row]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    # KeyError, ValueError and the like are what openpyxl raises for parts that are missing or say nonsense.
    broken = (InvalidFileException, zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, SyntaxError)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True)
        wanted = texts()["sheet"]
        sheet = book[wanted] if wanted in book.sheetnames else book.worksheets[0]
        lines = sheet.iter_rows(max_row=limit * 2, max_col=COLUMN_LIMIT)
        return _from_grid(enumerate(lines, 1), _sheet_cell, limit)
    except (IndexError, AttributeError, *broken) as error:
        raise ExchangeError("damaged") from error


def _sheet_cell(cell: Any) -> str | _NoText:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return _NoText("formula")
    if cell.data_type == "e":
        return _NoText("error_cell")
    if isinstance(value, (datetime, date, time)):
        return _NoText("date")
    if isinstance(value, bool):
        return str(texts()["answers"]["true" if value else "false"])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _plain(str(value))


def _read_docx(content: bytes, limit: int) -> list[Row]:
    docx = _docx()
    try:
        document = docx.Document(io.BytesIO(content))
        tables = [[[cell.text for cell in row.cells[:2]] for row in table.rows] for table in document.tables]
    except (KeyError, ValueError, TypeError, AttributeError, SyntaxError, zipfile.BadZipFile, zlib.error) as error:
        raise ExchangeError("damaged") from error
    rows = []
    for number, table in enumerate(tables, 1):
        cells = {_plain(line[0]): _plain(line[1]) for line in table if len(line) == 2 and _plain(line[0])}
        if any(cells.values()):
            rows.append(Row(texts()["table"].format(number=number), cells))
        if len(rows) > limit:
            break
    return rows


def _docx() -> Any:
    try:
        import docx
    except ImportError as error:
        raise ExchangeError("no_library") from error
    return docx


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _without_mark(text: str) -> str:
    """A CSV cell without the apostrophe that kept it from running as a formula."""
    bare = text.lstrip("'")
    return _plain(text[1:] if bare != text and bare.startswith(FORMULA_STARTS) else text)


def _with_mark(text: str) -> str:
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def _write_csv(rows: Rows, guide: bool) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns().values())
    writer.writerows([_with_mark(row.get(name, "")) for name in columns()] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # with the mark by which Excel knows UTF-8


def _write_xlsx(rows: Rows, guide: bool) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = texts()["sheet"]
    for number, (name, heading) in enumerate(columns().items(), 1):
        sheet.cell(1, number, heading).font = Font(bold=True)
        wide = name in ("text", "why", "why_not")
        sheet.column_dimensions[get_column_letter(number)].width = 40 if wide else 16
        for line, row in enumerate(rows, 2):
            cell = sheet.cell(line, number)
            cell.value = row.get(name, "") or None
            if cell.value is not None:
                cell.data_type = "s"  # text, whatever it begins with
                cell.number_format = "@"
                cell.quotePrefix = cell.value.startswith(FORMULA_STARTS)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    if guide:
        help_sheet = book.create_sheet(texts()["guide_sheet"])
        help_sheet.column_dimensions["A"].width = 110
        for line, sentence in enumerate(texts()["guide"], 1):
            help_sheet.cell(line, 1, sentence).alignment = Alignment(wrap_text=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_docx(rows: Rows, guide: bool) -> bytes:
    document = _docx().Document()
    document.add_heading(texts()["title"], level=1)
    for sentence in texts()["guide"] if guide else ():
        document.add_paragraph(sentence, style="List Bullet")
    for number, row in enumerate(rows, 1):
        document.add_heading(texts()["heading"].format(number=number), level=2)
        table = document.add_table(rows=0, cols=2, style="Table Grid")
        for name, heading in columns().items():
            cells = table.add_row().cells
            cells[0].text, cells[1].text = heading, row.get(name, "")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


_READERS: Mapping[Format, Callable[[bytes, int], list[Row]]] = {
    Format.XLSX: _read_xlsx,
    Format.CSV: _read_csv,
    Format.DOCX: _read_docx,
}
_WRITERS: Mapping[Format, Callable[[Rows, bool], bytes]] = {
    Format.XLSX: _write_xlsx,
    Format.CSV: _write_csv,
    Format.DOCX: _write_docx,
}
