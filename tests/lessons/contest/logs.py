"""Made-up logs of contests, as strategies."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from lessons.contest.rules import Answer, Group, Key, Log, Outage, Participant, Rules

# Seconds in all; with 1,000 examples the same holds.
RUNS = settings(max_examples=30, deadline=None, derandomize=True, database=None)
STARTS = 1_700_000_000_000
LENGTH = 600_000
RULES = Rules(seconds_per_question=30, seconds_overall=300, minimum_players=2, minimum_percent=0)
QUESTIONS = [Key(number, f"q{number}", "a") for number in (1, 2, 3)]
GROUPS = [Group("1", "Tổ 1", 40), Group("2", "Tổ 2"), Group("3", "Thôn 3", 900)]

answers = st.builds(
    Answer,
    participant=st.sampled_from([f"p{number}" for number in range(5)]),
    number=st.integers(1, 3),
    asked=st.integers(STARTS, STARTS + LENGTH),
    received=st.integers(STARTS, STARTS + LENGTH + 60_000),
    chosen=st.sampled_from("abc"),
)
outages = st.lists(
    st.builds(
        lambda start, length: Outage(start, start + length),
        st.integers(STARTS, STARTS + LENGTH),
        st.integers(1, 60_000),
    ),
    max_size=3,
)


def log_of(given: list[Answer], stood: list[Outage] | None = None, rules: Rules = RULES) -> Log:
    """Five participants of three groups."""
    people = [Participant(f"p{number}", f"h{number}", str(1 + number % 3), 1, STARTS) for number in range(5)]
    return Log(rules, STARTS, STARTS + LENGTH, QUESTIONS, people, given, GROUPS, stood or [])


logs = st.builds(log_of, st.lists(answers, max_size=25), outages)
