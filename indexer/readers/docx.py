"""Reads Word files: paragraphs with their automatic numbers, tables as rows, in the order of the page."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.readers.document import MEGABYTE, DocumentRefusedError
from indexer.readers.numbering import Numbering

if TYPE_CHECKING:
    from docx.document import Document

# A Word file of thirty pages unpacks to 2–5 MB; these are far above it and far below what hurts a small machine.
UNPACKED_LIMIT = 100 * MEGABYTE
PART_LIMIT = 2_000
RATIO_LIMIT = 300
SMALL_PART = MEGABYTE  # a small part may be packed as tightly as it likes
WORD_SPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
CELL_MARK = " | "
BROKEN_PACKAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    RuntimeError,
)


def read_docx(content: bytes, path: Path) -> str:
    """The text of a .docx file; refuses bombs, entity declarations, encrypted and damaged files."""
    try:
        import docx
        from docx.opc.exceptions import PackageNotFoundError
    except ImportError as error:
        raise DocumentRefusedError("no_library", path.name) from error
    _check_package(content, path.name)
    try:
        document = docx.Document(io.BytesIO(content))
        return "\n".join(_blocks(document))
    except (PackageNotFoundError, SyntaxError, KeyError, AttributeError, *BROKEN_PACKAGE) as error:
        raise DocumentRefusedError("damaged", path.name, type(error).__name__) from error


def _check_package(content: bytes, file: str) -> None:
    """Looks at every part before any library does."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise DocumentRefusedError("encrypted", file)
            if "word/document.xml" not in package.namelist():
                raise DocumentRefusedError("unknown_kind", file)
            _check_sizes(parts, file)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _check_xml(package.read(part), file)
    except BROKEN_PACKAGE as error:
        raise DocumentRefusedError("damaged", file, "not a whole package") from error


def _check_sizes(parts: list[zipfile.ZipInfo], file: str) -> None:
    if len(parts) > PART_LIMIT or sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise DocumentRefusedError("unsafe", file, "it unpacks to too much")
    for part in parts:
        if part.file_size > SMALL_PART and part.file_size > RATIO_LIMIT * max(1, part.compress_size):
            raise DocumentRefusedError("unsafe", file, "it unpacks to too much")


def _check_xml(part: bytes, file: str) -> None:
    """Word never writes a document type; one is there to read local files or to blow up the parser."""
    plain = part.replace(b"\0", b"").upper()
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise DocumentRefusedError("unsafe", file, "it declares entities")


def _blocks(document: Document) -> Iterator[str]:
    numbering = Numbering(document)
    for block in document.iter_inner_content():
        if block._element.tag == f"{WORD_SPACE}tbl":
            yield ""
            yield from _rows(block)
            yield ""
        else:
            text = _paragraph_text(block._element).strip()
            yield f"{numbering.mark(block._element)}{text}" if text else ""


def _rows(table: Any) -> Iterator[str]:
    """A table as one line a row; a merged cell is written once, lines inside a cell are joined."""
    for row in table.rows:
        seen: list[Any] = []
        for cell in row.cells:
            if all(cell._tc is not other._tc for other in seen):
                seen.append(cell)
        texts = [" ".join(_paragraph_text(cell._tc).split()) for cell in seen]
        if any(texts):
            yield "| " + CELL_MARK.join(texts) + " |"


def _paragraph_text(element: Any) -> str:
    """Everything a reader of the page sees: inserted text too, deleted text and doubled fallbacks not."""
    pieces: list[str] = []
    for node in element.iter():
        if node.tag == f"{WORD_SPACE}t":
            if not any(ancestor.tag == FALLBACK for ancestor in node.iterancestors()):
                pieces.append(node.text or "")
        elif node.tag in (f"{WORD_SPACE}tab", f"{WORD_SPACE}br", f"{WORD_SPACE}cr", f"{WORD_SPACE}p"):
            pieces.append(" ")
        elif node.tag == f"{WORD_SPACE}noBreakHyphen":
            pieces.append("-")
    return "".join(pieces)
