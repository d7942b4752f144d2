"""Answering the question that lies before the resident, be it of a lesson, a review or the placement quiz."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.channels.message import Button, Reply
from bot.conversation import learn
from bot.conversation import position as positions
from bot.conversation.buttons import button
from bot.conversation.course_list import courses
from bot.conversation.menu import old_button
from bot.conversation.payloads import Verb, number
from bot.conversation.placement import open_placement
from bot.conversation.quiz import Sheet, after_tap, typed_choice
from bot.conversation.review import open_review
from bot.conversation.sitting import Sitting
from bot.conversation.turn import Turn
from bot.texts import text


def _open(turn: Turn) -> list[Sitting]:
    """Everything the resident is in the middle of, what was touched last first."""
    everything = (learn.open_lesson(turn), open_review(turn), open_placement(turn))
    found: list[Sitting] = [one for one in everything if one is not None]
    return sorted(found, key=lambda one: datetime.fromisoformat(one.at), reverse=True)


def _lately(turn: Turn) -> Sitting | None:
    """What the resident was in the middle of a short while ago."""
    return next((one for one in _open(turn) if positions.lately(turn, one.at)), None)


def resume_buttons(turn: Turn) -> tuple[Button, ...]:
    """The way back into what was left a short while ago."""
    return () if _lately(turn) is None else (button("button.resume", Verb.RESUME),)


def resume(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Go on with what was touched last."""
    found = _open(turn)
    if found:
        return found[0].show(turn)
    stuck = learn.cannot_go_on(turn)
    if stuck is not None:
        return stuck
    listed = courses(turn)
    return [replace(listed[0], text="\n".join([text("learn.no_lesson"), listed[0].text])), *listed[1:]]


def _asked(turn: Turn, args: tuple[str, ...]) -> tuple[Sitting, Sheet] | list[Reply]:
    """The sitting and question a button belongs to, or the reply to one that is no longer the present one."""
    run = number(args, 0)
    sitting = next((one for one in _open(turn) if one.run == run), None)
    if sitting is None:
        return (learn.cannot_go_on(turn, run) if run is not None else None) or old_button(turn)
    if number(args, 1) != sitting.step:
        return [Reply(text("learn.answered_before")), *sitting.show(turn)]
    if sitting.changed:
        return [Reply(text("quiz.changed")), *sitting.show(turn)]
    sheet = sitting.sheet()
    return old_button(turn) if sheet is None else (sitting, sheet)


def option(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """An option of the present question was tapped."""
    found = _asked(turn, args)
    if isinstance(found, list):
        return found
    sitting, sheet = found
    place = number(args, 2)
    if place is None or place >= len(sheet.question.options):
        return old_button(turn)
    chosen, complete = after_tap(sheet, place)
    return sitting.answer(turn, chosen) if complete else sitting.choose(turn, chosen)


def submit(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """ "Xong" under a question with several right options."""
    found = _asked(turn, args)
    if isinstance(found, list):
        return found
    sitting, sheet = found
    if not sheet.chosen:
        return [Reply(text("quiz.choose_first")), *sitting.show(turn)]
    return sitting.answer(turn, sheet.chosen)


def again(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """ "Chọn lại" under a question about order."""
    found = _asked(turn, args)
    return found if isinstance(found, list) else found[0].choose(turn, ())


def unknown(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """ "Tôi chưa biết" under a question that may be passed."""
    found = _asked(turn, args)
    if isinstance(found, list):
        return found
    return found[0].answer(turn, ()) if found[0].may_pass else old_button(turn)


def typed_answer(turn: Turn) -> list[Reply] | None:
    """The reply to "A, C" or "b a c" typed under a question that takes several; None for anything else."""
    sitting = _lately(turn)
    sheet = sitting.sheet() if sitting is not None else None
    if sitting is None or sheet is None or sitting.changed:
        return None
    chosen = typed_choice(sheet.question, turn.text)
    return None if chosen is None else sitting.answer(turn, chosen)


def choose_one(turn: Turn) -> list[Reply] | None:
    """Who types a letter or number that no option has is shown the question again; None outside a question."""
    sitting = _lately(turn)
    if sitting is None or sitting.sheet() is None:
        return None
    return [Reply(text("quiz.choose_one")), *sitting.show(turn)]
