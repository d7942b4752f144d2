"""The certificate and the handout: what they say, that they never claim too much, and that they stay the same."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import segno
from PIL import Image
from pypdf import PdfReader

from lessons import certificate
from lessons.catalogue import SHIPPED_COURSES, Catalogue
from lessons.certificate import certificate_pdf, certificate_png
from lessons.certificate_data import CertificateData, new_code, read_code
from lessons.handout import HandoutSetting, handout_pdf
from lessons.models import Card, Lesson, Picture

DATA = CertificateData(
    name="Nguyễn Thị Hồng Ngoãn",
    course="Thanh toán không tiền mặt",
    ward="phường Lê Đại Hành",
    lessons=5,
    finished_on=date(2026, 11, 21),
    code="K7QM-2RTP",
    address="https://hoc.example/giay/K7QM-2RTP",
)
A4, A5 = (841.9, 595.3), (419.5, 595.3)  # points


def words(pdf: bytes) -> str:
    """The text of a PDF, its line breaks as blanks."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_certificate_says_who_finished_what_where_and_when() -> None:
    said = words(certificate_pdf(DATA))
    for part in ("Nguyễn Thị Hồng Ngoãn", "đã hoàn thành khóa học", "Thanh toán không tiền mặt", "21/11/2026"):
        assert part in said
    assert "của phường Lê Đại Hành" in said
    assert "5 bài học" in said and "K7QM-2RTP" in said


def test_certificate_claims_no_official_recognition() -> None:
    said = words(certificate_pdf(DATA))
    assert "không phải là xác nhận phổ cập kỹ năng số của cơ quan nhà nước" in said
    assert "không thay cho xác nhận trên VNeID" in said
    for official in ("CỘNG HÒA", "Độc lập", "chứng chỉ", "chứng nhận", "Chứng chỉ", "CHỨNG NHẬN"):
        assert official not in said


def test_certificate_is_one_page_with_its_typeface_inside() -> None:
    reader = PdfReader(io.BytesIO(certificate_pdf(DATA)))
    assert len(reader.pages) == 1
    page = reader.pages[0]
    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.5)
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].get_object().values()]
    inside = [font["/BaseFont"] for font in fonts if "/FontDescriptor" in font]  # Helvetica is named, never used
    assert {name.split("+")[-1] for name in inside} == {"NotoSans-Regular", "NotoSans-Bold"}
    assert reader.trailer["/Root"]["/Lang"] == "vi-VN"


def test_same_data_gives_the_same_files_and_other_data_others() -> None:
    assert certificate_pdf(DATA) == certificate_pdf(replace(DATA))
    assert certificate_png(DATA) == certificate_png(replace(DATA))
    other = replace(DATA, code="AAAA-BBBB", address="https://hoc.example/giay/AAAA-BBBB")
    assert certificate_pdf(other) != certificate_pdf(DATA)


def test_the_code_on_the_picture_is_the_address() -> None:
    """Each module of the QR code is read from the PNG where the code was drawn."""
    matrix = [list(row) for row in segno.make(DATA.address, error="m", micro=False).matrix]
    with Image.open(io.BytesIO(certificate_png(DATA))) as picture:
        assert picture.size == (certificate.PNG_PIXELS, 1190)
        grey = picture.convert("L")
    dark = grey.point(lambda value: 255 if value < 90 else 0).crop((100, 840, 340, 1140))
    left, top, right, bottom = dark.getbbox() or (0, 0, 0, 0)
    module = (right - left) / len(matrix)
    assert module == (bottom - top) / len(matrix) == round(module)
    read = [
        [
            dark.getpixel((left + (column + 0.5) * module, top + (row + 0.5) * module)) > 0
            for column in range(len(matrix))
        ]
        for row in range(len(matrix))
    ]
    assert read == [[bool(cell) for cell in row] for row in matrix]


