"""How many took part in a frozen contest and passed, by group: what the indicators count, tied to nobody."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import delete
from sqlmodel import Session, col

from bot.store.contest_tables import Contest
from bot.store.figure_inputs import make_stale
from bot.store.figure_tables import ContestCount
from lessons.contest.rules import Log
from lessons.contest.score import scores

PASS_SHARE = 50  # per cent of the questions answered right, as K7 says (bot/indicators/definitions.yaml)


def keep_contest_counts(session: Session, contest: Contest, log: Log) -> None:
    """Write down the counts of a contest's result, anew after a recount. Everybody counts once, by the best attempt.

    A person counts in the group of the first attempt, who answered nothing not at all.
    """
    questions = sum(not key.voided for key in log.keys)
    found = scores(log)
    best: dict[str, int] = {}
    place: dict[str, int] = {}
    for one in sorted((one for one in log.participants if not one.set_aside), key=lambda one: one.attempt):
        score = found[one.id]
        if not score.answered:
            continue
        place.setdefault(one.person, int(one.group or 0))
        best[one.person] = max(best.get(one.person, 0), score.right)
    took_part = Counter(place.values())
    passed = Counter(place[who] for who, right in best.items() if questions and right * 100 >= PASS_SHARE * questions)
    session.execute(delete(ContestCount).where(col(ContestCount.contest_id) == contest.id))
    session.add_all(
        ContestCount(contest_id=contest.id or 0, group_id=group, took_part=count, passed=passed[group])
        for group, count in took_part.items()
    )
    make_stale(session, contest.ward_code)
