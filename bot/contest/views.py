"""What host and players are shown, as JSON. Before a round is closed nothing here tells which option is right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.contest.rounds import ASKED, ENDED, SHOWN, Live, Seat, own_name
from lessons.contest.draw import options_for
from lessons.contest.rules import moment


def _common(live: Live, now: datetime) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "phase": live.phase,
        "number": live.number,
        "total": live.total,
        "practice": live.number < 0,
    }
    if live.question is not None and live.phase in (ASKED, SHOWN):
        shown["question"] = live.question.text
    if live.phase == ASKED and live.closes is not None:
        # What is left, not when it ends: phones' clocks are wrong.
        left = moment(live.closes) - live.rules.allowance_ms - moment(now)
        shown |= {"left_ms": max(0, left), "seconds": live.rules.seconds_per_question}
    return shown


def player_view(live: Live, seat: Seat, now: datetime) -> dict[str, Any]:
    """For one player: options in the own order, after the round the right one, the own points and place."""
    shown = {**_common(live, now), "you": own_name(seat)}
    if live.question is None:
        return shown
    options = options_for(live.question, live.seed, seat.code)
    if live.phase in (ASKED, SHOWN):
        shown["options"] = [one.text for one in options]
    if live.phase == SHOWN:
        shown["right"] = [one.id for one in options].index(live.question.correct[0])
        shown["why"] = live.question.why
    standing = live.standings.get(seat.code)
    if live.phase in (SHOWN, ENDED) and standing is not None:
        shown |= {"place": standing.place, "points": standing.points, "rights": standing.right}
    return shown


def host_view(live: Live, now: datetime) -> dict[str, Any]:
    """For the projector: how many answered, after the round the right option and the board."""
    shown = {**_common(live, now), "answered": live.answered, "players": len(live.seats)}
    if live.question is None:
        return shown
    if live.phase in (ASKED, SHOWN):
        shown["options"] = [{"text": one.text} for one in live.question.options]
    if live.phase == SHOWN:
        shown["why"] = live.question.why
        shown["options"] = [
            {"text": one.text, "right": one.id in live.question.correct, "count": live.counts.get(one.id, 0)}
            for one in live.question.options
        ]
    if live.phase in (SHOWN, ENDED):
        shown["top"] = [{"place": place, "name": name, "points": points} for place, name, points in live.top]
    return shown
