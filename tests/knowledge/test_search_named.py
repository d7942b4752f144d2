"""What the classifier of questions names is looked at though neither search found it."""

from __future__ import annotations

import pytest

from knowledge.encoder import Encoder
from knowledge.index import Index
from knowledge.question import read_question
from knowledge.search import Hit, Searcher

MIDTERM = "đánh giá nửa chặng đường vào năm mấy vậy cô"


@pytest.fixture(scope="module")
def searcher(shipped_index: Index, encoder: Encoder) -> Searcher:
    return Searcher(shipped_index, encoder)


def _of_midterm(hits: list[Hit]) -> list[Hit]:
    return [hit for hit in hits if "2027" in hit.entry.passage.text and "sơ kết" in hit.entry.passage.text]


def test_a_question_without_a_word_of_the_plan_finds_its_passage(searcher: Searcher) -> None:
    named = _of_midterm(searcher.search(read_question(MIDTERM), ["tu-ky"]))
    assert named
    assert all(hit.features.fused == 0.0 for hit in named), (
        "a search found it by itself: the test needs another question"
    )


def test_it_is_found_in_the_wards_own_plan_only(searcher: Searcher) -> None:
    found = searcher.search(read_question(MIDTERM), ["tu-ky"])
    assert {hit.document.ward for hit in found} <= {"tu-ky", None}


def test_nobodys_plan_is_looked_at_when_no_ward_is_asked_about(searcher: Searcher) -> None:
    assert not _of_midterm(searcher.search(read_question(MIDTERM), []))
