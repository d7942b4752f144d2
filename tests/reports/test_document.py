"""The report as DOCX: the measurements of Nghị định 30/2020/NĐ-CP, read from the file."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import pytest
from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from pypdf import PdfReader

from bot.reports.document import Frozen, docx
from bot.reports.pdf import converter, pdf
from bot.reports.periods import offered, period_of
from bot.reports.snapshot import digest, read, written
from bot.reports.tables import report_tables
from bot.reports.words import blocks, defaults, unfilled
from tests.reports.made import CITY, ENTERED, YEAR, snapshot, words

NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)
TODAY = date(2026, 11, 21)


def document(groups: int = 3, frozen: bool = True, **changed: str) -> Docx:
    body = written(snapshot(groups), {**words(), **changed})
    made = docx(*read(body), Frozen(NOON, digest(body)) if frozen else None, TODAY)
    return Document(io.BytesIO(made))


def find(cell: _Cell | Docx, text: str) -> Paragraph:
    return next(one for one in cell.paragraphs if text in one.text)


def look(paragraph: Paragraph) -> tuple[float, bool, bool]:
    """Size in points, bold, italic of a paragraph's first run."""
    run = paragraph.runs[0]
    assert run.font.size is not None
    return run.font.size.pt, bool(run.bold), bool(run.italic)


def test_the_page_is_a4_with_the_decrees_margins_and_font() -> None:
    made = document()
    section = made.sections[0]
    assert (section.page_width.mm, section.page_height.mm) == (pytest.approx(210, abs=0.1), pytest.approx(297, abs=0.1))
    assert 20 <= round(section.top_margin.mm, 1) <= 25 and 20 <= round(section.bottom_margin.mm, 1) <= 25
    assert 30 <= round(section.left_margin.mm, 1) <= 35 and 15 <= round(section.right_margin.mm, 1) <= 20
    fonts = made.styles["Normal"].element.rPr.rFonts
    assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
    named = {run.font.name for paragraph in made.paragraphs for run in paragraph.runs}
    assert named <= {None, "Times New Roman"}


def test_pages_are_numbered_above_in_the_middle_but_the_first() -> None:
    section = document().sections[0]
    (number,) = section.header.paragraphs
    assert section.different_first_page_header_footer and number.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert "PAGE" in number._p.xml and 13 <= number.runs[0].font.size.pt <= 14
    assert "PAGE" not in section.first_page_header._element.xml


