"""First contact: who speaks, what is kept and why, agreeing or staying anonymous, links that name a group."""

from __future__ import annotations

import re

from bot.channels.message import Reply
from bot.conversation import contest, enrolment, minors, place
from bot.conversation.buttons import button, consent_buttons
from bot.conversation.menu import hello, with_menu
from bot.conversation.payloads import JOIN_CODE, Verb
from bot.conversation.ports import GroupView
from bot.conversation.purposes import LEARNING, purposes
from bot.conversation.turn import ENROLLING, MINOR, NOTICED, Turn
from bot.texts import text

TYPED_CODE = re.compile(r"[A-Za-z0-9]{4,16}")
CODE_PIECES = 2  # a poster shows four letters at a time


def notice(turn: Turn, *before: str) -> Reply:
    """The notice about the assistant and the data, with the two choices."""
    turn.remember(NOTICED, True)
    about = text("welcome.notice", terms=purposes()[LEARNING].text)
    return Reply("\n\n".join([*before, about, text("welcome.choose")]), consent_buttons())


def with_notice(turn: Turn, replies: list[Reply]) -> list[Reply]:
    """The replies, followed by the notice when the resident has not seen it: the question is answered first."""
    silent = turn.forgotten or turn.delicate or turn.chat.person_id is not None
    return replies if silent or turn.recall(NOTICED) else [*replies, notice(turn)]


def greet(turn: Turn) -> list[Reply]:
    """A greeting without a link: the notice to who is new, the menu to who was here before."""
    if turn.recall(NOTICED) or turn.chat.person_id is not None:
        return hello(turn)
    return [notice(turn, text("welcome.hello"))]


def start(turn: Turn, join_code: str) -> list[Reply]:
    """The first tap or /start, perhaps through a link or QR code that names a residential group."""
    if not join_code:
        return greet(turn)
    entered = contest.linked(turn, join_code)
    if entered is not None:
        if turn.chat.ward_code is None:
            place.set_place(turn, entered.ward_code, None)
        return contest.show(turn, entered)
    group = _group_of(turn, join_code)
    known = turn.chat.ward_code is not None or turn.chat.person_id is not None
    if group is None:
        return _unknown_code(turn)
    if known and turn.chat.group_id != group.id and turn.chat.ward_code is not None:
        return [_offer_move(turn, group)]
    words = {"group": group.name, "ward": place.ward_name(turn, group.ward_code)}
    if known and turn.chat.group_id == group.id:
        return [with_menu(turn, text("welcome.same_group", **words))]
    place.set_place(turn, group.ward_code, group.id)
    said = text("welcome.place", **words)
    if turn.recall(NOTICED) or turn.chat.person_id is not None:
        return [with_menu(turn, said)]
    return [notice(turn, text("welcome.hello"), said)]


def typed_code(turn: Turn) -> list[Reply] | None:
    """A group's code copied from its poster, in one piece or two; None for any other text."""
    pieces = turn.text.split()
    code = "".join(pieces)
    if len(pieces) > CODE_PIECES or TYPED_CODE.fullmatch(code) is None or _group_of(turn, code) is None:
        return None
    return start(turn, code)


def _group_of(turn: Turn, join_code: str) -> GroupView | None:
    if JOIN_CODE.fullmatch(join_code) is None:
        return None
    wards = turn.repositories.wards
    written = (join_code, join_code.lower(), join_code.upper())  # a phone begins a message with a capital
    return next((group for one in written if (group := wards.group_by_join_code(one)) is not None), None)


def _unknown_code(turn: Turn) -> list[Reply]:
    if turn.recall(NOTICED) or turn.chat.person_id is not None:
        return [with_menu(turn, text("welcome.bad_code"))]
    return [notice(turn, text("welcome.hello"), text("welcome.bad_code"))]


def _offer_move(turn: Turn, group: GroupView) -> Reply:
    here = turn.group
    current = place.place_name(turn)
    said = text(
        "welcome.other_group",
        group=group.name,
        ward=place.ward_name(turn, group.ward_code),
        current=current,
    )
    stay = here.name if here is not None else current
    return Reply(
        said,
        (
            button("button.move_there", Verb.JOIN, group.id, group=group.name),
            button("button.keep_group", Verb.MENU, group=stay),
        ),
    )


def agree(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The resident agrees to be remembered."""
    turn.remember(NOTICED, True)
    if turn.recall(MINOR):
        return minors.refused(turn)
    known = turn.learner_id is not None
    turn.repositories.people.enrol(turn.chat, LEARNING, purposes()[LEARNING].version, turn.message.received_at)
    if known:
        return [with_menu(turn, text("welcome.already_agreed"))]
    turn.remember(ENROLLING, True)
    return _next_step(turn, text("welcome.agreed"))


def anonymous(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The resident stays anonymous; who agreed before is shown the way to take it back."""
    turn.remember(NOTICED, True)
    if turn.chat.person_id is not None:
        buttons = (button("button.delete", Verb.DELETE), button("button.menu", Verb.MENU))
        return [Reply(text("welcome.anonymous_after_consent"), buttons)]
    return _next_step(turn, text("welcome.anonymous"))


def _next_step(turn: Turn, said: str) -> list[Reply]:
    ward = turn.ward
    if ward is None:
        return place.ask_ward(turn, first=said)
    if turn.group is None:
        return place.ask_group(turn, ward, first=said)
    return enrolment.go_on(turn, said)
