"""Documents in: every kind is read whole, every hostile or broken file is refused in words that help."""

from __future__ import annotations

import io
import random
import unicodedata
import zipfile
from pathlib import Path

import pytest
import yaml

from indexer.readers import DocumentRefusedError, ReadDocument, read_document
from indexer.readers import document as limits
from indexer.readers.document import MESSAGES_FILE, needs_repair
from knowledge.text.characters import strip_diacritics
from tests.indexer.documents import PROSE, SENTENCE, broken, put, refused
from tests.indexer.pdf_files import rows, text_pdf

docx = pytest.importorskip("docx", reason='needs the document libraries: pip install "bdhvs[documents]"')
pypdf = pytest.importorskip("pypdf", reason='needs the document libraries: pip install "bdhvs[documents]"')

SCAN = Path(__file__).parents[2] / "knowledge" / "plans" / "raw" / "tu-ky.txt"


def word_file(**parts: bytes) -> bytes:
    """A Word file with a sentence; ``parts`` are added or replace parts (``__`` stands for /, ``_x_`` for .)."""
    document = docx.Document()
    document.add_paragraph(PROSE)
    stream = io.BytesIO()
    document.save(stream)
    if not parts:
        return stream.getvalue()
    source = zipfile.ZipFile(stream)
    out = io.BytesIO()
    names = {name.replace("__", "/").replace("_x_", "."): content for name, content in parts.items()}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for item in source.infolist():
            if item.filename not in names:
                package.writestr(item.filename, source.read(item))
        for name, content in names.items():
            package.writestr(name, content)
    return out.getvalue()


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
    def test_unicode_in_any_form(self, tmp_path: Path, encoding: str) -> None:
        assert read_document(put(tmp_path, "a.txt", PROSE.encode(encoding))).text == PROSE

    def test_windows_1258(self, tmp_path: Path) -> None:
        """The old Vietnamese code page writes tones as marks of their own."""
        tones = {"\u0300", "\u0309", "\u0303", "\u0301", "\u0323"}
        content = b""
        for letter in PROSE:
            decomposed = unicodedata.normalize("NFD", letter)
            tone = "".join(c for c in decomposed if c in tones)
            base = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in tones))
            content += (base + tone).encode("cp1258")
        assert read_document(put(tmp_path, "a.txt", content)).text == PROSE

    def test_another_encoding_is_refused(self, tmp_path: Path) -> None:
        tcvn3 = "\u00f1y ban nh\u00a9n d\u00a9n ph\u00ad\u00eang tæ chøc phong trµo häc tËp kü n¨ng sè "
        tcvn3_bytes = tcvn3.encode("latin-1")
        error = refused(put(tmp_path, "cu.txt", tcvn3_bytes * 8))
        assert error.reason == "encoding"
        assert "UTF-8" in error.staff_message

    def test_markdown_loses_its_front_matter_only(self, tmp_path: Path) -> None:
        read = read_document(put(tmp_path, "a.md", f"---\nward: tu-ky\n---\n# Kế hoạch\n\n{PROSE}"))
        assert read.text == f"# Kế hoạch\n\n{PROSE}"

    def test_wording_and_tone_places_stay_as_written(self, tmp_path: Path) -> None:
        written = "Số hoá – thuỷ lợi “hoà bình”"
        assert read_document(put(tmp_path, "a.txt", written)).text == written

    def test_characters_nobody_sees_are_gone(self, tmp_path: Path) -> None:
        assert read_document(put(tmp_path, "a.txt", "Kế\u200b ho\u00adạch\x07")).text == "Kế hoạch"

    @pytest.mark.parametrize("content", [b"", b" \n\t ", "\u200b".encode()])
    def test_an_empty_file_is_refused(self, tmp_path: Path, content: bytes) -> None:
        assert refused(put(tmp_path, "a.txt", content)).reason == "empty"

    def test_bytes_that_are_no_text_are_refused(self, tmp_path: Path) -> None:
        noise = random.Random(1).randbytes(4000).replace(b"\0", b"\1")
        assert refused(put(tmp_path, "a.txt", noise)).reason == "encoding"

    def test_a_missing_file_is_refused(self, tmp_path: Path) -> None:
        assert "missing.txt" in str(refused(tmp_path / "missing.txt"))

    def test_a_folder_is_refused(self, tmp_path: Path) -> None:
        assert refused(tmp_path).reason == "missing"

    def test_too_long_a_text_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "TEXT_LIMIT", 100)
        assert refused(put(tmp_path, "a.txt", PROSE)).reason == "too_long"

    def test_too_big_a_file_is_refused_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        with path.open("wb") as stream:
            stream.truncate(limits.FILE_LIMIT + 1)
        assert refused(path).reason == "too_big"

    @pytest.mark.parametrize("name", ["a.xlsx", "a.rtf", "a", "a.exe"])
    def test_another_kind_is_refused(self, tmp_path: Path, name: str) -> None:
        error = refused(put(tmp_path, name, PROSE))
        assert error.reason == "unknown_kind"
        assert ".docx" in error.staff_message


