"""A contest's result as XLSX and DOCX, with what each agreed to be called."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from docx import Document
from openpyxl import Workbook
from openpyxl.styles import Font

from bot.indicators.export import Cell, safe, shown
from bot.store.contest_board import BoardRow, NamedBoards
from bot.store.contest_tables import Contest
from lessons.contest.boards import GroupPlace
from lessons.progress import VIETNAM

DOCX_PEOPLE = 100  # lines of the board in a document that is printed; the workbook holds all


def people_cells(rows: Sequence[BoardRow], unnamed: str) -> list[tuple[Cell, ...]]:
    """The people's board as cells."""
    return [
        (row.place, row.name or unnamed, row.code, row.group, row.points, row.right, round(row.seconds, 1))
        for row in rows
    ]


def group_cells(rows: Sequence[GroupPlace]) -> list[tuple[Cell, ...]]:
    """The groups' board as cells; a group without a place had too few players."""
    return [(row.place, row.group.name, row.players, row.needed, row.average / 100) for row in rows]


def as_xlsx(contest: Contest, ward: str, boards: NamedBoards, words: Mapping[str, str]) -> bytes:
    """Two sheets; numbers are numbers, text is never run as a formula."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, headings, rows in _tables(boards, words):
        sheet = book.create_sheet(title)
        for line in _head(contest, ward, words):
            sheet.append([safe(line)])
        sheet.append([])
        sheet.append(headings)
        for row in rows:
            sheet.append([safe(cell) if isinstance(cell, str) else cell for cell in row])
        sheet["A1"].font = Font(bold=True, size=14)
        for cell in sheet[len(_head(contest, ward, words)) + 2]:
            cell.font = Font(bold=True)
        for letter, width in zip("ABCDEFG", (8, 30, 14, 26, 12, 12, 14), strict=True):
            sheet.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_docx(contest: Contest, ward: str, boards: NamedBoards, words: Mapping[str, str]) -> bytes:
    """The report to print and sign: the contest, both boards, prizes, the hash."""
    document = Document()
    head = _head(contest, ward, words)
    document.add_heading(head[0], 1)
    for line in head[1:]:
        document.add_paragraph(line)
    if contest.prizes:
        document.add_heading(words["contest_prizes_title"], 2)
        for prize in contest.prizes:
            document.add_paragraph(prize, style="List Bullet")
    for title, headings, rows in _tables(boards, words):
        document.add_heading(title, 2)
        table = document.add_table(rows=1, cols=len(headings), style="Table Grid")
        for cell, heading in zip(table.rows[0].cells, headings, strict=True):
            cell.paragraphs[0].add_run(heading).bold = True
        for row in rows[:DOCX_PEOPLE]:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = shown(value)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _tables(boards: NamedBoards, words: Mapping[str, str]) -> list[tuple[str, list[str], list[tuple[Cell, ...]]]]:
    people = people_cells(boards.people, words["contest_unnamed"])
    return [
        (words["contest_people_title"], words["contest_people_columns"].split("|"), people),
        (words["contest_groups_title"], words["contest_groups_columns"].split("|"), group_cells(boards.groups)),
    ]


def _head(contest: Contest, ward: str, words: Mapping[str, str]) -> list[str]:
    begin, end = (at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y") for at in (contest.starts_at, contest.ends_at))
    digest = contest.result_hash or words["contest_not_frozen"]
    return [
        words["contest_report_title"].format(name=contest.name),
        words["contest_report_when"].format(ward=ward, begin=begin, end=end),
        words["contest_report_hash"].format(hash=digest),
    ]
