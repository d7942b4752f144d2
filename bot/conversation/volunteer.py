"""What volunteers and leaders do for their groups from the chat: sessions, neighbours, progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.channels.message import Button, Reply
from bot.conversation import learners
from bot.conversation.buttons import button, consent_buttons, short, to_menu
from bot.conversation.menu import old_button, with_menu
from bot.conversation.my_data import is_name
from bot.conversation.payloads import Verb, make, number
from bot.conversation.ports import GroupView
from bot.conversation.turn import TEAMWORK, Turn
from bot.conversation.typed import plain
from bot.texts import text

WAITS_NEIGHBOUR = "neighbour"
ROLE_NAMES = {"volunteer": "team.volunteer", "leader": "team.leader"}


def redeem(turn: Turn, typed: str) -> list[Reply]:
    """An invitation code was typed behind the command."""
    if turn.chat.person_id is None:
        return [Reply(text("team.needs_consent"), (consent_buttons()[0], to_menu()))]
    role = turn.repositories.team.redeem(turn.chat, typed, turn.message.received_at) if typed else None
    if role is None:
        return [with_menu(turn, text("team.bad_code"))]
    groups = ", ".join(group.name for group in role.groups)
    return [Reply(text("team.welcome", role=text(ROLE_NAMES[role.role]), groups=groups))]


def progress(turn: Turn) -> list[Reply]:
    """How my groups do."""
    role = turn.repositories.team.role(turn.chat)
    if role is None:
        return stranger(turn)
    rows = turn.repositories.team.progress(role, turn.message.received_at)
    lines = []
    for one in rows:
        lines.append(
            text("team.group_line", group=one.name, residents=one.residents, active=one.active, lessons=one.lessons)
        )
        lines += [text("team.indicator_line", name=name, value=value) for name, value in one.indicators]
    return [with_menu(turn, "\n".join([text("team.groups"), *lines]))]


def neighbour(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Enrol a neighbour without a phone: the group, then the name."""
    return _for_group(turn, args, Verb.TEAM_NEIGHBOUR, lambda group: _ask_name(turn, group))


def _ask_name(turn: Turn, group: GroupView) -> list[Reply]:
    turn.remember(TEAMWORK, {"waits": WAITS_NEIGHBOUR, "group": group.id})
    return [Reply(text("team.neighbour_name", group=group.name), (cancel_button(),))]


def session(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Record a session held face to face: the group, the lesson, how many came."""
    return _for_group(turn, args[:1], Verb.TEAM_SESSION, lambda group: _session_lesson(turn, group, args[1:]))


def _session_lesson(turn: Turn, group: GroupView, args: tuple[str, ...]) -> list[Reply]:
    turn.remember(TEAMWORK, {"waits": "", "group": group.id})
    return choose_lesson(turn, args, Verb.TEAM_TAUGHT_COURSE, Verb.TEAM_TAUGHT, "team.which_taught")


def taught_course(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The course of the taught lesson was chosen."""
    return choose_lesson(turn, args, Verb.TEAM_TAUGHT_COURSE, Verb.TEAM_TAUGHT, "team.which_taught")


def asked_for(turn: Turn) -> dict[str, Any] | None:
    """The command that waits for what is typed; None when none does."""
    work = turn.recall(TEAMWORK) or {}
    role = turn.repositories.team.role(turn.chat) if work.get("waits") else None
    if role is None or work["group"] not in {group.id for group in role.groups} or turn.text.startswith("/"):
        return None
    return dict(work)


def gives_up(turn: Turn) -> bool:
    """Whether "Thôi" was typed, where there is no button for it."""
    return plain(turn.text) == plain(text("button.cancel"))


def name(turn: Turn, work: dict[str, Any]) -> list[Reply]:
    """The neighbour's name was typed."""
    called = " ".join(turn.text.split())
    if not is_name(called):
        return [Reply(text("team.name_refused"), (cancel_button(),))]
    turn.remember(TEAMWORK, None)
    new = turn.repositories.team.enrol(turn.chat, work["group"], called, turn.message.received_at)
    if new:
        return learners.enrolled(turn, work["group"], called)
    return [with_menu(turn, text("team.enrolled_before", called=called))]


def cancel(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Never mind."""
    turn.remember(TEAMWORK, None)
    return [with_menu(turn, text("team.cancelled"))]


def _for_group(turn: Turn, args: tuple[str, ...], verb: Verb, go_on: Callable[[GroupView], list[Reply]]) -> list[Reply]:
    """Go on with the group that was tapped, or the only one; else ask."""
    role = turn.repositories.team.role(turn.chat)
    if role is None or not role.groups:
        return stranger(turn)
    chosen = number(args, 0)
    groups = role.groups if chosen is None else tuple(one for one in role.groups if one.id == chosen)
    if len(groups) == 1:
        return go_on(groups[0])
    if not groups:
        return old_button(turn)
    return [
        Reply(text("team.which_group"), tuple(Button(short(one.name), make(verb, one.id)) for one in groups)),
    ]


def choose_lesson(turn: Turn, args: tuple[str, ...], course: Verb, lesson: Verb, ask: str) -> list[Reply]:
    """Ask for a course, then for one of its lessons."""
    found = turn.catalogue.course(args[0]) if args else None
    if found is None:
        choices = [Button(short(one.title), make(course, one.id)) for one in turn.catalogue.courses]
    else:
        choices = [Button(short(one.title), make(lesson, one.id)) for one in found.lessons]
    return [Reply(text(ask), (*choices, cancel_button()))]


def stranger(turn: Turn) -> list[Reply]:
    """Somebody without a role."""
    return [with_menu(turn, text("team.stranger"))]


def cancel_button() -> Button:
    """Never mind."""
    return button("button.cancel", Verb.TEAM_CANCEL)
