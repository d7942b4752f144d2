"""Grouping questions: as each question compared with each would give it, and no question read twice."""

from __future__ import annotations

import random

import numpy as np
import pytest

from benchmarks.support.ward_at_work import question
from knowledge.encoder import Encoder
from knowledge.grouping import GROUP_COSINE, QuestionGrouper
from knowledge.likeness import KnownQuestions, may_be_same


def compared_one_by_one(texts: list[str], encoder: Encoder) -> list[list[int]]:
    """The definition: the mean of the cosines with every member, and nothing against any of them."""
    known = KnownQuestions(texts, encoder)
    cosines = known.vectors @ known.vectors.T
    groups: list[list[int]] = []
    for place, asked in enumerate(known.asked):
        best, best_mean = None, GROUP_COSINE
        for group in groups:
            mean = float(np.mean(cosines[place, group]))
            if mean >= best_mean and all(may_be_same(asked, known.asked[other]) for other in group):
                best, best_mean = group, mean
        if best is None:
            groups.append([place])
        else:
            best.append(place)
    return groups


def test_the_groups_are_those_of_the_definition(encoder: Encoder) -> None:
    choose = random.Random(3)
    texts = [question(choose) for _ in range(120)]
    found = QuestionGrouper(encoder).groups(texts)
    assert found == compared_one_by_one(texts, encoder)
    assert 20 < len(found) < 100, "the questions were all alike, or all different"


def test_a_list_with_one_more_question_reads_that_one_alone(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    choose = random.Random(4)
    texts = [question(choose) for _ in range(30)]
    grouper = QuestionGrouper(encoder)
    first = grouper.groups(texts)
    read: list[str] = []
    encode = encoder.encode_queries
    monkeypatch.setattr(encoder, "encode_queries", lambda asked: (read.extend(asked), encode(asked))[1])
    assert grouper.groups(texts) is first
    assert grouper.groups([*texts[1:], "Nhà tôi muốn nuôi ong thì hỏi ai?"])[-1] == [29]
    assert len(read) == 1
