"""Small PDF files for tests: Vietnamese text through a font with a ToUnicode table, as printed files have it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LINE_HEIGHT = 20
TOP = 800


def text_pdf(pages: Sequence[Sequence[tuple[int, str]]]) -> bytes:
    """A PDF of pages of lines; each line is a list of (x position, text) on one height."""
    letters = sorted({c for page in pages for _, text in page for c in text})
    codes = {letter: number + 33 for number, letter in enumerate(letters)}
    table = "".join(f"<{code:02x}> <{ord(letter):04x}>\n" for letter, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{table}endbfchar endcmap end end"
    )
    contents = [_content(page, codes) for page in pages]
    return _file(contents, cmap)


def rows(lines: Iterable[str | Sequence[str]]) -> list[tuple[int, str]]:
    """Lines of a page; a sequence of texts is a table's row, its cells 150 points apart. "" ends a line."""
    page: list[tuple[int, str]] = []
    for line in lines:
        cells = [line] if isinstance(line, str) else line
        page += [(50 + 150 * number, cell) for number, cell in enumerate(cells)]
        page.append((0, ""))
    return page


def _content(page: Sequence[tuple[int, str]], codes: dict[str, int]) -> bytes:
    height = TOP
    parts = []
    for left, text in page:
        if not text:
            height -= LINE_HEIGHT
            continue
        written = "".join(f"{codes[c]:02x}" for c in text)
        parts.append(f"BT /F1 12 Tf 1 0 0 1 {left} {height} Tm <{written}> Tj ET")
    return "\n".join(parts).encode("ascii")


def _file(contents: Sequence[bytes], cmap: str) -> bytes:
    widths = " ".join(["500"] * 223)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",  # the pages, once their numbers are known
        f"<< /Type /Font /Subtype /Type1 /BaseFont /Times /FirstChar 33 /LastChar 255 /Widths [{widths}] "
        "/ToUnicode 4 0 R >>".encode(),
        _stream(cmap.encode("ascii")),
    ]
    kids = []
    for content in contents:
        objects.append(_stream(content))
        stream = len(objects)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {stream} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return _with_table(objects)


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _with_table(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
