"""Scans: images and PDF files without text, read by Tesseract; what would fill the memory is refused."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import struct
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from indexer.readers import read_document
from indexer.readers.image_size import ImageSize, image_size
from tests.indexer.documents import PROSE, broken, put, refused
from tests.indexer.pdf_files import rows, text_pdf

pytest.importorskip("pypdf", reason='needs the document libraries: pip install "bdhvs[documents]"')

TYPEFACE = Path(__file__).parents[2] / "lessons" / "typefaces" / "NotoSans-Regular.ttf"


def image(form: str, *sizes: tuple[int, int]) -> bytes:
    """A white image of one page a size."""
    pages = [Image.new("L", size, 255) for size in sizes]
    out = io.BytesIO()
    pages[0].save(out, form, **({"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}))
    return out.getvalue()


PNG = image("PNG", (8, 8))


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG file of a few bytes whose header names any size."""
    return PNG[:16] + struct.pack(">II", width, height) + PNG[24:]


class TestImageSizes:
    @pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
    def test_the_header_tells_the_size(self, form: str) -> None:
        assert image_size(image(form, (30, 20)), 9) == ImageSize(600, 1)

    def test_pages_of_a_tiff_are_counted_and_the_largest_is_told(self) -> None:
        assert image_size(image("TIFF", (9, 9), (30, 20), (3, 3)), 9) == ImageSize(600, 3)

    def test_a_chain_of_pages_that_never_ends_is_left(self) -> None:
        ring = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 0) + struct.pack("<I", 8)
        with pytest.raises(ValueError, match="no size"):
            image_size(ring, 5)

    def test_an_image_too_large_to_unpack_is_refused(self, tmp_path: Path) -> None:
        error = refused(put(tmp_path, "a.png", png_that_claims(60_000, 60_000)))
        assert error.reason == "too_many_pixels"
        assert "300 dpi" in str(error)

    def test_an_image_of_too_many_pages_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("indexer.readers.scan.PAGE_LIMIT", 2)
        assert refused(put(tmp_path, "a.tif", image("TIFF", *[(9, 9)] * 3))).reason == "too_many_pages"

    @pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
    def test_a_header_cut_off_is_refused(self, tmp_path: Path, form: str) -> None:
        assert refused(put(tmp_path, "a.png", image(form, (30, 20))[:10])).reason == "damaged"

    @pytest.mark.parametrize("seed", range(30))
    def test_no_broken_image_does_more_than_be_refused(self, seed: int) -> None:
        content = broken(image(("PNG", "JPEG", "TIFF")[seed % 3], (30, 20)), seed)
        with contextlib.suppress(ValueError, KeyError):
            assert image_size(content, 300).pages <= 301


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in program is a shell script")
class TestScans:
    """Tesseract is an outside program: a stand-in that is started the same way takes its place."""

    @pytest.fixture
    def program(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
        return folder

    def install(self, folder: Path, script: str, name: str = "tesseract") -> None:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def test_without_tesseract_the_message_says_how_to_install_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        error = refused(put(tmp_path, "a.png", PNG))
        assert error.reason == "no_tesseract"
        assert "tesseract-ocr-vie" in str(error)

    def test_without_vietnamese_data_the_message_says_so(self, tmp_path: Path, program: Path) -> None:
        self.install(program, "printf 'eng\\nosd\\n'")
        assert "no Vietnamese data" in str(refused(put(tmp_path, "a.png", PNG)))

    def test_an_image_is_read(self, tmp_path: Path, program: Path) -> None:
        self.install(program, f'[ "$1" = --list-langs ] && echo vie || printf "%s" "{PROSE}"')
        assert read_document(put(tmp_path, "a.png", PNG)).text == PROSE

    def test_a_pdf_without_text_goes_the_same_way(self, tmp_path: Path, program: Path) -> None:
        self.install(program, f'[ "$1" = --list-langs ] && echo vie || printf "%s" "{PROSE}"')
        self.install(program, 'touch "$6-1.png" "$6-2.png"', name="pdftoppm")
        blank = rows(["1"])
        read = read_document(put(tmp_path, "a.pdf", text_pdf([blank, blank])))
        assert read.pages == 2
        assert read.text.count(PROSE) == 2

    def test_a_scan_that_cannot_be_read_is_refused(self, tmp_path: Path, program: Path) -> None:
        self.install(program, '[ "$1" = --list-langs ] && echo vie || exit 1')
        assert refused(put(tmp_path, "a.png", PNG)).reason == "ocr_failed"


@pytest.mark.scans
def test_tesseract_itself_reads_vietnamese(tmp_path: Path) -> None:
    lines = ("Ủy ban nhân dân phường Lê Đại Hành", "Hạn nộp báo cáo là ngày 15/12 hằng năm")
    page = Image.new("L", (1700, 400), 255)
    font = ImageFont.truetype(TYPEFACE, 60)
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((60, 60 + 130 * number), line, fill=0, font=font)
    page.save(tmp_path / "scan.png")
    assert read_document(tmp_path / "scan.png").text.split() == " ".join(lines).split()
