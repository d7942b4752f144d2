"""Which words tell that a unit answers, held or lacking, is learnt from questions."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.word_evidence import learn
from knowledge.word_evidence import WordEvidence, word_buckets

WORDS = ("phat", "le_phi", "chau", "o", "dau")


@pytest.fixture(scope="module")
def learnt() -> WordEvidence:
    """From questions that are answered unless they ask for a penalty or a fee that the unit lacks."""
    rng = np.random.default_rng(1)
    words, held, answered = [], [], []
    for _ in range(400):
        asked = rng.permutation(len(WORDS))[:3]
        there = rng.random(3) < 0.5
        lacks = {WORDS[place] for place, is_there in zip(asked, there, strict=True) if not is_there}
        words.append(word_buckets([WORDS[place] for place in asked]))
        held.append(there)
        answered.append(lacks.isdisjoint({"phat", "le_phi"}))
    return learn(words, held, answered)


def _odds(learnt: WordEvidence, *words: str, lacking: str = "") -> float:
    held = np.asarray([[word != lacking for word in words]], float)
    return float(learnt.scores(word_buckets(words), held)[0])


def test_what_lacks_the_penalty_asked_for_does_not_answer(learnt: WordEvidence) -> None:
    assert _odds(learnt, "phat", "o", "dau", lacking="phat") < 0 < _odds(learnt, "phat", "o", "dau")


def test_a_word_that_tells_nothing_may_be_lacking(learnt: WordEvidence) -> None:
    assert _odds(learnt, "le_phi", "chau", "dau", lacking="chau") > 0


def test_units_are_judged_side_by_side(learnt: WordEvidence) -> None:
    words = word_buckets(["phat", "o", "dau"])
    together = learnt.scores(words, np.asarray([[1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]))
    alone = [_odds(learnt, "phat", "o", "dau"), _odds(learnt, "phat", "o", "dau", lacking="phat")]
    assert together.tolist() == pytest.approx(alone)


def test_a_question_without_words_is_no_error(learnt: WordEvidence) -> None:
    assert np.isfinite(learnt.scores(word_buckets([]), np.zeros((2, 0)))).all()
