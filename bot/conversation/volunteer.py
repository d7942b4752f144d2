"""What volunteers and leaders do from the chat: messages and lessons for their groups, sessions, neighbours."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.message import Button, Reply
from bot.conversation import learners
from bot.conversation.buttons import button, consent_buttons, short, to_menu
from bot.conversation.menu import old_button, with_menu
from bot.conversation.my_data import is_name
from bot.conversation.payloads import Verb, make, number
from bot.conversation.ports import GroupView, RoleView
from bot.conversation.turn import TEAMWORK, Turn
from bot.conversation.typed import typed_number
from bot.texts import text

MESSAGE_LIMIT = 1000  # characters of a message to neighbours: one screen of a phone
MOST_PRESENT = 500  # people at one session: more is a slip of the finger
WAITS_NEIGHBOUR, WAITS_PRESENT = "neighbour", "present"
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
        return _stranger(turn)
    rows = turn.repositories.team.progress(role, turn.message.received_at)
    lines = [
        text("team.group_line", group=one.name, residents=one.residents, active=one.active, lessons=one.lessons)
        for one in rows
    ]
    return [with_menu(turn, "\n".join([text("team.groups"), *lines]))]


def announce(turn: Turn, typed: str) -> list[Reply]:
    """A message to my groups: shown with its number of readers before anything leaves."""
    role = turn.repositories.team.role(turn.chat)
    if role is None:
        return _stranger(turn)
    if not typed or len(typed) > MESSAGE_LIMIT:
        return [Reply(text("team.announce_how", limit=MESSAGE_LIMIT))]
    return _shown(turn, role, Reply(text("team.message", text=typed)), None)


def lessons(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Which course, then which lesson to send."""
    if turn.repositories.team.role(turn.chat) is None:
        return _stranger(turn)
    return _choose_lesson(turn, args, Verb.TEAM_LESSONS, Verb.TEAM_LESSON, "team.which_lesson")


