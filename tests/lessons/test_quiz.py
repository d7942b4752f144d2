"""Asking and grading."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons.catalogue import Catalogue, Question, QuestionKind, load_courses
from lessons.quiz import grade, shuffled_options
from tests.lessons.material import write_courses


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
