"""Reads scans with Tesseract, an outside program that a ward may have installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.readers.document import PAGE_LIMIT, DocumentRefusedError
from indexer.readers.image_size import image_size

if TYPE_CHECKING:
    from pypdf import PdfReader

LANGUAGE = "vie"
DOTS_PER_INCH = 300
SECONDS_A_PAGE = 120  # a page takes 3–10 s on a small machine
RENDERING_SECONDS = 300
JPEG_FILTER = "/DCTDecode"
# A0 at 300 dpi has 139 million; a small file can claim thousands of millions, which fill the memory when unpacked.
PIXEL_LIMIT = 150_000_000
POINTS_PER_INCH = 72


def read_image(content: bytes, path: Path) -> tuple[str, int]:
    """The text of a PNG, JPEG or TIFF scan, and its number of pages."""
    pages = _check_image(content, path.name)
    tesseract = find_tesseract(path.name)
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / f"page{path.suffix.lower() or '.png'}"
        image.write_bytes(content)
        return _recognise(tesseract, image, path.name, SECONDS_A_PAGE * pages), pages


def _check_image(content: bytes, file: str) -> int:
    """The number of pages of an image that may be unpacked; refuses the others."""
    try:
        size = image_size(content, PAGE_LIMIT)
    except ValueError as error:
        raise DocumentRefusedError("damaged", file, str(error)) from error
    if size.pixels > PIXEL_LIMIT:
        raise DocumentRefusedError("too_many_pixels", file, str(PIXEL_LIMIT // 1_000_000))
    if size.pages > PAGE_LIMIT:
        raise DocumentRefusedError("too_many_pages", file, str(PAGE_LIMIT))
    return size.pages


def read_scanned_pdf(content: bytes, reader: PdfReader, path: Path) -> str:
    """The text of a PDF file whose pages are images."""
    _check_page_sizes(reader, path.name)
    tesseract = find_tesseract(path.name)
    with tempfile.TemporaryDirectory() as folder:
        images = _page_images(content, reader, Path(folder), path.name)
        return "\n\f\n".join(_recognise(tesseract, image, path.name) for image in images)


def _check_page_sizes(reader: PdfReader, file: str) -> None:
    """A page may claim to be a hundred metres wide: drawn at 300 dpi it would fill the memory."""
    for page in reader.pages:
        inches = abs(float(page.mediabox.width) * float(page.mediabox.height)) / POINTS_PER_INCH**2
        if inches * DOTS_PER_INCH**2 > PIXEL_LIMIT:
            raise DocumentRefusedError("too_many_pixels", file, str(PIXEL_LIMIT // 1_000_000))


def find_tesseract(file: str) -> str:
    """The Tesseract program; refuses the file when it or its Vietnamese data is missing."""
    found = shutil.which("tesseract")
    if found is None:
        raise DocumentRefusedError("no_tesseract", file, "Tesseract is not installed")
    languages = _run([found, "--list-langs"], SECONDS_A_PAGE, file).split()
    if LANGUAGE not in languages:
        raise DocumentRefusedError("no_tesseract", file, "Tesseract has no Vietnamese data")
    return found


def _page_images(content: bytes, reader: PdfReader, folder: Path, file: str) -> list[Path]:
    """The pages as images: drawn by Poppler when it is installed, else the JPEG that each page consists of."""
    poppler = shutil.which("pdftoppm")
    if poppler is None:
        return [_jpeg_of_page(reader, number, folder, file) for number in range(len(reader.pages))]
    source = folder / "scan.pdf"
    source.write_bytes(content)
    command = [poppler, "-r", str(DOTS_PER_INCH), "-gray", "-png", str(source), str(folder / "page")]
    _run(command, RENDERING_SECONDS, file)
    return sorted(folder.glob("page*.png"))


def _jpeg_of_page(reader: PdfReader, number: int, folder: Path, file: str) -> Path:
    resources = reader.pages[number].get("/Resources", {}).get_object()
    for drawn in resources.get("/XObject", {}).get_object().values():
        image = drawn.get_object()
        if image.get("/Subtype") == "/Image" and image.get("/Filter") in (JPEG_FILTER, [JPEG_FILTER]):
            target = folder / f"page-{number:04d}.jpg"
            content = image.get_data()
            _check_image(content, file)
            target.write_bytes(content)
            return target
    raise DocumentRefusedError("no_tesseract", file, "its pages need Poppler (pdftoppm) to be drawn")


def _recognise(tesseract: str, image: Path, file: str, seconds: float = SECONDS_A_PAGE) -> str:
    return _run([tesseract, str(image), "stdout", "-l", LANGUAGE, "--dpi", str(DOTS_PER_INCH)], seconds, file)


def _run(command: Sequence[str], seconds: float, file: str) -> str:
    """What a program writes to its standard output; no shell is used."""
    try:
        done = subprocess.run(  # noqa: S603 - the program was found on the path, the arguments are our own
            command, capture_output=True, timeout=seconds, check=True, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise DocumentRefusedError("ocr_failed", file, f"no result within {seconds:.0f} s") from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise DocumentRefusedError("ocr_failed", file, type(error).__name__) from error
    return done.stdout.decode("utf-8", errors="replace")
