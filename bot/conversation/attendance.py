"""Who came to a session held face to face: by name from the group's list, as a number, or both."""

from __future__ import annotations

from typing import Any

from bot.channels.message import Button, Reply
from bot.conversation.buttons import button, page_of, short
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, make, number
from bot.conversation.turn import TEAMWORK, Turn
from bot.conversation.typed import typed_number
from bot.conversation.volunteer import cancel_button
from bot.texts import text

MOST_PRESENT = 500  # people at one session: more is a slip of the finger
# What a typed number means: how many came, or how many besides those marked by name.
WAITS_PRESENT, WAITS_OTHERS = "present", "others"
BY_NUMBER, BY_NAME, DONE = "n", "l", "d"


def taught(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The taught lesson was chosen: ask how it is recorded."""
    work, found = turn.recall(TEAMWORK) or {}, turn.catalogue.lesson(args[0]) if args else None
    if not work or found is None:
        return old_button(turn)
    turn.remember(TEAMWORK, {"waits": "", "group": work["group"], "lesson": found.id})
    if not turn.repositories.team.members(work["group"]):
        return count(turn, WAITS_PRESENT, text("team.how_many", lesson=found.title))
    ways = (
        button("button.team_by_name", Verb.TEAM_COME, BY_NAME),
        button("button.team_by_number", Verb.TEAM_COME, BY_NUMBER),
    )
    return [Reply(text("team.how", lesson=found.title), (*ways, cancel_button()))]


def come(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The way was chosen, a page turned, or the marking is done."""
    work = _work(turn)
    if work is None or not args:
        return old_button(turn)
    if args[0] == BY_NUMBER:
        lesson = turn.catalogue.lesson(str(work["lesson"]))
        return count(turn, WAITS_PRESENT, text("team.how_many", lesson=lesson.title if lesson else ""))
    if args[0] == DONE:
        return count(turn, WAITS_OTHERS, text("team.others", count=len(work.get("names", []))))
    return _list(turn, work, number(args, 1) or 0, edit=args[0] != BY_NAME or len(args) > 1)


def mark(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A name was tapped: present, or not after all."""
    work, person = _work(turn), number(args, 0)
    if work is None or person not in {one.id for one in turn.repositories.team.members(int(str(work["group"])))}:
        return old_button(turn)
    names = list(work.get("names", []))
    names = [one for one in names if one != person] if person in names else [*names, person]
    work = {**work, "names": names}
    turn.remember(TEAMWORK, work)
    return _list(turn, work, number(args, 1) or 0, edit=True)


def count(turn: Turn, waits: str, said: str) -> list[Reply]:
    """Ask for a number. Without buttons: on a channel that numbers them a number would mean one of them."""
    turn.remember(TEAMWORK, {**(turn.recall(TEAMWORK) or {}), "waits": waits})
    return [Reply(said)]


def typed(turn: Turn, work: dict[str, Any]) -> list[Reply]:
    """The number that was asked for."""
    names, asked_others = list(work.get("names", [])), work["waits"] == WAITS_OTHERS
    given = typed_number(turn.text)
    fewest = 0 if asked_others and names else 1
    if given is None or not fewest <= given <= MOST_PRESENT:
        return [Reply(text("team.number_refused", fewest=fewest, most=MOST_PRESENT))]
    turn.remember(TEAMWORK, None)
    named = names if asked_others else []
    key = f"{turn.message.channel}:{turn.message.id}"
    turn.repositories.team.record_class(
        key, turn.chat, work["group"], work["lesson"], len(named) + given, turn.message.received_at, named
    )
    return [with_menu(turn, text("team.recorded", count=len(named) + given))]


def _work(turn: Turn) -> dict[str, Any] | None:
    """The session being recorded, while its group is still the helper's."""
    work, role = turn.recall(TEAMWORK) or {}, turn.repositories.team.role(turn.chat)
    mine = role is not None and work.get("group") in {group.id for group in role.groups}
    return work if mine and "lesson" in work else None


def _list(turn: Turn, work: dict[str, Any], page: int, edit: bool) -> list[Reply]:
    names = set(work.get("names", []))
    members = turn.repositories.team.members(int(str(work["group"])))
    boxes = [
        Button(
            short(text("quiz.chosen_mark" if one.id in names else "quiz.option_mark", label=one.called)),
            make(Verb.TEAM_MARK, one.id, page),
        )
        for one in members
    ]
    done = button("button.team_came", Verb.TEAM_COME, DONE, count=len(names))
    shown = page_of(boxes, page, Verb.TEAM_COME, BY_NAME)
    return [Reply(text("team.who_came"), (*shown, done, cancel_button()), edit=edit)]
