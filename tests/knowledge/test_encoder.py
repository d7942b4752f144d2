"""The bundled encoder and the way to any other: vectors, speed limits apart (benchmarks measure those)."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from knowledge.encoder import BUNDLED_FOLDER, Encoder, EncoderError, load_encoder
from knowledge.features import FEATURES_FILE, TOKENIZER_FILE, FeatureTable, spelling_trigrams
from knowledge.static_encoder import WEIGHTS_FILE, StaticEncoder

TABLE = FeatureTable(
    {name: row for row, name in enumerate(["dang", "ky", "đăng", "dang_ky", "#<ta", "#tam", "#am>", "150", "kh"])}
)
REPOSITORY_LIMIT = 30 * 1024 * 1024
QUESTIONS = [
    "Thủ tục đăng ký tạm trú cho người thuê trọ",
    "dk tam tru cho ng thue tro",
    "quên mật khẩu VNeID",
    "150/KH-UBND ngày 16/6/2025",
    "xyzzy qwrtp",
    "",
    "Мир 日本 😀",
]


@pytest.fixture(scope="module")
def bundled() -> Encoder:
    return load_encoder()


def test_features_are_syllables_accents_and_pairs() -> None:
    assert TABLE.strings("Đăng ký") == ["dang", "đăng", "ky", "dang_ky"]
    assert TABLE.strings("dang ky") == ["dang", "ky", "dang_ky"]


def test_unknown_syllable_is_spelt() -> None:
    assert spelling_trigrams("tamm") == ["#<ta", "#tam", "#amm", "#mm>"]
    assert TABLE.strings("tam") == ["#<ta", "#tam", "#am>"]
    assert spelling_trigrams("x" * 50) == []


def test_codes_are_read_in_pieces() -> None:
    assert TABLE.strings("150/KH") == ["150", "kh"]


def test_tone_placement_and_unicode_form_change_nothing(bundled: Encoder) -> None:
    one, other = bundled.encode_queries(["hòa giải thủy lợi", "hoà gia\u0309i thuỷ lợi"])
    assert np.array_equal(one, other)


def test_bundled_vectors_have_length_one_or_zero(bundled: Encoder) -> None:
    vectors = bundled.encode_queries(QUESTIONS)
    assert vectors.shape == (len(QUESTIONS), bundled.dimension)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert all(abs(length - 1) < 1e-5 or length == 0 for length in lengths)
    assert lengths[QUESTIONS.index("")] == 0


def test_bundled_puts_the_same_question_near_whatever_the_spelling(bundled: Encoder) -> None:
    asked, careless, other = bundled.encode_queries([QUESTIONS[0], QUESTIONS[1], "giá vàng hôm nay"])
    assert asked @ careless > 0.6
    assert asked @ careless > asked @ other + 0.3


def test_bundled_finds_the_passage_that_shares_no_word(bundled: Encoder) -> None:
    question = bundled.encode_queries(["mất điện thoại thì vneid có bị lộ không"])[0]
    passages = bundled.encode_passages(["Khóa tài khoản định danh điện tử", "Lệ phí cấp hộ chiếu phổ thông"])
    assert question @ passages[0] > question @ passages[1]


def test_batch_does_not_change_a_vector(bundled: Encoder) -> None:
    together = bundled.encode_passages(QUESTIONS)
    alone = np.concatenate([bundled.encode_passages([text]) for text in QUESTIONS])
    assert np.array_equal(together, alone)


def test_no_texts_give_no_rows(bundled: Encoder) -> None:
    assert bundled.encode_queries([]).shape == (0, bundled.dimension)


def test_bundled_needs_no_torch(bundled: Encoder) -> None:
    assert bundled.name == "bundled"
    assert load_encoder("bundled").fingerprint == bundled.fingerprint
    assert len(bundled.fingerprint) == 16


def test_checkpoint_fits_the_repository() -> None:
    assert sum(path.stat().st_size for path in BUNDLED_FOLDER.rglob("*") if path.is_file()) <= REPOSITORY_LIMIT


def test_checkpoint_holds_a_row_for_each_feature() -> None:
    weights = load_file(BUNDLED_FOLDER / WEIGHTS_FILE)
    vocabulary = FeatureTable.load(BUNDLED_FOLDER).vocabulary
    assert sorted(vocabulary.values()) == list(range(len(weights["embeddings"])))
    assert len(weights["weights"]) == len(vocabulary)


def test_broken_checkpoint_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS_FILE).write_bytes(b"not weights")
    with pytest.raises(EncoderError, match=r"python -m indexer\.train"):
        StaticEncoder.load(tmp_path, "broken")


def test_checkpoint_that_is_cut_off_says_what_to_do(tmp_path: Path) -> None:
    for name in (WEIGHTS_FILE, TOKENIZER_FILE, FEATURES_FILE):
        (tmp_path / name).write_bytes((BUNDLED_FOLDER / name).read_bytes())
    with (tmp_path / WEIGHTS_FILE).open("r+b") as weights:
        weights.truncate(1_000_000)
    with pytest.raises(EncoderError, match=r"python -m indexer\.train"):
        StaticEncoder.load(tmp_path, "cut off")


def test_missing_library_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EncoderError, match=r"pip install 'bdhvs\[transformers\]'"):
        load_encoder("AITeamVN/Vietnamese_Embedding")


def test_feature_file_marks_our_checkpoint() -> None:
    assert "version" in json.loads((BUNDLED_FOLDER / FEATURES_FILE).read_text(encoding="utf-8"))
