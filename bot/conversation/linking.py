"""One person with several accounts: a one-time code links them, a tap takes one away."""

from __future__ import annotations

import re

from bot.channels.account import kind_of, ward_of
from bot.channels.message import Reply
from bot.conversation import learners, minors
from bot.conversation.buttons import button, consent_buttons, to_menu
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, number
from bot.conversation.turn import LINKING, Turn
from bot.texts import text

_CODE = re.compile(r"[A-Za-z0-9]{4,16}")
CHANNELS = {"web": "link.web", "telegram": "link.telegram", "zalo-bot": "link.zalo", "zalo-oa": "link.zalo"}


def channel_name(channel: str) -> str:
    """A channel as residents call it."""
    return text(CHANNELS.get(kind_of(channel), "link.web"))


def link(turn: Turn, typed: str = "") -> list[Reply]:
    """Give a code, or read the one that was typed behind the command."""
    if typed:
        return _read(turn, "".join(typed.split()))
    if turn.chat.person_id is None:
        return [Reply(text("link.needs_consent"), (consent_buttons()[0], to_menu()))]
    code = turn.repositories.linking.make_code(turn.chat.person_id, turn.message.received_at)
    linked = len(turn.repositories.linking.accounts(turn.chat.person_id)) > 1
    unlink = (button("button.unlink", Verb.UNLINK),) if linked else ()
    return [Reply(text("link.code", code=code), (*unlink, to_menu()))]


def _read(turn: Turn, code: str) -> list[Reply]:
    good = _CODE.fullmatch(code) is not None
    owner = turn.repositories.linking.owner(code, turn.message.received_at) if good else None
    if owner is None:
        return [with_menu(turn, text("link.bad_code"))]
    kind = turn.repositories.linking.kind(code, turn.message.received_at)
    if kind == minors.CODE_KIND:
        return minors.ask(turn, code)
    if elsewhere := _of_another_ward(turn, owner):
        return [with_menu(turn, elsewhere)]
    if kind == learners.CODE_KIND:
        return learners.ask(turn, code, owner)
    if owner == turn.chat.person_id:
        return [with_menu(turn, text("link.same"))]
    turn.remember(LINKING, code)
    yes, no = button("button.link_yes", Verb.LINK_YES), button("button.cancel", Verb.MENU)
    return [Reply(text("link.ask"), (yes, no))]


def _of_another_ward(turn: Turn, owner: int) -> str:
    """Why the owner of a code cannot use this account and what to do, when it is another ward's own; else nothing."""
    own, person = ward_of(turn.chat.channel), turn.repositories.people.get(owner)
    if own is None or person is None or person.ward_code in (None, own):
        return ""
    ward = turn.ward.name if turn.ward is not None else own
    can_move = any(ward_of(one.channel) is None for one in turn.repositories.linking.accounts(owner))
    moved = text("link.other_ward_moved", ward=ward) if can_move else ""
    return "\n\n".join(filter(None, (text("link.other_ward", ward=ward), moved)))


def link_yes(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Confirmed: the two become one."""
    code = turn.recall(LINKING)
    turn.remember(LINKING, None)
    if not code or not turn.repositories.linking.link(turn.chat, str(code), turn.message.received_at):
        return [with_menu(turn, text("link.bad_code"))]
    learners.taken_over(turn)
    return [with_menu(turn, text("link.done"))]


def unlink(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Which account to take away."""
    person = turn.chat.person_id
    accounts = [] if person is None else turn.repositories.linking.accounts(person)
    if len(accounts) < 2:
        return [with_menu(turn, text("link.none"))]
    buttons = [
        button(
            "button.unlink_this" if one.chat_id == turn.chat.id else "button.unlink_other",
            Verb.UNLINK_YES,
            one.chat_id,
            channel=channel_name(one.channel),
        )
        for one in accounts
    ]
    return [Reply(text("link.which"), (*buttons, to_menu()))]


def unlink_yes(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Take an account away."""
    chat_id = number(args, 0)
    if chat_id is None or not turn.repositories.linking.unlink(turn.chat, chat_id):
        return old_button(turn)
    return [with_menu(turn, text("link.undone_here" if chat_id == turn.chat.id else "link.undone"))]
