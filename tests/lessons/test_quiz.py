"""Asking and grading."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons.catalogue import Catalogue, MaterialError, Question, QuestionKind, load_courses
from lessons.quiz import grade, shuffled_options
from tests.lessons.material import LESSON, write_courses


@pytest.fixture
def questions(tmp_path: Path) -> dict[QuestionKind, Question]:
    return {question.kind: question for question in load_courses(write_courses(tmp_path)).questions}


def test_options_are_shuffled_stably_and_differ_between_seeds(shipped: Catalogue) -> None:
    question = next(q for q in shipped.questions if len(q.options) == 4 and q.kind is QuestionKind.SINGLE)
    orders = {tuple(option.id for option in shuffled_options(question, f"người-{n}")) for n in range(60)}
    assert len(orders) > 10
    assert all(sorted(order) == sorted(option.id for option in question.options) for order in orders)
    assert shuffled_options(question, "một") == shuffled_options(question, "một")


def test_true_comes_before_false_for_every_seed(questions: dict[QuestionKind, Question]) -> None:
    question = questions[QuestionKind.TRUE_FALSE]
    assert {tuple(o.text for o in shuffled_options(question, str(n))) for n in range(9)} == {("Đúng", "Sai")}


def test_an_order_question_is_never_shown_solved(questions: dict[QuestionKind, Question]) -> None:
    question = questions[QuestionKind.ORDER]
    for seed in range(50):
        assert tuple(o.id for o in shuffled_options(question, str(seed))) != question.correct


@pytest.mark.parametrize(
    ("kind", "chosen", "correct"),
    [
        (QuestionKind.SINGLE, ["a"], True),
        (QuestionKind.SINGLE, ["b"], False),
        (QuestionKind.SINGLE, [], False),
        (QuestionKind.TRUE_FALSE, ["dung"], True),
        (QuestionKind.TRUE_FALSE, ["sai"], False),
        (QuestionKind.MULTIPLE, ["c", "a"], True),
        (QuestionKind.MULTIPLE, ["a"], False),
        (QuestionKind.MULTIPLE, ["a", "b", "c"], False),
        (QuestionKind.ORDER, ["b", "c", "a"], True),
        (QuestionKind.ORDER, ["a", "b", "c"], False),
        (QuestionKind.ORDER, ["b", "c"], False),
    ],
)
def test_grading(questions: dict[QuestionKind, Question], kind: QuestionKind, chosen: list[str], correct: bool) -> None:
    assert grade(questions[kind], chosen).correct is correct


def test_the_explanation_says_why_right_and_why_the_chosen_one_is_wrong(
    questions: dict[QuestionKind, Question],
) -> None:
    question = questions[QuestionKind.SINGLE]
    assert grade(question, ["a"]).explanation == "Nút xanh là gọi.\nNút đỏ là dừng."
    assert grade(question, ["b"]).explanation == "Nút xanh là gọi.\nNút đỏ là dừng."
    assert [option.text for option in grade(question, ["c"]).right] == ["Nút xanh"]
    order = grade(questions[QuestionKind.ORDER], ["a", "b", "c"])
    assert [option.text for option in order.right] == ["Số một", "Số hai", "Số ba"]


def test_an_unknown_option_is_refused(questions: dict[QuestionKind, Question]) -> None:
    with pytest.raises(ValueError, match="has no option z"):
        grade(questions[QuestionKind.SINGLE], ["z"])


def test_every_shipped_question_is_right_with_its_own_answer_and_explains(shipped: Catalogue) -> None:
    for question in shipped.questions:
        result = grade(question, question.correct)
        assert result.correct, question.id
        assert result.explanation.startswith(question.why)


PAIRS = """\
  - id: q5
    kind: match
    difficulty: 2
    text: Con nào kêu thế nào?
    pairs:
      Con mèo: meo meo
      Con chó: gâu gâu
      Con vịt: cạp cạp
    why: Nghe là biết.
"""


def test_pairs_are_read_shuffled_and_graded(tmp_path: Path) -> None:
    question = load_courses(write_courses(tmp_path, lesson=LESSON + PAIRS)).questions[-1]
    assert question.prompts == ("Con mèo", "Con chó", "Con vịt")
    assert [question.option(name).text for name in question.correct] == ["meo meo", "gâu gâu", "cạp cạp"]
    for seed in range(30):
        assert tuple(option.id for option in shuffled_options(question, str(seed))) != question.correct
    assert grade(question, ["a", "b", "c"]).correct
    assert not grade(question, ["b", "a", "c"]).correct


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("      Con vịt: cạp cạp\n", "", "2 pairs; there must be 3 to 5"),
        ("cạp cạp", "meo meo", "option 'meo meo' occurs twice"),
        ("Con vịt", "Con mèo", "'Con mèo' is given twice"),
        ("    why:", "    correct: a\n    why:", "unknown field 'correct'"),
        ("Con vịt", "'{{fact:x}}'", "not on the left"),
    ],
)
def test_a_mistake_in_pairs_is_told(tmp_path: Path, before: str, after: str, message: str) -> None:
    with pytest.raises(MaterialError, match=message):
        load_courses(write_courses(tmp_path, lesson=LESSON + PAIRS.replace(before, after, 1)))


def test_a_lesson_without_pairs_keeps_the_version_it_had(tmp_path: Path) -> None:
    """Answers in the log name the version: a new kind of question may not change those of old lessons."""
    assert load_courses(write_courses(tmp_path)).lessons[0].version == "e8fefd55a34e"
