"""The form that makes a contest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.conversation.ages import BANDS
from bot.staff.context import FormProblemError
from bot.store.contest_setup import GROUP_BOARD, PEOPLE_BOARD, QUESTIONS_LIMIT, ContestPlan
from bot.store.contests import LIVE_KIND, OPEN_KIND
from lessons.contest.draw import Wanted
from lessons.contest.rules import Rules
from lessons.progress import VIETNAM

NAME_LIMIT, RULES_LIMIT = 120, 600  # characters: both are read on a phone before the contest begins
PRIZES_LIMIT, PRIZE_LIMIT = 10, 100
LONGEST = timedelta(days=60)
# (smallest, largest, default) of every number asked for.
NUMBERS = {
    "easy": (0, QUESTIONS_LIMIT, 10),
    "middle": (0, QUESTIONS_LIMIT, 8),
    "hard": (0, QUESTIONS_LIMIT, 2),
    "seconds": (10, 300, 30),
    "minutes": (0, 180, 0),
    "attempts": (1, 5, 1),
    "points": (1, 1000, 100),
    "bonus": (0, 1000, 50),
    "allowance": (0, 10, 3),
    "players": (1, 1000, 5),
    "percent": (0, 100, 10),
    "practice": (0, 5, 2),
}


def read_plan(
    form: Mapping[str, str],
    ticked: Mapping[str, Sequence[str]],
    known: set[int],
    skills: set[str],
    by: str,
) -> ContestPlan:
    """What the form says; ``ticked`` are its boxes by name, ``known`` the ward's groups. Raises FormProblemError."""
    numbers = {name: _number(form.get(name, ""), *limits) for name, limits in NUMBERS.items()}
    name, kind = " ".join(form.get("name", "").split()), form.get("kind", OPEN_KIND)
    prizes = tuple(line.strip() for line in form.get("prizes", "").splitlines() if line.strip())
    if not 0 < len(name) <= NAME_LIMIT or len(form.get("rules_text", "")) > RULES_LIMIT:
        raise FormProblemError("contest_name_wrong")
    if len(prizes) > PRIZES_LIMIT or any(len(one) > PRIZE_LIMIT for one in prizes):
        raise FormProblemError("contest_prizes_wrong")
    groups = tuple(int(value) for value in ticked.get("group", ()) if value.isdecimal())
    bands, wanted_skills = tuple(ticked.get("age", ())), tuple(ticked.get("skill", ()))
    if kind not in (OPEN_KIND, LIVE_KIND) or not set(groups) <= known or not set(bands) <= set(BANDS):
        raise FormProblemError("contest_who_wrong")
    starts, ends = _time(form.get("starts", "")), _time(form.get("ends", ""))
    if not starts < ends <= starts + LONGEST:
        raise FormProblemError("contest_window_wrong")
    chosen = tuple(ticked.get("question", ()))
    drawn = {level: numbers[key] for level, key in ((1, "easy"), (2, "middle"), (3, "hard")) if numbers[key]}
    if not chosen and (not drawn or not set(wanted_skills) <= skills):
        raise FormProblemError("contest_questions_wrong")
    boards = tuple(one for one in ticked.get("board", ()) if one in (PEOPLE_BOARD, GROUP_BOARD))
    return ContestPlan(
        name, starts, ends, _rules(numbers), by, kind, form.get("rules_text", ""), prizes, groups, bands, boards,
        chosen, None if chosen else Wanted(drawn, wanted_skills), numbers["practice"],
    )  # fmt: skip


def _rules(numbers: dict[str, int]) -> Rules:
    return Rules(
        seconds_per_question=numbers["seconds"],
        seconds_overall=numbers["minutes"] * 60 or None,
        attempts=numbers["attempts"],
        points=numbers["points"],
        time_bonus=numbers["bonus"],
        allowance_ms=numbers["allowance"] * 1000,
        minimum_players=numbers["players"],
        minimum_percent=numbers["percent"],
    )


def _number(written: str, smallest: int, largest: int, default: int) -> int:
    if not written:
        return default
    if not written.isdecimal() or not smallest <= int(written) <= largest:
        raise FormProblemError("contest_number_wrong")
    return int(written)


def _time(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written).replace(tzinfo=VIETNAM)
    except ValueError:
        raise FormProblemError("contest_window_wrong") from None
