"""Learning: begin a lesson, go from card to card, come back to one that was left."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.message import FileNote, Reply
from bot.conversation import position as positions
from bot.conversation.buttons import button, to_menu
from bot.conversation.course_list import courses
from bot.conversation.lesson_run import LessonRun
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, number
from bot.conversation.pictures import handout_path
from bot.conversation.turn import Turn
from bot.texts import text


def lesson(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Begin a lesson."""
    found = turn.catalogue.lesson(args[0]) if args else None
    if found is None:
        return old_button(turn)
    lines = [text("learn.begin", lesson=found.title, minutes=found.minutes)]
    if turn.learner_id is None:
        lines.append(text("learn.not_kept"))
    return [Reply("\n".join(lines)), *LessonRun(positions.begin(turn, found), found).show(turn)]


def open_lesson(turn: Turn) -> LessonRun | None:
    """The lesson a resident is in the middle of; None outside one, and for one that cannot go on."""
    position = positions.load(turn)
    begun = positions.lesson_begun(turn, position) if position is not None else None
    return None if position is None or begun is None else LessonRun(position, begun)


def cannot_go_on(turn: Turn, run: int | None = None) -> list[Reply] | None:
    """What is said when the lesson a resident was in (this run of it) was withdrawn or cannot be read; else None.

    A lesson whose begun version cannot be read begins again.
    """
    position = positions.load(turn)
    if position is None or run not in (None, position.run) or positions.lesson_begun(turn, position) is not None:
        return None
    current = turn.catalogue.lesson(position.lesson)
    if current is not None:
        restarted = LessonRun(positions.begin(turn, current), current)
        return [Reply(text("learn.restarted", lesson=current.title)), *restarted.show(turn)]
    positions.save(turn, None)
    listed = courses(turn)
    return [replace(listed[0], text="\n".join([text("learn.gone"), listed[0].text])), *listed[1:]]


def next_step(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """ "Tiếp" under a card, a piece of one, or the practice task."""
    found, run = open_lesson(turn), number(args, 0)
    if run is None or found is None or found.run != run:
        return (cannot_go_on(turn, run) if run is not None else None) or old_button(turn)
    present = found.sheet() is None and (number(args, 1), number(args, 2) or 0) == (found.step, found.part(turn))
    if not present:
        return [Reply(text("learn.answered_before")), *found.show(turn)]
    return found.next(turn)


def listen(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """ "Đọc cho tôi nghe" under a card; without arguments the present one."""
    found = open_lesson(turn)
    if not turn.offers.reads_aloud(turn.chat.channel):
        return [with_menu(turn, text("learn.no_voice"))]
    if found is None or (args and number(args, 0) != found.run):
        return old_button(turn) if args else [Reply(text("learn.nothing_to_hear"), courses(turn)[-1].buttons)]
    step, part = (number(args, 1), number(args, 2)) if args else (found.step, found.part(turn))
    sound = found.sound(turn, step, part or 0) if step is not None else None
    if sound is None:
        return [Reply(text("learn.cards_only")), *found.show(turn)]
    onward = (found.next_button(turn),) if found.sheet() is None else (button("button.resume", Verb.RESUME),)
    return [Reply(text("learn.listen"), onward, files=(sound,))]


def handout(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """A lesson to print: the one tapped, else the one a resident is in."""
    found = open_lesson(turn)
    wanted = args[0] if args else found.lesson.id if found is not None else None
    paper = turn.catalogue.lesson(wanted) if wanted is not None else None
    if paper is None:
        return old_button(turn) if args else [Reply(text("learn.nothing_to_print"), courses(turn)[-1].buttons)]
    if not turn.offers.papers_reach(turn.chat.channel):
        return [with_menu(turn, text("learn.cannot_print"))]
    file = FileNote(handout_path(paper.id, turn.chat.ward_code), text("learn.paper"))
    onward = (
        (button("button.resume", Verb.RESUME),) if found is not None else (button("button.courses", Verb.COURSES, 0),)
    )
    return [Reply(text("learn.handout", lesson=paper.title), (*onward, to_menu()), files=(file,))]
