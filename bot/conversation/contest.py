"""Contests in the chat: what there is, who may play, playing in one's own time, one's result."""

from __future__ import annotations

from bot.channels.message import Button, FileNote, Reply
from bot.conversation.buttons import button, consent_buttons, short, to_menu
from bot.conversation.contest_live import refusal, seated
from bot.conversation.contest_question import practice_reply, question_reply, tried
from bot.conversation.menu import old_button
from bot.conversation.notes import worded_time
from bot.conversation.offers import LINK_PREFIX
from bot.conversation.payloads import Verb, make, number
from bot.conversation.ports import PersonView
from bot.conversation.ports_contest import ContestView, Phase, SeatView, Taken
from bot.conversation.purposes import BOARD, CHILD, LEARNING, purposes
from bot.conversation.turn import JOINING, NOTICED, Turn
from bot.texts import text

PLAYING = "/thi/{code}/choi"  # the page of a player in a live contest
LISTED = 5  # contests at once: older ones are found by their link
NAMED, NICKNAMED, UNSHOWN = "name", "nickname", "none"


def contests(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """The contests of the ward, the newest first; the only one at once."""
    ward = turn.chat.ward_code
    found = list(turn.repositories.contests.of_ward(ward))[:LISTED] if ward else []
    if not found:
        return [Reply(text("contest.none"), (button("button.learn", Verb.COURSES), to_menu()))]
    if len(found) == 1:
        return show(turn, found[0])
    buttons = tuple(Button(short(one.name), make(Verb.CONTEST, one.id)) for one in found)
    return [Reply(text("contest.which"), (*buttons, to_menu()))]


def contest(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A contest was tapped."""
    found = _of(turn, args)
    return old_button(turn) if found is None else show(turn, found)


def linked(turn: Turn, join_code: str) -> ContestView | None:
    """The contest that the code of a link names; None for any other code."""
    if not join_code.lower().startswith(LINK_PREFIX):
        return None
    return turn.repositories.contests.by_code(join_code[len(LINK_PREFIX) :])


def resume(turn: Turn, said: str) -> list[Reply] | None:
    """Who came for a contest and has now said who and where is brought back to it; None for who did not."""
    waiting = turn.recall(JOINING)
    turn.remember(JOINING, None)
    found = None if waiting is None else turn.repositories.contests.get(int(waiting))
    return None if found is None else [Reply(said), *show(turn, found)]


def show(turn: Turn, found: ContestView) -> list[Reply]:
    """What a contest is, and what can be done in it now."""
    at, lines = turn.message.received_at, _described(found)
    practice = (button("button.contest_practice", Verb.CONTEST_PRACTICE, found.id, 1),) if found.practice else ()
    phase = found.phase(at)
    if phase is Phase.OVER:
        return [Reply("\n".join([*lines, _result(turn, found)]), (to_menu(),))]
    missing = _missing(turn, found)
    if missing is not None:
        return [Reply("\n".join([*lines, "", missing.text]), (*missing.buttons, to_menu()))]
    if phase is Phase.SOON and not found.live:
        return [Reply("\n".join([*lines, text("contest.wait")]), (*practice, to_menu()))]
    seats = turn.repositories.contests.seats(found.id, turn.person.id) if turn.person else ()
    if found.live:
        if seats:
            if here := seated(turn, seats[-1]):
                return [Reply("\n".join([*lines, here]), (*practice, to_menu()))]
            lines.append(text("contest.seated", nickname=seats[-1].nickname))
            way = FileNote(PLAYING.format(code=found.code), text("contest.playing"))
            return [Reply("\n".join(lines), (to_menu(),), files=(way,))]
        # A hall hears a question at once; a platform that takes 25 messages a second carries only so many there.
        if refused := refusal(turn, found):
            return [Reply("\n".join([*lines, refused.text]), (*refused.buttons, *practice, to_menu()))]
    elif seats and seats[-1].left:
        lines.append(text("contest.under_way", left=seats[-1].left))
        return [Reply("\n".join(lines), (button("button.contest_go", Verb.CONTEST_GO, found.id), to_menu()))]
    elif len(seats) >= found.rules.attempts:
        return [Reply("\n".join([*lines, text("contest.played", end=worded_time(found.ends_at))]), (to_menu(),))]
    return [_ways_in(turn, found, lines, practice)]


def join(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Begin; the tap that says to be named agrees to that, and its wording stood above it."""
    found, person = _of(turn, args), turn.person
    shown_as = args[1] if len(args) == 2 else ""
    if found is None or person is None or shown_as not in (NAMED, NICKNAMED, UNSHOWN):
        return old_button(turn)
    phase = found.phase(turn.message.received_at)
    kept_out = _missing(turn, found) is not None or phase is Phase.OVER
    if kept_out or (refusal(turn, found) is not None if found.live else phase is Phase.SOON):
        return show(turn, found)
    if shown_as == NAMED:
        if not _may_be_named(person):
            return old_button(turn)
        version = purposes()[BOARD].version
        turn.repositories.people.agree(person.id, BOARD, version, turn.message.received_at)
    seat = turn.repositories.contests.join(found.id, person.id, shown_as, turn.chat, turn.message.received_at)
    if seat is None or found.live:
        return show(turn, found)
    return _next(turn, found, seat, text("contest.begun", nickname=seat.nickname))


def go(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Go on with an attempt."""
    seat, found = _seat(turn, args), _of(turn, args)  # one look-up finds both
    if found is None or seat is None or found.live:
        return old_button(turn)
    if found.phase(turn.message.received_at) is not Phase.ON:
        return show(turn, found)
    return _next(turn, found, seat)


def answer(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """An option was tapped: stored once, told again as often as it comes."""
    seat, found = _seat(turn, args), _of(turn, args)  # one look-up finds both
    place, option = number(args, 2), number(args, 3)
    if found is None or seat is None or place is None or option is None or str(seat.attempt) != args[1]:
        return old_button(turn)
    at = turn.message.received_at
    taken = turn.repositories.contests.answer(seat.id, place, option, turn.chat.id, at)
    if taken is Taken.OLD:
        return old_button(turn)
    said = {Taken.KEPT: "contest.kept", Taken.LATE: "contest.late", Taken.REPEATED: "contest.repeated"}[taken]
    return _next(turn, found, seat, text(said))


def practice(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A question to practise with: nothing of it is kept."""
    found, place = _of(turn, args), number(args, 1)
    question = turn.repositories.contests.practice_question(found.id, place) if found and place else None
    if found is None or place is None or question is None:
        return old_button(turn)
    return [practice_reply(turn, found, question, place)]


def try_out(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A question of the practice was answered: right or wrong is said at once, unlike in the contest."""
    found, place, option = _of(turn, args), number(args, 1), number(args, 2)
    question = turn.repositories.contests.practice_question(found.id, place) if found and place else None
    if found is None or place is None or option is None or question is None or option >= len(question.options):
        return old_button(turn)
    said = tried(turn, found, question, option)
    if place < found.practice:
        return [Reply(said), *practice(turn, (args[0], str(place + 1)))]
    return [Reply(said), *show(turn, found)]


def _next(turn: Turn, found: ContestView, seat: SeatView, said: str = "") -> list[Reply]:
    asked = turn.repositories.contests.next_question(seat.id, turn.message.received_at)
    if asked is None:
        lines = [said, text("contest.done", name=found.name, end=worded_time(found.ends_at))]
        return [Reply("\n\n".join(filter(None, lines)), (to_menu(),))]
    shown = question_reply(turn, found, seat, asked)
    return [Reply(said), shown] if said else [shown]


def _of(turn: Turn, args: tuple[str, ...]) -> ContestView | None:
    contest_id = number(args, 0)
    return None if contest_id is None else turn.repositories.contests.get(contest_id)


def _seat(turn: Turn, args: tuple[str, ...]) -> SeatView | None:
    """The attempt under way of who writes: nothing in a button can name anybody else's."""
    contest_id, person = number(args, 0), turn.person
    if contest_id is None or person is None:
        return None
    seats = turn.repositories.contests.seats(contest_id, person.id)
    return seats[-1] if seats else None


def _described(found: ContestView) -> list[str]:
    rules = found.rules
    lines = [text("contest.title", name=found.name)]
    lines += [found.rules_text] if found.rules_text else []
    when = {"begin": worded_time(found.starts_at), "end": worded_time(found.ends_at)}
    lines.append(text("contest.live_when" if found.live else "contest.when", **when))
    lines.append(text("contest.rules", count=found.questions, seconds=rules.seconds_per_question))
    lines.append(text("contest.points", points=rules.points, bonus=rules.time_bonus))
    if rules.seconds_overall:
        lines.append(text("contest.overall", minutes=-(-rules.seconds_overall // 60)))
    lines.append(text("contest.attempts", count=rules.attempts))
    return [*lines, *(text("contest.prize", prize=prize) for prize in found.prizes)]


def _missing(turn: Turn, found: ContestView) -> Reply | None:
    """What keeps this resident out, with the way to mend it; None when they may play."""
    person = turn.person
    if person is None or not person.agreed_to(LEARNING):
        turn.remember(JOINING, found.id)
        turn.remember(NOTICED, True)
        return Reply(text("contest.needs_consent", terms=purposes()[LEARNING].text), consent_buttons()[:2])
    if turn.chat.ward_code != found.ward_code:
        ward = turn.repositories.wards.get(found.ward_code)
        return Reply(text("contest.other_ward", ward="" if ward is None else ward.name))
    if turn.chat.group_id is None:
        turn.remember(JOINING, found.id)
        return Reply(text("contest.needs_group"), (button("button.group", Verb.GROUPS),))
    if found.groups and turn.chat.group_id not in found.groups:
        return Reply(text("contest.other_group"))
    if found.age_bands and person.age_band is None:
        turn.remember(JOINING, found.id)
        return Reply(text("contest.needs_age"), (button("button.age", Verb.AGES),))
    if found.age_bands and person.age_band not in found.age_bands:
        return Reply(text("contest.other_age"))
    return None


def _may_be_named(person: PersonView) -> bool:
    return person.called is not None and person.age_band != CHILD


def _ways_in(turn: Turn, found: ContestView, lines: list[str], practice: tuple[Button, ...]) -> Reply:
    """How to appear on the board is chosen with the tap that begins."""
    person = turn.person
    assert person is not None
    ways = [button("button.contest_nickname", Verb.CONTEST_JOIN, found.id, NICKNAMED)]
    if _may_be_named(person):
        lines.append(text("contest.named_terms", terms=purposes()[BOARD].text))
        named = button("button.contest_named", Verb.CONTEST_JOIN, found.id, NAMED, name=person.called or "")
        ways.append(named)
    ways.append(button("button.contest_unshown", Verb.CONTEST_JOIN, found.id, UNSHOWN))
    lines.append(text("contest.ready_live" if found.live else "contest.ready"))
    return Reply("\n".join(lines), (*ways, *practice, to_menu()))


def _result(turn: Turn, found: ContestView) -> str:
    person = turn.person
    standing = None if person is None else turn.repositories.contests.standing(found.id, person.id)
    if standing is None:
        return text("contest.published" if found.published else "contest.not_yet")
    return text(
        "contest.standing",
        place=standing.place,
        players=standing.players,
        points=standing.points,
        right=standing.right,
        questions=standing.questions,
    )
