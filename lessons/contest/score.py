"""Points from the log, and nothing else: the order in which answers arrive or lie in the log does not matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lessons.contest.clock import ran
from lessons.contest.rules import Answer, Key, Log, Participant, Rules


@dataclass(frozen=True, slots=True)
class Score:
    """``taken_ms`` is the time of the right answers only: who guesses fast gains nothing."""

    points: int = 0
    right: int = 0
    taken_ms: int = 0
    answered: int = 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """Lower is better: more points, then more right answers, then less time. What is equal shares a place."""
        return -self.points, -self.right, self.taken_ms


def first_answers(answers: Iterable[Answer]) -> dict[tuple[str, int], Answer]:
    """Of several answers of a participant to a question the one received first counts."""
    found: dict[tuple[str, int], Answer] = {}
    for one in answers:
        key = (one.participant, one.number)
        if key not in found or _before(one, found[key]):
            found[key] = one
    return found


def _before(one: Answer, other: Answer) -> bool:
    return (one.received, one.asked, one.chosen) < (other.received, other.asked, other.chosen)


def taken(rules: Rules, answer: Answer, log: Log) -> int:
    """Milliseconds an answer took, without the allowance; never less than nothing."""
    return max(0, ran(answer.asked, answer.received, log.outages) - rules.allowance_ms)


def in_time(log: Log, participant: Participant, answer: Answer) -> bool:
    """Whether an answer came while its question, the attempt and the contest were open, each with the allowance."""
    rules = log.rules
    if participant.paper:
        return True
    if answer.received + rules.allowance_ms < log.starts:
        return False
    overall = rules.seconds_overall
    return (
        taken(rules, answer, log) <= rules.seconds_per_question * 1000
        and ran(log.starts, answer.received, log.outages) <= log.ends - log.starts + rules.allowance_ms
        and (
            overall is None
            or ran(participant.began, answer.received, log.outages) <= overall * 1000 + rules.allowance_ms
        )
    )


def points_of(log: Log, participant: Participant, key: Key, answer: Answer) -> tuple[int, int]:
    """(points, milliseconds) of one answer; (0, 0) for a wrong or late one or a voided question."""
    if key.voided or answer.chosen != key.right or not in_time(log, participant, answer):
        return 0, 0
    rules, whole = log.rules, log.rules.seconds_per_question * 1000
    used = whole if participant.paper else min(whole, taken(rules, answer, log))
    return rules.points + rules.time_bonus * (whole - used) // whole, used


def scores(log: Log) -> dict[str, Score]:
    """The score of every participant by id, who answered nothing included; answers of strangers are left out."""
    keys = {key.number: key for key in log.keys}
    known = {one.id: one for one in log.participants}
    given: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in first_answers(log.answers).values():
        if answer.participant in known and answer.number in keys:
            given[answer.participant].append(answer)
    return {name: _score(log, one, given[name], keys) for name, one in known.items()}


def _score(log: Log, participant: Participant, answers: list[Answer], keys: Mapping[int, Key]) -> Score:
    earned = [points_of(log, participant, keys[answer.number], answer) for answer in answers]
    right = [one for one in earned if one != (0, 0)]
    return Score(
        sum(points for points, _ in right), len(right), sum(milliseconds for _, milliseconds in right), len(answers)
    )
