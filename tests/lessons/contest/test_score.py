"""Nothing but the log's content can change a total: not the order, not repeats, not merges, not clocks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.contest.boards import boards, needed_players
from lessons.contest.clock import deadline, ran
from lessons.contest.rules import Answer, Group, Key, Log, Outage, Participant, Rules
from lessons.contest.score import scores
from tests.lessons.contest.logs import LENGTH, RULES, RUNS, STARTS, log_of, logs, outages

SECOND = 1000


def answer(number: int = 1, after: int = 0, chosen: str = "a", who: str = "p0", asked: int = STARTS) -> Answer:
    return Answer(who, number, asked, asked + after * SECOND, chosen)


@RUNS
@given(logs, st.randoms())
def test_the_order_of_arrival_changes_nothing(log: Log, random) -> None:
    mixed = list(log.answers)
    random.shuffle(mixed)
    people = list(log.participants)
    random.shuffle(people)
    again = replace(log, answers=mixed, participants=people, groups=list(reversed(log.groups)))
    assert boards(again) == boards(log)


@RUNS
@given(logs, st.data())
def test_what_is_sent_again_or_changed_later_changes_nothing(log: Log, data) -> None:
    later = [
        replace(one, received=one.received + data.draw(st.integers(1, 9_000)), chosen=data.draw(st.sampled_from("abc")))
        for one in log.answers
    ]
    assert scores(replace(log, answers=[*later, *log.answers, *log.answers])) == scores(log)


@RUNS
@given(logs, st.integers(-(10**9), 10**9))
def test_a_clock_that_is_wrong_by_the_same_for_all_changes_nothing(log: Log, wrong: int) -> None:
    moved = Log(
        log.rules,
        log.starts + wrong,
        log.ends + wrong,
        log.keys,
        [replace(one, began=one.began + wrong) for one in log.participants],
        [replace(one, asked=one.asked + wrong, received=one.received + wrong) for one in log.answers],
        log.groups,
        [Outage(one.started + wrong, one.ended + wrong) for one in log.outages],
    )
    assert scores(moved) == scores(log)


@RUNS
@given(logs, st.sampled_from([0, 1, 2, 3, 4]))
def test_a_seat_set_aside_by_a_merge_changes_no_other_total(log: Log, which: int) -> None:
    aside = [replace(one, set_aside=one.id == f"p{which}") for one in log.participants]
    before, after = boards(log), boards(replace(log, participants=aside))
    kept = {row.participant.id: row.score for row in before.people if row.participant.id != f"p{which}"}
    assert {row.participant.id: row.score for row in after.people} == kept


@RUNS
@given(logs)
def test_answers_of_strangers_and_to_unknown_questions_count_for_nobody(log: Log) -> None:
    strange = [replace(one, participant="x") for one in log.answers] + [answer(number=99)]
    assert scores(replace(log, answers=[*log.answers, *strange])) == scores(log)


@RUNS
@given(outages, st.integers(STARTS, STARTS + LENGTH), st.integers(0, 90_000))
def test_a_deadline_is_where_the_clock_has_run_its_length(stood: list[Outage], start: int, length: int) -> None:
    end = deadline(start, length, stood)
    assert ran(start, end, stood) == length
    assert end >= start + length


@RUNS
@given(logs)
def test_no_answer_earns_more_than_the_most(log: Log) -> None:
    most = log.rules.points + log.rules.time_bonus
    assert all(0 <= one.points <= most * 3 and one.points <= most * one.right for one in scores(log).values())


@pytest.mark.parametrize(
    ("after", "points"), [(0, 150), (3, 150), (18, 125), (33, 100), (34, 0), (3600, 0)]
)  # 3 s are forgiven, then the bonus falls over 30 s
def test_points_fall_with_time_and_end_with_it(after: int, points: int) -> None:
    assert scores(log_of([answer(after=after)]))["p0"].points == points


def test_wrong_answers_and_voided_questions_earn_nothing() -> None:
    assert scores(log_of([answer(chosen="b")]))["p0"].points == 0
    log = log_of([answer()])
    assert scores(replace(log, keys=[Key(1, "q1", "a", voided=True)]))["p0"].points == 0


def test_an_outage_while_a_question_was_open_costs_nobody_anything() -> None:
    stood = [Outage(STARTS + 5 * SECOND, STARTS + 65 * SECOND)]
    assert scores(log_of([answer(after=78)], stood)) == scores(log_of([answer(after=18)]))
    assert scores(log_of([answer(after=94)], stood))["p0"].points == 0


def test_the_window_and_the_overall_time_end_too() -> None:
    end = STARTS + LENGTH
    no_overall = replace(RULES, seconds_overall=None)
    last = answer(asked=end - SECOND, after=3)
    assert scores(log_of([last], rules=no_overall))["p0"].right == 1
    assert scores(log_of([replace(last, received=end + 4 * SECOND)], rules=no_overall))["p0"].right == 0
    assert scores(log_of([last]))["p0"].right == 0, "300 s overall were over"


def test_two_servers_whose_clocks_differ_give_at_most_the_whole_bonus() -> None:
    assert scores(log_of([answer(asked=STARTS + 9 * SECOND, after=-5)]))["p0"].points == 150


def test_paper_has_no_clock_and_no_bonus() -> None:
    log = log_of([answer(after=5000)])
    on_paper = [replace(one, paper=one.id == "p0") for one in log.participants]
    assert scores(replace(log, participants=on_paper))["p0"].points == 100


def test_ties_are_broken_by_right_answers_then_time_and_else_shared() -> None:
    given = [
        answer(who="p0", after=4),
        answer(who="p1", after=5),
        answer(who="p2", after=4),
        answer(who="p3", after=29),
    ]
    rules = replace(RULES, time_bonus=0)
    rows = boards(log_of(given, rules=rules)).people
    assert [(row.place, row.participant.id) for row in rows] == [(1, "p0"), (1, "p2"), (3, "p1"), (4, "p3"), (5, "p4")]


def test_the_best_attempt_of_a_person_counts_once() -> None:
    log = log_of([answer(who="p0", chosen="b"), answer(who="p3")])
    people = [
        replace(one, person="h0", attempt=1 + (one.id == "p3")) for one in log.participants if one.id in ("p0", "p3")
    ]
    rows = boards(replace(log, participants=people)).people
    assert [(row.participant.id, row.score.points) for row in rows] == [("p3", 150)]


def test_a_small_group_can_win_and_one_lucky_player_cannot() -> None:
    many = [Participant(f"m{number}", f"m{number}", "big", 1, STARTS) for number in range(60)]
    few = [Participant(f"f{number}", f"f{number}", "small", 1, STARTS) for number in range(4)]
    one = [Participant("lucky", "lucky", "lone", 1, STARTS)]
    answers = [answer(who=who.id, chosen="a" if place % 2 else "b") for place, who in enumerate(many)]
    answers += [answer(who=who.id) for who in (*few[:3], *one)] + [answer(who="f3", chosen="b")]
    groups = [Group("big", "Tổ 1", 900), Group("small", "Tổ 2", 40), Group("lone", "Tổ 3", 300)]
    rules = Rules(seconds_overall=None, minimum_players=5, minimum_percent=10)
    log = Log(rules, STARTS, STARTS + LENGTH, [Key(1, "q1", "a")], [*many, *few, *one], answers, groups)
    assert [needed_players(log, group) for group in groups] == [5, 4, 5]
    rows = boards(log).groups
    assert [(row.place, row.group.id, row.players, row.average) for row in rows] == [
        (1, "small", 4, 11250),
        (2, "big", 60, 7500),
        (None, "lone", 1, 15000),
    ]
