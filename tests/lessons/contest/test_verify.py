"""The frozen log gives its own result again; whoever changes a byte is found out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.contest.boards import boards
from lessons.contest.draw import BankEntry, Wanted, draw
from lessons.contest.rules import Log
from lessons.contest.score import first_answers
from lessons.contest.verify import Drawn, LogFileError, digest_of, log_file, verify
from tests.lessons.contest.logs import RUNS, log_of, logs

BANK = [BankEntry("q1", "s", 1), BankEntry("q2", "s", 1), BankEntry("q3", "t", 2)]
WANTED = Wanted({1: 2, 2: 1})


def file_of(log: Log) -> str:
    """As the program freezes it: one answer a question."""
    kept = replace(log, answers=list(first_answers(log.answers).values()))
    numbered = {name: number for number, name in enumerate(draw(BANK, WANTED, "seed"), 1)}
    kept = replace(kept, keys=[replace(key, number=numbered[key.question_id]) for key in log.keys])
    return log_file("Hội thi\u2028phường", kept, Drawn("seed", WANTED, BANK), {"q1": {"text": "Hỏi?"}})


@RUNS
@given(logs, st.randoms())
def test_the_file_gives_its_own_result_in_whatever_order_it_was_written(log: Log, random) -> None:
    file = file_of(log)
    found = verify(file)
    assert found.problems == ()
    assert found.digest == digest_of(file)
    assert [row.score for row in found.boards.people] == [row.score for row in boards(_renumbered(log)).people]
    mixed = list(log.answers)
    random.shuffle(mixed)
    assert file_of(replace(log, answers=mixed)) == file


def _renumbered(log: Log) -> Log:
    numbered = {name: number for number, name in enumerate(draw(BANK, WANTED, "seed"), 1)}
    kept = replace(log, answers=list(first_answers(log.answers).values()))
    return replace(kept, keys=[replace(key, number=numbered[key.question_id]) for key in log.keys])


@RUNS
@given(logs)
def test_a_changed_answer_or_place_is_found(log: Log) -> None:
    lines = file_of(log).rstrip("\n").split("\n")
    for number, line in enumerate(lines[:-1]):
        body = json.loads(line)
        if body["kind"] not in ("answer", "place", "participant"):
            continue
        field = {"answer": "received", "place": "points", "participant": "began"}[body["kind"]]
        changed = json.dumps(
            {**body, field: body[field] + 1}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        assert verify("\n".join([*lines[:number], changed, *lines[number + 1 :]]) + "\n").problems


@RUNS
@given(logs)
def test_a_forged_result_is_found_even_with_a_new_hash(log: Log) -> None:
    lines = file_of(log).rstrip("\n").split("\n")[:-1]
    forged = [line.replace('"points":', '"points":9') if '"kind":"place"' in line else line for line in lines]
    body = "\n".join(forged) + "\n"
    digest = hashlib.sha256(body.encode()).hexdigest()
    problems = verify(body + json.dumps({"kind": "hash", "sha256": digest}) + "\n").problems
    assert problems == ("the places written in the file are not those that its answers give",)


def test_another_draw_is_found() -> None:
    file = log_file("x", log_of([]), Drawn("other", Wanted({1: 1}), BANK), {})
    assert "the seed does not draw these questions from the bank" in verify(file).problems


@pytest.mark.parametrize("file", ["", "x", "{}\n", '{"kind":"hash","sha256":1}\n', '[]\n{"kind":"hash","sha256":"a"}\n',
                                  '{"kind":"contest","format":1}\n{"kind":"hash","sha256":"a"}\n'])  # fmt: skip
def test_what_is_no_log_is_refused(file: str) -> None:
    with pytest.raises(LogFileError):
        verify(file)
