"""Scans whose diacritics were lost: what is restored, what is left alone, and how well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.readers import DocumentRefusedError
from indexer.repair import RepairedLine, repair_file, repair_text
from indexer.repair.channel import Channel
from indexer.repair.language import LanguageModel
from indexer.repair.learn import align
from indexer.repair.text import SISTERS_FOLDER, sister_texts
from indexer.repair_evaluate import NUMBER_OR_CODE, Outcome, Scanner, compare, scan_lines, words
from indexer.sections import read_plan
from knowledge.text.characters import strip_diacritics

RAW = SISTERS_FOLDER / "raw" / "tu-ky.txt"
GENERAL = LanguageModel()


def repaired(raw: str) -> str:
    return "\n".join(line.text for line in repair_text(raw, language_model=GENERAL))


@pytest.fixture(scope="module")
def tu_ky() -> list[RepairedLine]:
    return repair_file(RAW)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Uy ban nhan dan thanh phd Hai Phong", "Ủy ban nhân dân thành phố Hải Phòng"),
        ("cai cach thu tuc hanh chinh", "cải cách thủ tục hành chính"),
        ("phuong thirc song, 1am viéc caa nguoi dan", "phương thức sống, làm việc của người dân"),
        ("can bd, cong chirc, vién chirc", "cán bộ, công chức, viên chức"),
        ("nguoi dimg dau co quan, don vi", "người đứng đầu cơ quan, đơn vị"),
        ("dan tri thtrc va suc khde", "dân trí thức và sức khỏe"),
    ],
)
def test_what_an_english_reader_makes_of_vietnamese_is_restored(read: str, meant: str) -> None:
    assert repaired(read) == meant


def test_the_name_of_a_commune_is_restored() -> None:
    assert repaired("dia ban xa Tu Ky") == "địa bàn xã Tứ Kỳ"


@pytest.mark.parametrize(
    "kept",
    ["150/KH-UBND", "16/6/2025", "57-NQ/TW", "2025-2030", "15/12", "80%", "1.500.000", "14h30", "C06", "UBND", "MTTQ",
     "(024) 3936.1022", "binhdanhocvuso.gov.vn", "152/2025/TT-BCA", "b/c"],
)  # fmt: skip
def test_numbers_dates_codes_and_abbreviations_stay(kept: str) -> None:
    assert kept in repaired(f"theo quy dinh tai {kept} cua thanh pho")


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("01-KH/DU", "01-KH/ĐU"),
        ("462/QD-TTg", "462/QĐ-TTg"),
        ("152/2025/ND-CP", "152/2025/NĐ-CP"),
        ("TT HDND", "TT HĐND"),
    ],
)
def test_the_stroke_of_d_comes_back_in_codes_where_it_is_sure(read: str, meant: str) -> None:
    assert meant in repaired(f"thuc hien {read} cua thanh pho")


@pytest.mark.parametrize("read", ["01/HD-UBND", "DN", "LD"])
def test_letters_that_may_be_right_stay(read: str) -> None:
    assert read in repaired(f"theo {read} cua phuong")


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("I. MUC PiCH, YEU CAU", "I. MỤC ĐÍCH, YÊU CẦU"),
        ("III. TO CHUC THU'C HIEN", "III. TỔ CHỨC THỰC HIỆN"),
        ("- Cong TTDT xa", "- Cổng TTĐT xã"),
        ("Pinh ky hang nam", "Định kỳ hàng năm"),
    ],
)
def test_case_is_kept(read: str, meant: str) -> None:
    model = LanguageModel(list(sister_texts(SISTERS_FOLDER)))
    assert repair_text(read, language_model=model)[0].text == meant


def test_a_roman_mark_read_as_digits_is_a_roman_mark_again() -> None:
    assert repaired("I1. NOI DUNG").startswith("II. ")


def test_lines_and_marks_stay_where_they_are() -> None:
    raw = "Phong trao “hoc tap s6”;\n\n- Nam 2027: (so két)"
    lines = repaired(raw).split("\n")
    assert [bool(line) for line in lines] == [True, False, True]
    assert lines[0].endswith("“học tập số”;")
    assert lines[2] == "- Năm 2027: (sơ kết)"


def test_a_word_nobody_can_read_is_kept_and_reported() -> None:
    (line,) = repair_text("doi voi qwrtzx trong nam", language_model=GENERAL)
    assert "qwrtzx" in line.text


def test_a_doubtful_word_is_reported_with_what_else_it_may_be() -> None:
    doubts = [word for line in repair_text("ong ba ma", language_model=GENERAL) for word in line.unsure]
    assert doubts
    assert all(0 <= word.share < 1 and word.others for word in doubts)


@pytest.mark.parametrize("read", ["Pham Van Minh", "Phuong Quéc Luyén", "Dao Van Soai"])
def test_a_name_keeps_its_letters_and_is_left_for_a_person_to_check(read: str) -> None:
    (line,) = repair_text(read, language_model=GENERAL)
    assert strip_diacritics(line.text) in {strip_diacritics(read), "Phuong Quoc Luyen"}
    assert [word.read for word in line.unsure] == read.split()


def test_letters_no_english_reader_makes_are_believed() -> None:
    assert repaired("phường nhận giáy tờ của nguoi dân").startswith("phường nhận giấy tờ của người dân")


def test_readable_files_come_back_unchanged() -> None:
    plan = SISTERS_FOLDER / "hung-dao.md"
    _, body = read_plan(plan)
    assert [line.text for line in repair_file(plan)] == body.splitlines()


class TestTuKy:
    """The real scan. Facts are those of the scan that can be read with certainty."""

    @pytest.mark.parametrize(
        "fact",
        [
            "Kế hoạch số 150/KH-UBND ngày 16/6/2025 của Ủy ban nhân",
            "Ủy ban nhân dân xã Tứ Kỳ xây dựng Kế hoạch",
            "Kế hoạch số 01-KH/ĐU ngày",
            "04/7/2025 của Đảng ủy xã Tứ Kỳ",
            "ngày 15/12 để tổng hợp báo cáo",
            "UBND xã (qua Phòng Văn hóa - Xã hội) trước",
            "I. MỤC ĐÍCH, YÊU CẦU",
            "II. NỘI DUNG THI ĐUA VÀ THỜI GIAN THỰC HIỆN",
            "xóa bỏ mọi tư tưởng, quan niệm, rào cản",
            "kịp thời",
            "TT UBMTTQVN xã",
            "- Cổng TTĐT Xã",
            "- Các cơ sở thôn;",
            "KT. CHỦ TỊCH",
            "- Lưu: VT, VHXH.",
        ],
    )
    def test_what_the_scan_says_is_readable(self, tu_ky: list[RepairedLine], fact: str) -> None:
        assert fact in "\n".join(line.text for line in tu_ky)

    def test_every_number_date_and_code_is_as_it_was_read(self, tu_ky: list[RepairedLine]) -> None:
        """Tokens of digits and marks; a word like "s6" is no number."""
        number = re.compile(r"(?<!\S)[(“]?\d[\d/.,-]*(?:/?[A-Z]\S*)?")
        for line in tu_ky:
            assert number.findall(strip_diacritics(line.text)) == [
                found for found in number.findall(strip_diacritics(line.raw)) if not re.match(r"^1[a-z]|^1$", found)
            ]

    def test_the_shipped_plan_is_what_the_program_makes(self, tu_ky: list[RepairedLine]) -> None:
        _, body = read_plan(SISTERS_FOLDER / "tu-ky.md")
        made = words("\n".join(line.text for line in tu_ky))
        made.remove("0")  # a stroke of the stamp, cleared away on import
        assert made == words(body)

    def test_little_is_unsure(self, tu_ky: list[RepairedLine]) -> None:
        assert sum(len(line.unsure) for line in tu_ky) <= 12

    def test_every_word_is_vietnamese_or_an_abbreviation(self, tu_ky: list[RepairedLine]) -> None:
        text = "\n".join(line.text for line in tu_ky)
        strange = [
            word
            for word in re.findall(r"[^\W\d_]+", text)
            if not GENERAL.is_vietnamese(word.lower()) and not word.isupper()
        ]
        assert strange == []


@pytest.fixture(scope="module")
def bodies() -> dict[str, str]:
    plans = [read_plan(path) for path in sorted(SISTERS_FOLDER.glob("*.md"))]
    return {document.id: body for document, body in plans if not document.restored}


# A part of each plan, so that the test stays short; indexer.repair_evaluate measures the whole.
LINES_TESTED = 60


@pytest.mark.parametrize("ward", ["hung-dao", "dai-son"])
def test_a_damaged_plan_comes_back_with_the_help_of_the_others(bodies: dict[str, str], ward: str) -> None:
    sisters = [body for other, body in bodies.items() if other != ward]
    outcome = damage_and_restore(bodies[ward], LanguageModel(sisters))
    assert outcome.damaged > 0.6 * outcome.syllables
    assert outcome.share <= 0.008
    assert outcome.wrong_numbers == 0


def test_a_damaged_plan_comes_back_alone(bodies: dict[str, str]) -> None:
    outcome = damage_and_restore(bodies["thanh-binh"], LanguageModel())
    assert outcome.share <= 0.03
    assert outcome.wrong_numbers == 0


def damage_and_restore(body: str, model: LanguageModel) -> Outcome:
    expected = "\n".join(scan_lines(body).splitlines()[:LINES_TESTED])
    damaged = Scanner(seed=7).damage(expected)
    restored = "\n".join(line.text for line in repair_text(damaged, language_model=model))
    return compare(expected, damaged, restored, 0.0)


def test_the_comparison_sees_what_is_wrong() -> None:
    outcome = compare("báo cáo trước ngày 15/12", "bao cao truoc ngay 15/12", "báo cao trước ngày 16/12", 0.0)
    assert outcome.mistakes[0] == ("cáo", "cao")
    assert outcome.wrong_numbers == 1
    assert outcome.numbers == len(NUMBER_OR_CODE.findall("15/12"))


def test_the_scanner_never_touches_digits() -> None:
    text = "Nghị quyết số 57-NQ/TW ngày 22/12/2024, 80% hồ sơ"
    damaged = Scanner(seed=3).damage(text)
    assert all(number in damaged for number in ("57-NQ/TW", "22/12/2024", "80%"))


def test_a_reading_is_traced_letter_by_letter() -> None:
    assert align("thirc", "thức", Channel()) == [("t", "t"), ("h", "h"), ("ứ", "ir"), ("c", "c")]


def test_the_likeliest_syllables_are_found_whatever_was_read() -> None:
    channel = Channel()
    found = [GENERAL.word(word) for word, _ in channel.candidates("chirc", 20)]
    assert "chức" in found[:5]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_repaired(raw: str) -> None:
    lines = repair_text(raw, language_model=GENERAL)
    assert [line.raw for line in lines] == raw.splitlines()


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentRefusedError, match=r"missing\.txt"):
        repair_file(tmp_path / "missing.txt")
