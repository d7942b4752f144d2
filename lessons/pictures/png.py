"""Pictures as PNG, for the channels that show no SVG. Drawn with resvg and the bundled typeface only."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from pathlib import Path

import resvg_py
from PIL import Image

from lessons.typeface import FAMILY, FONT_FILES

# Sharp on a phone 360 px wide with 3 device pixels a px, and far below the 1 MB that Zalo takes.
PICTURE_PIXELS = 1080
# A scene has few colours and their blends at edges: 64 look the same and take 40 % of the bytes.
COLOURS = 64


def png_bytes(svg: str, width: int = PICTURE_PIXELS) -> bytes:
    """The SVG drawn ``width`` pixels wide. Raises ValueError when it is no SVG."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            width=width,
            skip_system_fonts=True,
            font_files=[str(file) for file in FONT_FILES],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )
    )


def small_png(svg: str) -> bytes:
    """The SVG as a PNG of few colours, as chats send it. Raises ValueError when it is no SVG."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png_bytes(svg))) as picture:
        reduced = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    reduced.save(out, "PNG", optimize=True)
    return out.getvalue()


def png_file(svg_file: Path, cache: Path) -> Path:
    """The PNG of an SVG file, drawn once: ``cache`` keeps it under a name made of the content."""
    svg = svg_file.read_text(encoding="utf-8")
    key = hashlib.sha256(f"{PICTURE_PIXELS}\n{svg}".encode()).hexdigest()[:20]
    found = cache / f"{svg_file.stem}-{key}.png"
    if not found.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        # Written aside and moved: two processes may draw the same picture at once.
        handle, aside = tempfile.mkstemp(dir=cache, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(small_png(svg))
            Path(aside).replace(found)
        finally:
            Path(aside).unlink(missing_ok=True)
    return found