class TestDamage:
    def test_lost_diacritics_are_noticed(self, tmp_path: Path) -> None:
        assert read_document(put(tmp_path, "a.txt", strip_diacritics(PROSE))).needs_repair

    def test_readable_text_needs_no_repair(self, tmp_path: Path) -> None:
        assert not read_document(put(tmp_path, "a.txt", PROSE)).needs_repair

    def test_text_of_another_language_needs_no_repair(self) -> None:
        assert not needs_repair("The quick brown fox jumps over the lazy dog and runs away from the hunters. " * 5)

    def test_the_scan_of_tu_ky_needs_repair(self) -> None:
        assert read_document(SCAN).needs_repair


class TestWord:
    def test_paragraphs_numbers_and_tables_in_their_order(self, tmp_path: Path) -> None:
        document = docx.Document()
        document.add_paragraph("Mục đích", style="List Number")
        document.add_paragraph("Yêu cầu", style="List Number")
        document.add_paragraph("Giấy khen", style="List Bullet")
        table = document.add_table(rows=3, cols=2)
        for row, texts in enumerate((("Chỉ tiêu", "Mức"), ("Dịch vụ công trực tuyến", "80%"))):
            for column, text in enumerate(texts):
                table.cell(row, column).text = text
        table.cell(2, 0).merge(table.cell(2, 1)).text = "Tổng hợp hằng năm"
        document.add_paragraph("Nơi nhận:")
        document.save(str(tmp_path / "a.docx"))
        lines = [line for line in read_document(tmp_path / "a.docx").text.splitlines() if line]
        assert lines == [
            "1. Mục đích",
            "2. Yêu cầu",
            "- Giấy khen",
            "| Chỉ tiêu | Mức |",
            "| Dịch vụ công trực tuyến | 80% |",
            "| Tổng hợp hằng năm |",
            "Nơi nhận:",
        ]

    def test_a_table_in_a_cell_and_lines_in_a_cell_are_read(self, tmp_path: Path) -> None:
        document = docx.Document()
        table = document.add_table(rows=1, cols=2)
        table.cell(0, 0).text = "Hạn\nnộp"
        inner = table.cell(0, 1).add_table(rows=1, cols=2)
        inner.cell(0, 0).text, inner.cell(0, 1).text = "05/12", "hằng năm"
        document.save(str(tmp_path / "a.docx"))
        (row,) = [line for line in read_document(tmp_path / "a.docx").text.splitlines() if line]
        assert row == "| Hạn nộp | 05/12 hằng năm |"

    def test_inserted_words_are_read_and_deleted_ones_are_not(self, tmp_path: Path) -> None:
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        body = (
            f"<w:document {space}><w:body><w:p><w:r><w:t>Hạn </w:t></w:r>"
            "<w:del><w:r><w:delText>15/12</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>05/12</w:t></w:r></w:ins></w:p></w:body></w:document>"
        )
        path = put(tmp_path, "a.docx", word_file(word__document_x_xml=body.encode()))
        assert read_document(path).text == "Hạn 05/12"

    def test_the_name_does_not_matter(self, tmp_path: Path) -> None:
        assert SENTENCE.strip() in read_document(put(tmp_path, "ke-hoach.bin", word_file())).text

    @pytest.mark.parametrize("part", ["word__document_x_xml", "customXml__item1_x_xml"])
    def test_entities_are_refused(self, tmp_path: Path, part: str) -> None:
        bomb = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
        assert refused(put(tmp_path, "a.docx", word_file(**{part: bomb}))).reason == "unsafe"

    def test_entities_in_utf_16_are_refused(self, tmp_path: Path) -> None:
        bomb = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY x "y">]><d>&x;</d>'.encode("utf-16")
        assert refused(put(tmp_path, "a.docx", word_file(word__document_x_xml=bomb))).reason == "unsafe"

    def test_a_zip_bomb_is_refused(self, tmp_path: Path) -> None:
        bomb = word_file(word__media__a_x_bin=b"\0" * (8 * limits.MEGABYTE))
        assert refused(put(tmp_path, "a.docx", bomb)).reason == "unsafe"

    def test_a_package_of_countless_parts_is_refused(self, tmp_path: Path) -> None:
        many = {f"word__p{number}_x_bin": b"x" for number in range(2_001)}
        assert refused(put(tmp_path, "a.docx", word_file(**many))).reason == "unsafe"

    @pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
    def test_a_file_cut_off_is_refused(self, tmp_path: Path, share: float) -> None:
        content = word_file()
        assert refused(put(tmp_path, "a.docx", content[: int(len(content) * share)])).reason == "damaged"

    def test_broken_xml_is_refused(self, tmp_path: Path) -> None:
        assert refused(put(tmp_path, "a.docx", word_file(word__document_x_xml=b"<w:document"))).reason == "damaged"

    def test_an_encrypted_or_old_file_is_refused(self, tmp_path: Path) -> None:
        error = refused(put(tmp_path, "a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600))
        assert error.reason == "old_word_or_encrypted"
        assert "mật khẩu" in error.staff_message

    def test_another_zip_is_refused(self, tmp_path: Path) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            package.writestr("a.txt", PROSE)
        assert refused(put(tmp_path, "a.docx", stream.getvalue())).reason == "unknown_kind"

    def test_a_text_named_docx_is_refused(self, tmp_path: Path) -> None:
        assert refused(put(tmp_path, "a.docx", PROSE)).reason == "damaged"


PAGE = rows(
    [
        "I. CHỈ TIÊU",
        "Ủy ban nhân dân phường giao các chỉ tiêu sau đây cho từng tổ dân phố:",
        ["TT", "Chỉ tiêu", "Mức"],
        ["1", "Kỹ năng số", "80%"],
        ["2", "Trực tuyến", "90%"],
        "Báo cáo gửi trước ngày 05/12 hằng năm.",
    ]
)


class TestPdf:
    def test_text_pages_and_tables(self, tmp_path: Path) -> None:
        read = read_document(put(tmp_path, "a.pdf", text_pdf([PAGE, PAGE])))
        assert read.pages == 2
        lines = read.text.splitlines()
        assert "| 1 | Kỹ năng số | 80% |" in lines
        assert "Báo cáo gửi trước ngày 05/12 hằng năm." in lines

    def test_a_password_is_refused(self, tmp_path: Path) -> None:
        error = refused(put(tmp_path, "a.pdf", encrypted("bi-mat")))
        assert error.reason == "encrypted"

    def test_a_file_that_only_forbids_printing_is_read(self, tmp_path: Path) -> None:
        assert "05/12" in read_document(put(tmp_path, "a.pdf", encrypted(""))).text

    def test_too_many_pages_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("indexer.readers.pdf.PAGE_LIMIT", 1)
        assert refused(put(tmp_path, "a.pdf", text_pdf([PAGE, PAGE]))).reason == "too_many_pages"

    def test_a_page_that_unpacks_to_too_much_is_refused(self, tmp_path: Path) -> None:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(text_pdf([PAGE])))
        stream = pypdf.generic.DecodedStreamObject()
        stream.set_data(b" " * (120 * limits.MEGABYTE))
        writer.pages[0][pypdf.generic.NameObject("/Contents")] = writer._add_object(stream.flate_encode())
        out = io.BytesIO()
        writer.write(out)
        error = refused(put(tmp_path, "a.pdf", out.getvalue()))
        assert error.reason == "unsafe"
        assert "save a fresh copy" in str(error)

    def test_a_scanned_page_of_a_monstrous_size_is_refused(self, tmp_path: Path) -> None:
        content = text_pdf([rows(["1"])]).replace(b"[0 0 595 842]", b"[0 0 59999 84299]")
        assert refused(put(tmp_path, "a.pdf", content)).reason == "too_many_pixels"

    def test_cells_of_several_rows_stay_in_their_rows(self, tmp_path: Path) -> None:
        table = rows([["Tổ", "Số hộ", "Ghi chú"], *([str(n), str(100 + n), f"đợt {n}"] for n in range(1, 9))])
        lines = read_document(put(tmp_path, "a.pdf", text_pdf([table]))).text.splitlines()
        assert [line for line in lines if line] == [
            "| Tổ | Số hộ | Ghi chú |",
            *(f"| {n} | {100 + n} | đợt {n} |" for n in range(1, 9)),
        ]

    def test_only_a_header_is_refused(self, tmp_path: Path) -> None:
        assert refused(put(tmp_path, "a.pdf", b"%PDF-1.7\n")).reason == "damaged"

    @pytest.mark.parametrize("seed", range(30))
    def test_no_broken_file_does_more_than_be_refused(self, tmp_path: Path, seed: int) -> None:
        read_or_refused(put(tmp_path, "a.pdf", broken(text_pdf([PAGE]), seed)))

    @pytest.mark.parametrize("seed", range(15))
    def test_no_broken_word_file_does_more_than_be_refused(self, tmp_path: Path, seed: int) -> None:
        read_or_refused(put(tmp_path, "a.docx", broken(word_file(), seed)))


def read_or_refused(path: Path) -> None:
    try:
        assert isinstance(read_document(path), ReadDocument)
    except DocumentRefusedError as error:
        assert path.name in str(error) or error.reason == "no_library"


def encrypted(password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(text_pdf([PAGE])))
    writer.encrypt(user_password=password, owner_password="chu", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_every_refusal_speaks_to_operators_and_staff() -> None:
    messages = yaml.safe_load(MESSAGES_FILE.read_text(encoding="utf-8"))
    for reason in messages:
        error = DocumentRefusedError(reason, "ke-hoach.docx", "3")
        assert str(error).isascii() or "–" in str(error)
        assert error.staff_message.count(".") >= 2 or "Bạn" in error.staff_message
        assert "{" not in str(error) + error.staff_message