def test_the_head_names_the_nation_the_issuer_number_and_place() -> None:
    left, right = document().tables[0].rows[0].cells
    size, bold, italic = look(find(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"))
    assert 12 <= size <= 13 and bold and not italic
    size, bold, _ = look(find(right, "Độc lập - Tự do - Hạnh phúc"))
    assert 13 <= size <= 14 and bold
    assert look(find(left, "PHƯỜNG HƯNG ĐẠO"))[:2] == (13, True)
    assert look(find(left, "/BC-UBND")) == (13, False, False)
    size, bold, italic = look(find(right, "Hưng Đạo, ngày"))
    assert 13 <= size <= 14 and italic and not bold
    assert "năm 2026" in find(right, "Hưng Đạo, ngày").text
    assert all("w:pBdr" in cell._tc.xml for cell in (left, right)), "lines are drawn, not underlined"


def test_title_text_and_signature_have_the_decrees_sizes() -> None:
    made = document()
    size, bold, _ = look(find(made, "BÁO CÁO"))
    assert 13 <= size <= 14 and bold and look(find(made, "Kết quả thực hiện phong trào"))[1]
    paragraph = find(made, "như sau:")
    shape = paragraph.paragraph_format
    assert look(paragraph) == (14, False, False) and paragraph.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert 10 <= shape.first_line_indent.mm <= 12.75 and shape.space_after.pt >= 6 and 1 <= shape.line_spacing <= 1.5
    left, right = made.tables[-1].rows[0].cells
    assert look(find(left, "Nơi nhận:")) == (12, True, True) and look(find(left, "Lưu: VT"))[0] == 11
    size, bold, _ = look(find(right, "TM. ỦY BAN NHÂN DÂN"))
    assert 13 <= size <= 14 and bold
    assert find(right, "Họ và tên").runs[0].bold


def test_every_table_says_its_figures_as_the_page_does_and_repeats_its_headings() -> None:
    made = document(groups=30)
    expected = report_tables(snapshot(30))
    shown = made.tables[1:-1]
    assert len(shown) == len(expected) == 2
    for table, wanted in zip(shown, expected, strict=True):
        rows = [tuple(cell.text for cell in row.cells) for row in table.rows]
        assert rows == [wanted.headings, *wanted.rows]
        assert "w:tblHeader" in table.rows[0]._tr.xml and "w:cantSplit" in table.rows[2]._tr.xml
    assert expected[1].rows[2][2] == "**" and expected[1].rows[-1][1:] == ("Toàn phường", "45,5%", "45,5%", "1.234")
    said = "\n".join(paragraph.text for paragraph in made.paragraphs)
    assert "dưới 5 người học" in said and ENTERED in said and "K1 v2" in said


def test_a_draft_says_so_and_a_frozen_one_carries_its_digest() -> None:
    body = written(snapshot(), words())
    frozen = "\n".join(one.text for one in document().paragraphs)
    assert digest(body)[:16] in frozen
    draft = document(frozen=False)
    assert "DỰ THẢO" in draft.tables[0].rows[0].cells[0].text
    assert "DỰ THẢO" not in document().tables[0].rows[0].cells[0].text


@pytest.mark.skipif(converter() is None, reason="LibreOffice is missing: apt-get install libreoffice-writer-nogui")
def test_libreoffice_makes_a_pdf_of_it() -> None:
    made = PdfReader(io.BytesIO(pdf(docx(snapshot(), words(), None, TODAY))))
    said = made.pages[0].extract_text()
    assert round(float(made.pages[0].mediabox.width) / 72 * 25.4) == 210
    assert "/BC-UBND" in said
    assert any("HÒA XÃ" in line and "T NAM" in line for line in said.splitlines()), "the nation's name is one line"


def test_an_empty_section_is_left_out_and_the_others_are_numbered_on() -> None:
    said = [one.text for one in document(models="", limits="").paragraphs]
    numbered = [line for line in said if re.match(r"[IVX]+\. ", line)]
    assert [line.split(".")[0] for line in numbered] == ["I", "II", "III", "IV"] and "MÔ HÌNH" not in "".join(numbered)


def test_the_office_reports_to_its_own_committee_and_the_committee_to_the_city() -> None:
    own = defaults("Xã Đại Sơn", YEAR, "", "Ủy ban nhân dân xã qua phòng Văn hóa – Xã hội xã")
    assert own["issuer"].startswith("PHÒNG") and own["parent"].endswith("XÃ ĐẠI SƠN") and "Xã" not in own["place"]
    city = defaults("Phường Hưng Đạo", YEAR, "", CITY)
    assert city["parent"] == "" and city["signed"].startswith("TM. ỦY BAN NHÂN DÂN") and city["addressee"] == CITY
    unknown = defaults("Phường Lê Thanh Nghị", YEAR, "", None)
    assert "addressee" in {block.id for block in unfilled(unknown)}
    assert not unfilled({**dict.fromkeys((block.id for block in blocks()), ""), "number": "Số: 1"})


def test_a_frozen_body_reads_back_as_it_was_and_any_change_changes_the_digest() -> None:
    body = written(snapshot(), words())
    assert read(body) == (snapshot(), words()) and written(*read(body)) == body
    assert digest(body.replace("1234", "1235")) != digest(body)
    with pytest.raises(ValueError, match="format 9"):
        read(body.replace('"format":1', '"format":9'))


def test_periods_are_years_and_first_halves() -> None:
    assert [one.key for one in offered(TODAY)] == ["2026", "2026-H1", "2025", "2025-H1"]
    half = period_of("2026-H1")
    assert half and (half.last, half.name) == (date(2026, 6, 30), "6 tháng đầu năm 2026")
    assert YEAR.until(TODAY) == TODAY and half.until(TODAY) == date(2026, 6, 30)
    assert [period_of(key) for key in ("2026-H2", "1999", "", "2026-")] == [None] * 4