def lesson(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The lesson to send was chosen."""
    role, found = turn.repositories.team.role(turn.chat), turn.catalogue.lesson(args[0]) if args else None
    if role is None or found is None:
        return old_button(turn)
    learn = Button(short(text("team.learn_now")), make(Verb.LESSON, found.id))
    return _shown(turn, role, Reply(text("team.lesson", lesson=found.title), (learn,)), found.id)


def confirm(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The confirming tap."""
    draft = number(args, 0)
    status = None if draft is None else turn.repositories.team.confirm(turn.chat, draft, turn.message.received_at)
    if status is None:
        return old_button(turn)
    return [with_menu(turn, text("team.second" if status == "second" else "team.sending"))]


def _shown(turn: Turn, role: RoleView, message: Reply, unfinished: str | None) -> list[Reply]:
    draft = turn.repositories.team.draft(turn.chat, role, message, unfinished, turn.message.received_at)
    if not draft.recipients:
        return [with_menu(turn, text("team.nobody"))]
    yes = button("button.team_send", Verb.TEAM_CONFIRM, draft.id, count=draft.recipients)
    return [Reply(text("team.preview", text=message.text, count=draft.recipients), (yes, _cancel()))]


def neighbour(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Enrol a neighbour without a phone: the group, then the name."""
    return _for_group(turn, args, Verb.TEAM_NEIGHBOUR, lambda group: _ask_name(turn, group))


def _ask_name(turn: Turn, group: GroupView) -> list[Reply]:
    turn.remember(TEAMWORK, {"waits": WAITS_NEIGHBOUR, "group": group.id})
    return [Reply(text("team.neighbour_name", group=group.name), (_cancel(),))]


def session(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Record a session held face to face: the group, the lesson, how many came."""
    return _for_group(turn, args[:1], Verb.TEAM_SESSION, lambda group: _session_lesson(turn, group, args[1:]))


def _session_lesson(turn: Turn, group: GroupView, args: tuple[str, ...]) -> list[Reply]:
    turn.remember(TEAMWORK, {"waits": "", "group": group.id})
    return _choose_lesson(turn, args, Verb.TEAM_TAUGHT_COURSE, Verb.TEAM_TAUGHT, "team.which_taught")


def taught_course(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The course of the taught lesson was chosen."""
    return _choose_lesson(turn, args, Verb.TEAM_TAUGHT_COURSE, Verb.TEAM_TAUGHT, "team.which_taught")


def taught(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The taught lesson was chosen: ask how many came."""
    work, found = turn.recall(TEAMWORK) or {}, turn.catalogue.lesson(args[0]) if args else None
    if not work or found is None:
        return old_button(turn)
    turn.remember(TEAMWORK, {**work, "waits": WAITS_PRESENT, "lesson": found.id})
    return [Reply(text("team.how_many", lesson=found.title), (_cancel(),))]


def typed(turn: Turn) -> list[Reply] | None:
    """A name or a number that was asked for; None when nothing was."""
    work = turn.recall(TEAMWORK) or {}
    role = turn.repositories.team.role(turn.chat) if work.get("waits") else None
    if role is None or work["group"] not in {group.id for group in role.groups} or turn.text.startswith("/"):
        return None
    return _name(turn, work) if work["waits"] == WAITS_NEIGHBOUR else _present(turn, work)


def _name(turn: Turn, work: dict[str, object]) -> list[Reply]:
    called = " ".join(turn.text.split())
    if not is_name(called):
        return [Reply(text("team.name_refused"), (_cancel(),))]
    turn.remember(TEAMWORK, None)
    new = turn.repositories.team.enrol(turn.chat, int(str(work["group"])), called, turn.message.received_at)
    if new:
        return learners.enrolled(turn, int(str(work["group"])), called)
    return [with_menu(turn, text("team.enrolled_before", called=called))]


def _present(turn: Turn, work: dict[str, object]) -> list[Reply]:
    present = typed_number(turn.text)
    if present is None or not 1 <= present <= MOST_PRESENT:
        return [Reply(text("team.number_refused", most=MOST_PRESENT), (_cancel(),))]
    turn.remember(TEAMWORK, None)
    key = f"{turn.message.channel}:{turn.message.id}"
    turn.repositories.team.record_class(
        key, turn.chat, int(str(work["group"])), str(work["lesson"]), present, turn.message.received_at
    )
    return [with_menu(turn, text("team.recorded", count=present))]


def cancel(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Never mind."""
    turn.remember(TEAMWORK, None)
    return [with_menu(turn, text("team.cancelled"))]


def _for_group(turn: Turn, args: tuple[str, ...], verb: Verb, go_on: Callable[[GroupView], list[Reply]]) -> list[Reply]:
    """Go on with the group that was tapped, or the only one; else ask."""
    role = turn.repositories.team.role(turn.chat)
    if role is None or not role.groups:
        return _stranger(turn)
    chosen = number(args, 0)
    groups = role.groups if chosen is None else tuple(one for one in role.groups if one.id == chosen)
    if len(groups) == 1:
        return go_on(groups[0])
    if not groups:
        return old_button(turn)
    return [
        Reply(text("team.which_group"), tuple(Button(short(one.name), make(verb, one.id)) for one in groups)),
    ]


def _choose_lesson(turn: Turn, args: tuple[str, ...], course: Verb, lesson: Verb, ask: str) -> list[Reply]:
    found = turn.catalogue.course(args[0]) if args else None
    if found is None:
        choices = [Button(short(one.title), make(course, one.id)) for one in turn.catalogue.courses]
    else:
        choices = [Button(short(one.title), make(lesson, one.id)) for one in found.lessons]
    return [Reply(text(ask), (*choices, _cancel()))]


def _stranger(turn: Turn) -> list[Reply]:
    return [with_menu(turn, text("team.stranger"))]


def _cancel() -> Button:
    return button("button.cancel", Verb.TEAM_CANCEL)
