"""Reads PDF files: their text when they have one, else their page images through text recognition."""

from __future__ import annotations

import io
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.readers.document import PAGE_LIMIT, TEXT_LIMIT, DocumentRefusedError

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

# A printed page has 1,500–3,500 characters; a scanned one has none, or a stamped number.
TEXT_ON_A_PAGE = 60
SCANNED_SHARE = 0.5  # of the pages without text, from which the whole file is taken for a scan
# A page is read in about 0.05 s; a file made to be slow is given up after this.
SECONDS_LIMIT = 120.0
# Columns of a table stand this many spaces apart in text that keeps its layout; justified words stand closer.
COLUMN_GAP = re.compile(r" {4,}")
# What a broken or hostile file makes the library raise besides its own errors.
BROKEN_FILE = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OSError, MemoryError,
               ArithmeticError, AssertionError, NotImplementedError)  # fmt: skip


def read_pdf(content: bytes, path: Path) -> tuple[str, int]:
    """Text and number of pages; refuses encrypted, damaged, endless and too long files."""
    try:
        import pypdf
        from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
    except ImportError as error:
        raise DocumentRefusedError("no_library", path.name) from error
    # The library warns of every oddity of a file; what matters is raised.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        _check(reader, path.name)
        texts = list(_page_texts(reader, path.name))
    except DependencyError as error:
        raise DocumentRefusedError("encrypted", path.name) from error
    except LimitReachedError as error:
        raise DocumentRefusedError("unsafe", path.name, "it unpacks to too much") from error
    except (PyPdfError, *BROKEN_FILE) as error:
        raise DocumentRefusedError("damaged", path.name, type(error).__name__) from error
    if _is_scanned(texts):
        from indexer.readers.scan import read_scanned_pdf

        return read_scanned_pdf(content, reader, path), len(texts)
    return "\n\f\n".join(texts), len(texts)


def _check(reader: PdfReader, file: str) -> None:
    # Many offices lock printing or copying with an empty password: such a file opens for everybody.
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentRefusedError("encrypted", file)
    if len(reader.pages) > PAGE_LIMIT:
        raise DocumentRefusedError("too_many_pages", file, str(PAGE_LIMIT))


def _page_texts(reader: PdfReader, file: str) -> Iterator[str]:
    start = time.monotonic()
    characters = 0
    for page in reader.pages:
        text = _page_text(page)
        characters += len(text)
        if characters > TEXT_LIMIT:
            raise DocumentRefusedError("too_long", file, str(TEXT_LIMIT))
        if time.monotonic() - start > SECONDS_LIMIT:
            raise DocumentRefusedError("unsafe", file, "it takes too long to read")
        yield text


def _page_text(page: PageObject) -> str:
    """The text of a page as it is laid out, so that the cells of a table's row stay in one line."""
    text = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)
    return "\n".join(_with_columns(text.splitlines()))


def _with_columns(lines: list[str]) -> Iterator[str]:
    """Marks columns with bars where at least two lines one after the other have as many of them."""
    counts = [len(COLUMN_GAP.findall(line.strip())) for line in lines]
    for position, line in enumerate(lines):
        count = counts[position]
        beside = counts[max(0, position - 1) : position] + counts[position + 1 : position + 2]
        cells = COLUMN_GAP.split(line.strip())
        yield f"| {' | '.join(cells)} |" if count and count in beside else " ".join(cells)


def _is_scanned(texts: list[str]) -> bool:
    bare = sum(sum(c.isalnum() for c in text) < TEXT_ON_A_PAGE for text in texts)
    return bare >= SCANNED_SHARE * len(texts)
