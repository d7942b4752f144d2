"""Training the encoder in small: noise, features worth a row, and a run that learns what belongs together."""

import random
from pathlib import Path

import numpy as np
import pytest

from indexer.checkpoint import quantise, write_checkpoint
from indexer.noise import Noise, learn_teencode, phrase_forms
from indexer.training_pairs import read_pairs
from indexer.training_report import BM25, result_table
from indexer.vocabulary import choose_features
from knowledge.features import UNKNOWN, FeatureTable
from knowledge.static_encoder import StaticEncoder
from knowledge.text import strip_diacritics

SENTENCE = "Thủ tục đăng ký tạm trú cho người thuê trọ cần giấy tờ gì và làm ở đâu"


@pytest.fixture
def noise() -> Noise:
    return Noise({"gì": ["j"], "người": ["ng"]}, random.Random(4))


def test_noise_of_one_seed_is_the_same() -> None:
    first, second = (Noise({"gì": ["j"]}, random.Random(9)) for _ in range(2))
    assert [first.rewrite(SENTENCE) for _ in range(20)] == [second.rewrite(SENTENCE) for _ in range(20)]


def test_noise_keeps_some_sentences_and_changes_others(noise: Noise) -> None:
    written = [noise.rewrite(SENTENCE) for _ in range(60)]
    assert SENTENCE in written
    assert strip_diacritics(SENTENCE) in written
    assert len(set(written)) > 10


def test_careless_writing_uses_short_forms(noise: Noise) -> None:
    written = " ".join(noise.careless(SENTENCE) for _ in range(30)).split()
    assert {"j", "ng"} <= set(written)
    assert "đăng ký" in phrase_forms()


def test_dialect_swaps_first_sounds_only(noise: Noise) -> None:
    written = {word for _ in range(60) for word in strip_diacritics(noise.dialect("nộp sơ trực")).split()}
    assert {"nop", "lop", "so", "xo", "truc", "chuc"} <= written <= {"nop", "lop", "so", "xo", "truc", "chuc"}


def test_teencode_is_counted_from_sentences_written_twice(tmp_path: Path) -> None:
    rows = ["0,ko biết,không biết"] * 3 + ["1,hem biết,không biết"]
    (tmp_path / "teencode.csv").write_text("\n".join([",original,normalized", *rows]), encoding="utf-8")
    assert learn_teencode(tmp_path / "teencode.csv") == {"không": ["ko"] * 3}


def test_frequent_pairs_and_all_syllables_get_rows() -> None:
    chosen = choose_features(["đăng ký tạm trú", "Đăng ký xe", "đăng ký thi", "đăng ký học", "đăng ký mua"])
    assert chosen[0] == UNKNOWN
    assert {"dang", "đăng", "dang_ky", "khai", "sinh"} <= set(chosen)
    assert "tam_tru" not in chosen
    assert len(set(chosen)) == len(chosen)


def test_quantised_rows_come_back_within_half_a_level() -> None:
    rows = np.random.default_rng(2).normal(size=(20, 16)).astype(np.float32)
    levels, scales = quantise(rows)
    assert np.abs(levels * scales[:, None] - rows).max() <= scales.max() / 2 + 1e-6


def test_checkpoint_is_read_back(tmp_path: Path) -> None:
    rows = np.eye(3, dtype=np.float32)
    write_checkpoint(tmp_path, [UNKNOWN, "dang", "ky"], rows)
    encoder = StaticEncoder.load(tmp_path, "small")
    assert np.allclose(encoder.encode_queries(["đăng ký", "lạ"]), [[0, 0.5**0.5, 0.5**0.5], [0, 0, 0]], atol=1e-6)


def test_bm25_ranks_the_passage_with_the_words_first() -> None:
    lexical = BM25(["đăng ký tạm trú", "cấp hộ chiếu", "lệ phí hộ chiếu phổ thông"])
    assert lexical.scores("ho chieu").argmax() == 1
    assert lexical.scores("xyz").max() == 0


def test_result_table_has_a_line_a_set_and_form() -> None:
    measures = {"r1": 50.0, "r5": 75.0, "mrr10": 60.04}
    table = result_table({"small plain": {"bm25": measures, "dense": measures, "hybrid": measures}})
    assert table.splitlines()[-1] == "| small plain " + "| 50.0 / 75.0 / 60.0 " * 3 + "|"


@pytest.fixture
def small_shared(tmp_path: Path) -> Path:
    """A shared folder with two pairs in place of sixty thousand."""
    import gzip
    import json

    records = [
        {"s": "wiki_ict", "q": "Hải Phòng là thành phố cảng.", "p": "Thành phố nằm bên bờ biển Bắc Bộ."},
        {
            "s": "law_title",
            "q": "Quyền của công dân",
            "p": "Công dân có quyền cư trú. Công dân có quyền khiếu nại về cư trú.",
        },
    ]
    (tmp_path / "data").mkdir()
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (tmp_path / "data" / "pairs_clean.jsonl.gz").write_bytes(gzip.compress(lines.encode("utf-8")))
    return tmp_path


def test_pairs_come_from_shared_data_and_our_own_material(small_shared: Path) -> None:
    root = Path(__file__).parents[2]
    pairs = read_pairs(small_shared, root / "knowledge", root / "lessons" / "courses", random.Random(1))
    sources = {pair.source for pair in pairs}
    assert {"wiki_ict", "law_title", "law_sentence", "guide", "lesson", "plan"} <= sources
    guides = [pair for pair in pairs if pair.source == "guide"]
    assert any(pair.answer.startswith(pair.question) for pair in guides)
    # Phrasings of one guide share its answer, so they are no wrong answers to each other.
    assert len({pair.group for pair in guides}) == len({pair.answer for pair in guides}) < len(guides)


@pytest.mark.transformers
def test_training_learns_which_answer_belongs_to_a_question(noise: Noise) -> None:
    pytest.importorskip("torch", reason="pip install 'bdhvs[transformers]'")
    from indexer.train import Trainer
    from indexer.training_pairs import Pair

    topics = [("hộ chiếu", "đi nước ngoài"), ("tạm trú", "người thuê trọ"), ("khai sinh", "trẻ mới sinh")]
    pairs = [Pair("law_title", question, answer, group) for group, (question, answer) in enumerate(topics)]
    chosen = choose_features([f"{q} {a}" for q, a in topics] * 5)
    features = FeatureTable({name: row for row, name in enumerate(chosen)})
    rows = Trainer(pairs, features, noise, seed=1).run(epochs=30)
    vectors = {text: rows[features.ids(text)].sum(axis=0) for pair in topics for text in pair}
    for question, answer in topics:
        assert max((a for _, a in topics), key=lambda a: _cosine(vectors[question], vectors[a])) == answer


def _cosine(left: np.ndarray, right: np.ndarray) -> float:
    return float(left @ right / (np.linalg.norm(left) * np.linalg.norm(right)))
