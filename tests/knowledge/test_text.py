"""Characters and tokens: whatever a phone, a scanner or an office writes gives the same tokens."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.text import fold, has_diacritics, lexical_tokens, normalise, strip_diacritics, syllables
from knowledge.text.tokens import folded_syllables, read_tokens
from knowledge.text.typed import decode_telex, decode_vni
from knowledge.text.variants import dialect_variants, slips, split_amount, split_joined


def test_decomposed_text_reads_as_composed() -> None:
    text = "Đăng ký tạm trú ở xã Tứ Kỳ"
    assert normalise(unicodedata.normalize("NFD", text)) == text


def test_invisible_and_control_characters_are_dropped() -> None:
    assert normalise("căn\u200b cước\ufeff") == "căn cước"
    assert "\x00" not in normalise("a\x00b\x1b[31m")
    assert normalise("dòng 1\ndòng 2") == "dòng 1\ndòng 2"


@pytest.mark.parametrize(
    ("written", "usual"),
    [("hoà", "hòa"), ("THUỶ", "THỦY"), ("khoẻ", "khỏe"), ("Uỷ ban", "Ủy ban"), ("qúy", "quý"), ("gía", "giá")],
)
def test_tone_has_one_place(written: str, usual: str) -> None:
    assert normalise(written) == usual


@pytest.mark.parametrize("right", ["quý", "hoàn", "thuyền", "giá", "gì", "gìn giữ", "quả", "ngoài", "thúy"])
def test_tone_already_in_place_stays(right: str) -> None:
    assert normalise(right) == right


def test_strip_diacritics_keeps_case_and_other_scripts() -> None:
    assert strip_diacritics("Đường Nguyễn Lương Bằng") == "Duong Nguyen Luong Bang"
    assert strip_diacritics("café Мир 日本") == "cafe Мир 日本"


def test_has_diacritics() -> None:
    assert has_diacritics("đi")
    assert not has_diacritics("dang ky tam tru 123")


def test_lexical_tokens_are_syllables_pairs_and_codes() -> None:
    tokens = lexical_tokens("Kế hoạch số 150/KH-UBND")
    assert tokens == [
        *["ke", "hoach", "so", "150", "kh", "ubnd"],
        *["ke_hoach", "hoach_so", "so_150", "150_kh", "kh_ubnd"],
        "150/kh-ubnd",
    ]


def test_missing_diacritics_change_no_token() -> None:
    text = "Thủ tục đăng ký tạm trú, thường trú theo Điều 28 khoản 2; kĩ năng số 01-KH/BCĐTW"
    assert lexical_tokens(text) == lexical_tokens(strip_diacritics(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10.000.000đ", "10000000 đồng"),
        ("ngày 04/07/2025", "ngày 4/7/2025"),
        ("2025–2030", "2025-2030"),
        ("kĩ năng", "kỹ năng"),
        ("đăng kí", "ĐĂNG KÝ"),
    ],
)
def test_two_spellings_of_one_thing_share_tokens(one: str, other: str) -> None:
    assert lexical_tokens(one) == lexical_tokens(other)


def test_procedure_code_is_one_token() -> None:
    assert "1.004194" in lexical_tokens("thủ tục mã 1.004194")


def test_syllables_keep_diacritics() -> None:
    assert syllables("Bình dân học vụ SỐ, 2026.") == ["bình", "dân", "học", "vụ", "số", "2026"]
    assert fold("KĨ") == "ky"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_both_ways_to_cut_a_text_agree(text: str) -> None:
    folded, codes = folded_syllables(text)
    tokens = read_tokens(normalise(text))
    assert (tokens.folded, tokens.codes) == (folded, codes)
    assert len(tokens.written) == len(tokens.folded) == len(tokens.fixed)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("keys", "syllable"),
    [
        ("dichj", "dịch"),
        ("vuj", "vụ"),
        ("dduwowcj", "được"),
        ("ddieenj", "điện"),
        ("thuyr", "thủy"),
        ("quyeets", "quyết"),
        ("gias", "giá"),
        ("toans", "toán"),
        ("app", None),
        ("khaisinh", None),
        ("vneid", None),
    ],
)
def test_telex_keys(keys: str, syllable: str | None) -> None:
    assert decode_telex(keys) == syllable


@pytest.mark.parametrize(
    ("keys", "syllable"),
    [
        ("dich5", "dịch"),
        ("d9uo7c5", "được"),
        ("nguo7i2", "người"),
        ("gia61y", "giấy"),
        ("d9a8ng", "đăng"),
        ("ct01", None),
        ("m2", None),
        ("123", None),
    ],
)
def test_vni_keys(keys: str, syllable: str | None) -> None:
    assert decode_vni(keys) == syllable


@pytest.mark.parametrize(
    ("joined", "words"),
    [
        ("dangkytamtru", "dang ky tam tru"),
        ("dichvucong", "dich vu cong"),
        ("taivneid", "tai vneid"),
        ("muc2", "muc 2"),
        ("ct01", ""),
        ("password", ""),
        ("xyzxyz", ""),
    ],
)
def test_joined_words(joined: str, words: str) -> None:
    assert " ".join(split_joined(joined)) == words


def test_amounts() -> None:
    assert split_amount("50k") == ("50000", "dong")
    assert split_amount("2tr") == ("2", "trieu")
    assert split_amount("k50") == ()


def test_slips_are_one_letter_away() -> None:
    assert dict(slips("tamm")).keys() == {"tam"}
    assert "sinh" in dict(slips("sihn"))
    assert dict(slips("thhi"))["thi"] > dict(slips("thhi"))["thai"]


def test_dialect_keeps_diacritics_and_prefers_commoner_words() -> None:
    assert "nộp" in dict(dialect_variants("lộp"))
    assert "trả" in dict(dialect_variants("chả"))
    assert dialect_variants("giờ") == ()
