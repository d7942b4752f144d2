"""Staff answers: given for their question in any wording, never for another, with their own citation and dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from indexer.likeness import (
    MISTAKEN_LIMIT,
    ORDINARY_LIMIT,
    PAIRS_TOGETHER,
    answer_rates,
    group_rates,
    ordinary_questions,
    read_groups,
)
from indexer.question_sets import QUESTIONS_FOLDER
from knowledge.answer import Answerer
from knowledge.answer_types import ANSWER_LIMIT, AnswerKind, StaffAnswer
from knowledge.encoder import Encoder
from knowledge.grouping import GROUP_COSINE, group_questions
from knowledge.overrides import LEAST_LIKENESS

MOSQUITOES = StaffAnswer(
    "staff-answer-1",
    "hung-dao",
    "Lịch phun thuốc muỗi ở phường khi nào?",
    "Phun sáng thứ bảy 28/11/2026, từ 7 giờ. Bạn mở cửa và che thức ăn.",
    "Nguyễn Thị Lan",
    "2026-11-21",
    "2026-12-31",
    wordings=("bao giờ có xe phun muỗi",),
)


class Given:
    """Staff answers by ward, as the server passes them."""

    def __init__(self, *answers: StaffAnswer) -> None:
        self.answers = answers

    def staff_answers(self, ward: str | None) -> Sequence[StaffAnswer]:
        return self.answers if ward == "hung-dao" else ()


@pytest.fixture
def on_day(answerer: Answerer, monkeypatch: pytest.MonkeyPatch) -> Answerer:
    monkeypatch.setattr(answerer, "_today", lambda: date(2026, 11, 22))
    return answerer


@pytest.mark.parametrize(
    "asked",
    [
        "Lịch phun thuốc muỗi ở phường khi nào?",
        "lich phun thuoc muoi o phuong khi nao",
        "phường ơi bao giờ phun thuốc muỗi vậy",
        "bao giờ có xe phun muỗi thế?",
        "Lịch phun thuốc muỗi ở phường Hưng Đạo khi nào?",
    ],
)
def test_it_is_given_in_any_wording(on_day: Answerer, asked: str) -> None:
    answer = on_day.answer(asked, "hung-dao", overrides=Given(MOSQUITOES))
    assert answer.kind is AnswerKind.ANSWER
    assert answer.text.startswith("Phun sáng thứ bảy 28/11/2026")
    assert "Trả lời của cán bộ phường Hưng Đạo, ngày 21/11/2026" in answer.text
    assert answer.staff_answers == ("staff-answer-1",)


def test_its_citation_says_whose_it_is_what_it_answers_and_until_when(on_day: Answerer) -> None:
    (cited,) = on_day.answer(MOSQUITOES.question, "hung-dao", overrides=Given(MOSQUITOES)).citations
    assert cited.title == "Trả lời của cán bộ phường Hưng Đạo, ngày 21/11/2026"
    assert cited.section == MOSQUITOES.question
    assert (cited.valid_until, cited.checked_on, cited.source) == ("2026-12-31", "2026-11-21", "Nguyễn Thị Lan")
    assert cited.document == "staff-answer-1" and cited.ward == "hung-dao"


@pytest.mark.parametrize(
    ("asked", "ward"),
    [
        ("Phun thuốc muỗi ở đâu?", "hung-dao"),
        ("Lịch cắt điện ở phường khi nào?", "hung-dao"),
        (MOSQUITOES.question, "tu-ky"),
        (MOSQUITOES.question, None),
        ("Lịch phun thuốc muỗi ở xã Tứ Kỳ khi nào?", "hung-dao"),
        ("Quên mật khẩu VNeID thì làm thế nào?", "hung-dao"),
    ],
)
def test_it_is_not_given_for_another_question_or_another_ward(on_day: Answerer, asked: str, ward: str | None) -> None:
    answer = on_day.answer(asked, ward, overrides=Given(MOSQUITOES))
    assert "28/11/2026" not in answer.text
    assert answer.staff_answers == ()


def test_it_ends_the_day_after_it_expires(answerer: Answerer, monkeypatch: pytest.MonkeyPatch) -> None:
    given = Given(MOSQUITOES)
    for today, in_force in ((date(2026, 12, 31), True), (date(2027, 1, 1), False)):
        monkeypatch.setattr(answerer, "_today", lambda today=today: today)
        answer = answerer.answer(MOSQUITOES.question, "hung-dao", overrides=given)
        assert bool(answer.staff_answers) is in_force
        assert any(MOSQUITOES.question == choice.question for choice in answer.choices) is False


def test_a_question_that_may_be_the_same_is_offered_when_nothing_else_answers(on_day: Answerer) -> None:
    answer = on_day.answer("Hôm nào phun thuốc diệt muỗi đấy ạ?", "hung-dao", overrides=Given(MOSQUITOES))
    assert answer.kind is AnswerKind.ABSTAIN
    assert answer.choices[0].question == MOSQUITOES.question
    assert "Có thể bạn muốn hỏi" in answer.text


def test_a_changed_answer_is_given_at_once(on_day: Answerer) -> None:
    given = Given(MOSQUITOES)
    assert "28/11" in on_day.answer(MOSQUITOES.question, "hung-dao", overrides=given).text
    other = StaffAnswer("staff-answer-2", "hung-dao", MOSQUITOES.question, "Hoãn vì mưa.", "Lan", "2026-11-22")
    given.answers = (other,)
    assert on_day.answer(MOSQUITOES.question, "hung-dao", overrides=given).text.startswith("Hoãn vì mưa.")


@pytest.mark.parametrize("length", [1, 500, 700, 5000])
def test_no_length_breaks_the_limit(on_day: Answerer, length: int) -> None:
    long = StaffAnswer("staff-answer-3", "hung-dao", MOSQUITOES.question, "Phun muỗi. " * length, "Lan", "2026-11-22")
    for asked in (MOSQUITOES.question, f"{MOSQUITOES.question} Quên mật khẩu VNeID thì làm thế nào?"):
        answer = on_day.answer(asked, "hung-dao", overrides=Given(long))
        assert len(answer.text) <= ANSWER_LIMIT
        assert "Trả lời của cán bộ" in answer.text


def test_a_short_question_is_not_read_into_the_one_before(on_day: Answerer) -> None:
    market = StaffAnswer("staff-answer-4", "hung-dao", "Chợ họp hôm nào?", "Ngày chẵn âm lịch.", "Lan", "2026-11-22")
    answer = on_day.answer("chợ họp hôm nào", "hung-dao", ["quên mật khẩu vneid"], Given(market))
    assert answer.text.startswith("Ngày chẵn âm lịch.")


def test_the_thresholds_hold_on_the_development_questions(encoder: Encoder) -> None:
    """What ``python -m indexer.likeness`` chose must stay true of the encoder and the readings in use."""
    groups = read_groups(QUESTIONS_FOLDER, "dev")
    rates = answer_rates(groups, ordinary_questions()[::5], encoder)
    chosen = min(rates, key=lambda one: abs(one.least - LEAST_LIKENESS))
    assert chosen.mistaken <= MISTAKEN_LIMIT and chosen.ordinary <= ORDINARY_LIMIT and chosen.confused == 0
    assert chosen.found > chosen.mistaken
    right, _ = group_rates(groups, encoder, GROUP_COSINE, with_mistakable=False)
    assert right >= PAIRS_TOGETHER


def test_questions_are_grouped_by_meaning(encoder: Encoder) -> None:
    texts = [
        "Bao giờ phường phun thuốc muỗi?",
        "Tổ trưởng tổ 7 tên là gì?",
        "lich phun thuoc muoi cua phuong",
        "Tổ trưởng tổ 8 tên là gì?",
        "Ngày nào phun thuốc muỗi ở phường ạ",
        "!!!",
    ]
    groups = group_questions(texts, encoder)
    assert [0, 2, 4] in groups
    assert [1] in groups and [3] in groups and [5] in groups
    assert group_questions([], encoder) == []
