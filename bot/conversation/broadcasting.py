"""Messages of volunteers and leaders to their groups: written, narrowed, confirmed, steered while they leave."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels.message import Button, Reply
from bot.conversation.buttons import button, short
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, make, number
from bot.conversation.ports_team import Draft, RoleView
from bot.conversation.turn import Turn
from bot.conversation.volunteer import ROLE_NAMES, cancel_button, choose_lesson, stranger
from bot.texts import text
from lessons.progress import VIETNAM

MESSAGE_LIMIT = 1000  # characters of a message to neighbours: one screen of a phone
TOMORROW_HOUR = 8  # "tomorrow morning": after the quiet hours, before people are out
AT_ONCE, TOMORROW = "0", "1"  # the last argument of a confirming button
EVERYBODY, GROUP, AGE = "e", "g", "a"  # what a readers' button narrows by
STEER_BUTTONS = {"pause": "button.team_pause", "resume": "button.team_resume", "cancel": "button.team_cancel"}
STEERED = {
    "running": "team.steered_running",
    "scheduled": "team.steered_scheduled",
    "paused": "team.steered_paused",
    "cancelled": "team.steered_cancelled",
}
STEERING = {"running": ("pause", "cancel"), "scheduled": ("cancel",), "paused": ("resume", "cancel")}


def announce(turn: Turn, typed: str) -> list[Reply]:
    """A message to my groups: shown with its number of readers before anything leaves."""
    role = turn.repositories.team.role(turn.chat)
    if role is None:
        return stranger(turn)
    if not typed or len(typed) > MESSAGE_LIMIT:
        return [Reply(text("team.announce_how", limit=MESSAGE_LIMIT))]
    said = text("team.message", role=text(ROLE_NAMES[role.role]), text=typed)
    return _drafted(turn, role, Reply(said), None)


def lessons(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Which course, then which lesson to send."""
    if turn.repositories.team.role(turn.chat) is None:
        return stranger(turn)
    return choose_lesson(turn, args, Verb.TEAM_LESSONS, Verb.TEAM_LESSON, "team.which_lesson")


def lesson(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The lesson to send was chosen."""
    role, found = turn.repositories.team.role(turn.chat), turn.catalogue.lesson(args[0]) if args else None
    if role is None or found is None:
        return old_button(turn)
    learn = Button(short(text("team.learn_now")), make(Verb.LESSON, found.id))
    who = text(ROLE_NAMES[role.role])
    said = text("team.lesson", role=who[:1].upper() + who[1:], lesson=found.title)
    return _drafted(turn, role, Reply(said, (learn,)), found.id)


def _drafted(turn: Turn, role: RoleView, message: Reply, unfinished: str | None) -> list[Reply]:
    return _shown(turn, turn.repositories.team.draft(turn.chat, role, message, unfinished, turn.message.received_at))


def _shown(turn: Turn, draft: Draft) -> list[Reply]:
    """The text, how many people read it, and the confirming buttons."""
    narrower = (button("button.team_readers", Verb.TEAM_READERS, draft.id),) if draft.choices else ()
    if not draft.recipients:
        return [Reply(text("team.nobody"), (*narrower, cancel_button()))]
    yes = button("button.team_send", Verb.TEAM_CONFIRM, draft.id, AT_ONCE, count=draft.recipients)
    later = button("button.team_tomorrow", Verb.TEAM_CONFIRM, draft.id, TOMORROW, hour=TOMORROW_HOUR)
    said = text("team.preview", text=draft.text, count=draft.recipients)
    return [Reply(said, (yes, later, *narrower, cancel_button()))]


def readers(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Who is to read it: everybody, one group, one age band."""
    draft = _draft(turn, args)
    if draft is None or not draft.choices:
        return old_button(turn)
    everybody = button("button.team_everybody", Verb.TEAM_ONLY, draft.id, EVERYBODY)
    one_of = [
        Button(short(name), make(Verb.TEAM_ONLY, draft.id, kind, place))
        for place, (kind, name) in enumerate(draft.choices)
    ]
    return [Reply(text("team.which_readers"), (everybody, *one_of, cancel_button()))]


def only(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The readers were chosen: show the draft again."""
    draft, place = _draft(turn, args), number(args, 2)
    if draft is None or (args[1:] != (EVERYBODY,) and (place is None or place >= len(draft.choices))):
        return old_button(turn)
    narrowed = turn.repositories.team.narrow(turn.chat, draft.id, place, turn.message.received_at)
    return old_button(turn) if narrowed is None else _shown(turn, narrowed)


def confirm(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The confirming tap."""
    draft, now = number(args, 0), turn.message.received_at
    start = _tomorrow(now) if args[1:] == (TOMORROW,) else now
    done = None if draft is None else turn.repositories.team.confirm(turn.chat, draft, start, now)
    if done is None or draft is None:
        return old_button(turn)
    if done.status == "second":
        return [with_menu(turn, text("team.second"))]
    if done.start_at <= now:
        return [Reply(text("team.sending"), steering_buttons(draft, "running"))]
    local = done.start_at.astimezone(VIETNAM)
    said = text("team.starts", time=local.strftime("%H:%M"), day=local.strftime("%d/%m/%Y"))
    return [Reply(said, steering_buttons(draft, "scheduled"))]


def steer(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Pause, resume or cancel what is on its way."""
    draft, action = number(args, 0), args[1] if len(args) == 2 else ""
    status = None
    if draft is not None and action in STEER_BUTTONS:
        status = turn.repositories.team.steer(turn.chat, draft, action, turn.message.received_at)
    if status is None or draft is None:
        return old_button(turn)
    return [Reply(text(STEERED[status]), steering_buttons(draft, status))]


def steering_buttons(draft: int, status: str) -> tuple[Button, ...]:
    """What its author may do with a broadcast now."""
    return tuple(button(STEER_BUTTONS[one], Verb.TEAM_STEER, draft, one) for one in STEERING.get(status, ()))


def _draft(turn: Turn, args: tuple[str, ...]) -> Draft | None:
    draft = number(args, 0)
    return None if draft is None else turn.repositories.team.drafted(turn.chat, draft, turn.message.received_at)


def _tomorrow(now: datetime) -> datetime:
    local = now.astimezone(VIETNAM) + timedelta(days=1)
    return local.replace(hour=TOMORROW_HOUR, minute=0, second=0, microsecond=0)
