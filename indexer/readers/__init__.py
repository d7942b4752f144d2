"""Readers: one file a kind of document, one way in, one way to refuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from indexer.readers.document import FILE_LIMIT, MEGABYTE, DocumentRefusedError, ReadDocument, read_text
from indexer.readers.text import read_markdown, read_plain

__all__ = ["DocumentRefusedError", "ReadDocument", "read_document"]

ZIP, OLD_OFFICE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
PDF_HEADER_WITHIN = 1024  # readers accept other bytes before the header of a PDF file
TEXT_READERS: dict[str, Callable[[bytes, Path], str]] = {
    ".txt": read_plain,
    ".text": read_plain,
    ".md": read_markdown,
    ".markdown": read_markdown,
}


def read_document(path: Path) -> ReadDocument:
    """Reads a text, Markdown, DOCX or PDF file, or a scan.

    The kind is told from the content, not from the name. Raises DocumentRefusedError for a file that is too big,
    damaged, encrypted, unsafe, empty, or of a kind that is not read.
    """
    content = _content(path)
    if content.startswith(OLD_OFFICE):
        raise DocumentRefusedError("old_word_or_encrypted", path.name)
    if content.startswith(ZIP):
        from indexer.readers.docx import read_docx  # an extra: only who adds Word files needs its library

        return read_text(read_docx(content, path), 1, path.name)
    if PDF in content[:PDF_HEADER_WITHIN]:
        from indexer.readers.pdf import read_pdf

        text, pages = read_pdf(content, path)
        return read_text(text, pages, path.name)
    if content.startswith(IMAGES):
        from indexer.readers.scan import read_image

        text, pages = read_image(content, path)
        return read_text(text, pages, path.name)
    reader = TEXT_READERS.get(path.suffix.lower())
    if reader is None:
        raise DocumentRefusedError(
            "damaged" if path.suffix.lower() in {".docx", ".pdf"} else "unknown_kind",
            path.name,
            "its content is of another kind",
        )
    return read_text(reader(content, path), 1, path.name)


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(FILE_LIMIT + 1)
    except OSError as error:
        raise DocumentRefusedError("missing", path.name, error.strerror or type(error).__name__) from error
    if len(content) > FILE_LIMIT:
        raise DocumentRefusedError("too_big", path.name, str(FILE_LIMIT // MEGABYTE))
    if not content:
        raise DocumentRefusedError("empty", path.name)
    return content