@pytest.mark.parametrize("name", ["Bà Lan ❤️", "  Nguye\u0302\u0303n   An "])
def test_a_name_is_written_without_what_cannot_be_drawn(name: str) -> None:
    said = words(certificate_pdf(replace(DATA, name=name)))
    assert "Bà Lan" in said or "Nguyễn An" in said


def test_a_name_of_nothing_drawable_is_refused() -> None:
    for make in (certificate_pdf, certificate_png):
        with pytest.raises(ValueError, match="needs a name"):
            make(replace(DATA, name=" ❤️ "))


def test_without_an_address_the_paper_says_whom_to_ask_and_has_no_code_to_scan() -> None:
    paper = certificate_pdf(replace(DATA, address=""))
    assert "hỏi cán bộ phường, xã" in words(paper) and "Quét mã" not in words(paper)
    assert "Mã giấy: K7QM-2RTP" in words(paper)


def test_codes_are_read_as_people_type_them() -> None:
    codes = {new_code() for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        for typed in (code, code.lower(), code.replace("-", ""), f" {code[:5]} {code[6:]}. "):
            assert read_code(typed) == code
    for wrong in ("", "K7QMA", "K7QMA-2RTP0", "K7QMA-2RTPXX", "K7QMA-2RTP'"):
        assert read_code(wrong) is None


def test_long_names_stay_on_the_paper() -> None:
    long = replace(
        DATA, name="Công Tằng Tôn Nữ Nguyễn Thị Hoàng Phương Khánh Linh Trang Đài", course="Sức khỏe và bảo hiểm " * 5
    )
    with Image.open(io.BytesIO(certificate_png(long))) as picture:
        row = picture.convert("L").crop((0, 380, picture.width, 500)).point(lambda value: 255 if value < 90 else 0)
        left, _, right, _ = row.crop((80, 0, picture.width - 80, 120)).getbbox() or (0, 0, 0, 0)
    assert left > 40 and right < 1684 - 160 - 40
    assert "Đài" in words(certificate_pdf(long))


def test_handout_holds_the_whole_lesson(shipped: Catalogue) -> None:
    lesson = shipped.lesson("tt-quet-qr")
    assert lesson is not None
    setting = HandoutSetting("Thanh toán không tiền mặt", "phường Lê Đại Hành", "https://hoc.example/")
    pdf = handout_pdf(lesson, SHIPPED_COURSES, setting)
    said = words(pdf)
    for text in (lesson.title, lesson.practice, *(card.text for card in lesson.cards)):
        assert " ".join(text.split()) in said
    assert "Khóa: Thanh toán không tiền mặt" in said and "Phường Lê Đại Hành" in said
    reader = PdfReader(io.BytesIO(pdf))
    for page in reader.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A5, abs=0.5)
    pictured = sum(card.picture is not None for card in lesson.cards)
    assert sum(len(page.images) for page in reader.pages) == pictured + 1
    assert handout_pdf(lesson, SHIPPED_COURSES, setting) == pdf
    assert len(reader.pages) <= 2


def test_a_handout_escapes_signs_and_takes_any_picture(shipped: Catalogue, tmp_path: Path) -> None:
    Image.new("RGB", (300, 900), "#0b5d8f").save(tmp_path / "cao.png")
    card = Card("Gõ <b> & dấu > rồi chờ.", Picture("cao.png", "Hình cao"))
    lesson = replace(shipped.lessons[0], cards=(card,) * 3, file="bai.yaml", title="Dấu < và &")
    said = words(handout_pdf(lesson, tmp_path))
    assert "Gõ <b> & dấu > rồi chờ." in said and "Dấu < và &" in said


def test_a_missing_picture_is_an_error_that_names_it(shipped: Catalogue, tmp_path: Path) -> None:
    lesson: Lesson = replace(shipped.lessons[0], cards=(Card("Một.", Picture("khong-co.svg", "Không có")),))
    with pytest.raises(OSError, match=r"khong-co\.svg"):
        handout_pdf(lesson, tmp_path)
