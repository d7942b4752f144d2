"""A live contest in a chat: who may take a seat there, the question as it is sent, the answer, results."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.message import Button, Reply
from bot.conversation.buttons import button, to_menu
from bot.conversation.contest_question import shown_question
from bot.conversation.menu import old_button
from bot.conversation.payloads import Verb, make, number
from bot.conversation.ports_contest import ContestView, Phase, SeatView, Taken
from bot.conversation.turn import LIVE, STOPPED, Turn
from bot.texts import text
from lessons.contest.capacity import Bound
from lessons.contest.score import Score
from lessons.models import Option, Question

WEB_CHANNEL = "web"
PRACTICE = "p"  # before the number of a practice question in a button's data
_SAID = {Taken.KEPT: "contest.kept", Taken.LATE: "contest.late", Taken.REPEATED: "contest.repeated"}
_FULL = {
    Bound.PACE: "contest.full_pace",
    Bound.ANSWERS: "contest.full_answers",
    Bound.PEOPLE: "contest.full_quota",
    Bound.QUOTA: "contest.full_quota",
}


def refusal(turn: Turn, found: ContestView) -> Reply | None:
    """Why this chat gets no seat, and where to play instead; None when there is one, and on the web."""
    if turn.chat.channel == WEB_CHANNEL:
        return None
    if turn.recall(STOPPED):
        return Reply(text("contest.stopped"), (button("button.unstop", Verb.UNSTOP),))
    reason = _reason(turn, found)
    if reason is None:
        return None
    link = turn.offers.contest_link(found.code)
    where = text("contest.live_on_web", link=link) if link else text("contest.live_by_code")
    return Reply(f"{reason} {where}")


def _reason(turn: Turn, found: ContestView) -> str | None:
    account, at = turn.chat.channel, turn.message.received_at
    way = turn.offers.ways.get(account)
    if way is None:
        return text("contest.not_here")
    room = turn.repositories.contests.chat_room(found.id, account, way, at)
    if room is None:
        return text("contest.too_early")
    if room.free or room.bound is None:
        return None
    return text(_FULL[room.bound], players=room.players or 0, seconds=found.rules.seconds_per_question)


def seated(turn: Turn, seat: SeatView) -> str | None:
    """That the questions come to this chat; None for a seat elsewhere."""
    return text("contest.seated_here", nickname=seat.nickname) if seat.chat_id == turn.chat.id else None


def live_answer(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """An option was tapped: stored once, told again as often as it comes."""
    contest_id, asked, option = number(args, 0), _number(args), number(args, 2)
    person = turn.person
    seats = () if contest_id is None or person is None else turn.repositories.contests.seats(contest_id, person.id)
    if asked is None or option is None or not seats:
        return old_button(turn)
    at = turn.message.received_at
    taken = turn.repositories.contests.answer_live(seats[-1].id, asked, option, turn.chat.id, at)
    if taken is Taken.OLD:
        return old_button(turn)
    turn.remember(LIVE, contest_id)
    return [Reply(text(_SAID[taken]))]


def typed_again(turn: Turn) -> list[Reply] | None:
    """Who types a number or letter once more after answering: no menu stands there any more."""
    contest_id = turn.recall(LIVE)
    found = None if contest_id is None else turn.repositories.contests.get(int(contest_id))
    if found is None or found.phase(turn.message.received_at) is not Phase.ON:
        turn.remember(LIVE, None)
        return None
    return [Reply(text("contest.repeated"))]


def live_question(
    contest_id: int, asked: int, total: int, question: Question, options: Sequence[Option], seconds: int
) -> Reply:
    """The question of a round with its options in a player's order; a button names its place, never the option."""
    name = f"{PRACTICE}{-asked}" if asked < 0 else str(asked)
    if asked < 0:
        head = text("contest.live_practice", seconds=seconds)
    else:
        head = text("contest.question", number=asked, total=total, seconds=seconds)
    payloads = [make(Verb.CONTEST_LIVE, contest_id, name, place) for place in range(len(options))]
    lines, labels = shown_question(question, options)
    buttons = tuple(Button(label, payload) for label, payload in zip(labels, payloads, strict=True))
    return Reply("\n".join([head, *lines]), buttons)


def result_reply(asked: int, question: Question, chosen: str | None, points: int, total: int) -> Reply:
    """Right or wrong, once the round is closed."""
    right = question.option(question.correct[0]).text
    if asked < 0:
        key = "contest.result_practice_right" if chosen in question.correct else "contest.result_practice"
        return Reply(text(key, right=right))
    key = "contest.result_none" if chosen is None else "contest.result_wrong"
    key = "contest.result_right" if chosen in question.correct else key
    return Reply(text(key, number=asked, right=right, points=points, total=total))


def final_reply(name: str, place: int, players: int, score: Score, questions: int) -> Reply:
    """The points at the end, before protests."""
    said = text(
        "contest.final",
        name=name, place=place, players=players, points=score.points, right=score.right, questions=questions,
    )  # fmt: skip
    return Reply(said, (to_menu(),))


def _number(args: tuple[str, ...]) -> int | None:
    """The number of a round, negative for practice."""
    if len(args) > 1 and args[1].startswith(PRACTICE):
        found = number((args[1].removeprefix(PRACTICE),), 0)
        return None if found is None else -found
    return number(args, 1)
