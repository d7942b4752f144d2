"""Reads plain text and Markdown, whatever encoding it was saved in."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

from indexer.readers.document import VIETNAMESE_SHARE, DocumentRefusedError, vietnamese_shares

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
# UTF-16 without a mark: every second byte of Latin text is zero, and most of Vietnamese text is Latin.
ZERO_SHARE = 0.3
# Windows-1258 turns any bytes into letters; only text that then reads as Vietnamese was really in it.
KNOWN_IN_1258 = 0.9


def read_plain(content: bytes, path: Path) -> str:
    """The text of a .txt file."""
    return decode(content, path.name)


def read_markdown(content: bytes, path: Path) -> str:
    """The text of a .md file, without its front matter."""
    text = decode(content, path.name).replace("\r\n", "\n")
    return FRONT_MATTER.sub("", text)


def decode(content: bytes, file: str) -> str:
    """Decodes UTF-8, UTF-16 or Windows-1258; refuses other encodings and files that are no text."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(content, encoding, file)
    if b"\0" in content:
        return _strictly(content, _utf16_order(content, file), file)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _windows_1258(content, file)


def _strictly(content: bytes, encoding: str, file: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DocumentRefusedError("damaged", file, f"not valid {encoding}") from error


def _utf16_order(content: bytes, file: str) -> str:
    half = max(1, len(content) // 2)
    if content[1::2].count(0) >= ZERO_SHARE * half:
        return "utf-16-le"
    if content[0::2].count(0) >= ZERO_SHARE * half:
        return "utf-16-be"
    raise DocumentRefusedError("encoding", file)


def _windows_1258(content: bytes, file: str) -> str:
    try:
        text = unicodedata.normalize("NFC", content.decode("cp1258"))
    except UnicodeDecodeError as error:
        raise DocumentRefusedError("encoding", file) from error
    _, spelt, known, marked = vietnamese_shares(text)
    if spelt < VIETNAMESE_SHARE or known < KNOWN_IN_1258 or not marked:
        raise DocumentRefusedError("encoding", file)
    return text
