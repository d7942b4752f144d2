"""How many players a messaging account carries through a live contest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lessons.contest.capacity import SURE, Bound, Way, messages_needed, results_fit, room, spread
from lessons.contest.rules import Rules

TELEGRAM = Way(questions=25, messages=30)
RULES = Rules(seconds_per_question=20)


def test_a_question_reaches_everybody_in_a_quarter_of_its_time_though_all_answer_at_once() -> None:
    found = room(RULES, TELEGRAM, 20)
    assert (found.players, found.bound) == (52, Bound.PACE), "15 questions a second beside 15 acknowledgements, 5 s"
    assert room(Rules(seconds_per_question=40), TELEGRAM, 20).players == 105
    assert room(RULES, TELEGRAM, 20, busy=45).players == 7, "another ward's contest at the same time"
    assert room(RULES, Way(), 20).players is None, "a Bot API server of one's own"


def test_a_month_of_messages_must_last_to_the_end() -> None:
    assert messages_needed(20) == 41 and messages_needed(20, results=True) == 61
    found = room(RULES, Way(10, 15), 20, messages_left=2400, people=50)
    assert (found.players, found.bound) == (26, Bound.PACE)
    assert room(RULES, Way(10, 15), 20, messages_left=400, people=50).players == 9
    assert room(RULES, Way(10, 15), 20, messages_left=0).bound is Bound.QUOTA
    assert room(RULES, Way(10, 15), 20, people=20).bound is Bound.PEOPLE
    assert not room(RULES, Way(10, 15), 20, messages_left=40).free
    assert results_fit(9, 2, 54) and not results_fit(9, 2, 53) and results_fit(9, 2, None)


def test_where_answers_come_in_slowly_nobody_waits_longer_than_what_is_forgiven() -> None:
    found = room(RULES, Way(10, 15, answers=1), 20)
    assert (found.players, found.bound) == (3, Bound.ANSWERS)


@given(st.integers(5, 120), st.floats(0.5, 60), st.floats(0.5, 60), st.integers(0, 10_000), st.integers(1, 60))
def test_what_is_promised_can_be_sent(seconds: int, questions: float, messages: float, left: int, number: int) -> None:
    rules = Rules(seconds_per_question=seconds)
    players = room(rules, Way(questions, messages), number, left).players
    assert players is not None
    assert players <= questions * SURE * spread(rules) / 1000
    assert 2 * players <= messages * spread(rules) / 1000, "each question and its acknowledgement"
    assert players * messages_needed(number) <= left
