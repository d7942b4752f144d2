"""Questions as residents write them: what they are read as, and that nothing written is ever lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.text import lexical_tokens, understand
from knowledge.text.glossary import load_glossary, parse_glossary
from knowledge.yaml_source import MaterialError


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        (
            "dk tam tru cho nguoi thue tro tren vneid lam sao vay",
            "dang ky tam tru cho nguoi thue tro tren vneid lam sao vay",
        ),
        ("lộp hồ sơ thường trú nàm thế lào", "nộp hồ sơ thường trú nàm thế nào"),
        ("chả lời giúp em xổ hồng", "trả lời giúp em sổ hồng"),
        ("dichj vuj trực tuyến", "dịch vụ trực tuyến"),
        ("dich5 vu5 co6ng", "dich vu cong"),
        ("dangkytamtru o dau", "dang ky tam tru o dau"),
        ("dịchvụcông quốc gia", "dich vu cong quốc gia"),
        ("dnag ky tamm tru", "dang ky tam tru"),
        ("khai sihn cho con", "khai sinh cho con"),
        ("1 cua phuong o dau", "bo phan mot cua phuong o dau"),
        ("c.a xã", "công an xã"),
        ("nộp phạt 50k hay 2tr", "nộp phạt 50000 dong hay 2 trieu"),
        ("taivneid", "tai vneid"),
        # one form, several meanings: the question decides
        ("quên mk vneid", "quên mật khẩu vneid"),
        ("cho mk hỏi", "cho mình hỏi"),
        ("kh của phường năm 2026", "kế hoạch của phường năm 2026"),
        ("dk kh can gi", "dang ky ket hon can gi"),
        ("co kh duoc a", "co khong duoc a"),
        ("ck nham tien thi sao", "chuyen khoan nham tien thi sao"),
        ("ck e di vang", "chong e di vang"),
        ("ca phường gọi bảo đổi cccd", "công an phường gọi bảo đổi căn cước công dân"),
        ("dk tt cho nguoi thue tro", "dang ky tam tru cho nguoi thue tro"),
        ("sai tt ca nhan", "sai thong tin ca nhan"),
    ],
)
def test_reading(question: str, reading: str) -> None:
    assert understand(question).reading == reading


@pytest.mark.parametrize(
    "question",
    [
        "Thủ tục đăng ký tạm trú cho người thuê trọ cần gì?",
        "giá vàng hôm nay",
        "kế hoạch 150/KH-UBND",
        "ơi cho bác hỏi cái thẻ bảo hiểm giờ nó không phát nữa à",
        "nha toi truoc o xa Hung Dao Tu Ky gio la xa nao, nop o dau",
        "Mã CT01 điền ở đâu",
    ],
)
def test_careful_writing_is_left_alone(question: str) -> None:
    assert understand(question).reading == question


def test_expansions_add_and_never_repeat() -> None:
    query = understand("dk tt cho ng thue tro tren vneid can giay to j z a")
    added = [token for tokens in query.expansions for token in tokens]
    assert query.tokens == tuple(lexical_tokens(query.original))
    assert not set(added) & set(query.tokens)
    assert len(added) == len(set(added))
    assert {"dang_ky", "tam_tru", "ky_tam"} <= set(query.expansions[0])
    assert len(query.weights) == len(query.expansions)
    assert all(0 < weight <= 1 for weight in query.weights)


def test_second_meaning_is_looked_up_too() -> None:
    query = understand("dk kh can gi")
    assert any("dieu_kien" in tokens for tokens in query.expansions)


def test_undecided_abbreviation_is_a_doubt() -> None:
    doubts = understand("tt thi lam the nao").doubts
    assert [doubt.written for doubt in doubts] == ["tt"]
    assert {"tạm trú", "thường trú"} <= set(doubts[0].meanings)
    assert understand("dk tt cho nguoi thue tro").doubts == ()


def test_short_form_of_offices_is_looked_up() -> None:
    query = understand("Ủy ban nhân dân phường làm việc giờ nào")
    assert ("ubnd",) in query.expansions


def test_synonym_is_looked_up() -> None:
    query = understand("xin so ho khau moi")
    assert any("cu_tru" in tokens for tokens in query.expansions)


def test_diacritics_of_the_writer_are_respected() -> None:
    assert understand("quen mk vneid").reading == "quen mat khau vneid"
    assert not understand("quen mk vneid").has_diacritics


@pytest.mark.parametrize("text", ["", "?!...", "a", "\x00", "😀😀", "tt", "dk " * 500, "x" * 5000, "<b>'; DROP TABLE"])
def test_anything_is_read(text: str) -> None:
    assert understand(text).original == text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_what_was_written_is_always_searched(text: str) -> None:
    assert understand(text).tokens == tuple(lexical_tokens(text))


def test_glossary_meets_itself() -> None:
    glossary = load_glossary()
    for entry in (*glossary.exact.values(), *glossary.folded.values()):
        assert abs(sum(reading.share for reading in entry.readings) - 1) < 1e-9


def test_broken_glossary_names_the_line() -> None:
    lines = ["abbreviations:", "  - {written: [a1], readings: [{phrase: một}]}", "  - {written: [b1]}", "synonyms: []"]
    with pytest.raises(MaterialError, match=r"glossary\.yaml:3"):
        parse_glossary("\n".join(lines), "glossary.yaml")
