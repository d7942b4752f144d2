"""The files of a report for download: DOCX, XLSX, and PDF where the computer has LibreOffice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import date

from aiohttp import web

from bot.errors import OperatorError
from bot.reports.document import Frozen, docx
from bot.reports.pdf import pdf
from bot.reports.snapshot import Snapshot
from bot.reports.workbook import xlsx

log = logging.getLogger(__name__)

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
# LibreOffice takes a processor and 200 MB while it works: one report at a time on a ward PC.
_one_at_a_time = asyncio.Semaphore(1)


async def report_file(
    kind: str, snapshot: Snapshot, words: Mapping[str, str], frozen: Frozen | None, today: date
) -> bytes:
    """A report as a file of this kind. Raises HTTPServiceUnavailable when LibreOffice fails."""
    if kind == "xlsx":
        return await asyncio.to_thread(xlsx, snapshot, " ".join(words["subject"].split()), frozen)
    document = await asyncio.to_thread(docx, snapshot, words, frozen, today)
    return document if kind == "docx" else await as_pdf(document)


async def as_pdf(document: bytes) -> bytes:
    """A DOCX as PDF. Raises HTTPServiceUnavailable when LibreOffice fails."""
    async with _one_at_a_time:
        try:
            return await asyncio.to_thread(pdf, document)
        except OperatorError as error:
            log.warning("%s", error)
            raise web.HTTPServiceUnavailable from error


def download(name: str, kind: str, content: bytes) -> web.Response:
    """A file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return web.Response(body=content, content_type=TYPES[kind], headers=headers)
