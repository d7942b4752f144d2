"""Choosing what to learn: where to start, the courses, the lessons of one."""

from __future__ import annotations

from bot.channels.message import Button, Reply
from bot.conversation import placement
from bot.conversation import position as positions
from bot.conversation.buttons import button, page_of, short, to_menu
from bot.conversation.learned import progress_of
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, make, number
from bot.conversation.review import review_buttons
from bot.conversation.turn import STARTED, Turn
from bot.texts import text
from lessons.catalogue import Course
from lessons.placement import can_place
from lessons.progress import Progress


def courses(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """The list of courses, what was left in the middle first; who opens it for the first time is asked where to start.

    An argument is the page asked for: then the list itself is wanted.
    """
    if not turn.catalogue.courses:
        return [with_menu(turn, text("learn.none"))]
    progress = progress_of(turn)
    if args:
        turn.remember(STARTED, True)
    elif _is_new(turn, progress) and can_place(turn.catalogue):
        return placement.offer(turn)
    labels = [(_course_label(course, progress), course.id) for course in turn.catalogue.courses]
    listed = [Button(short(label), make(Verb.COURSE, name)) for label, name in labels]
    lines, first = [text("learn.courses")], _going_on(turn)
    position = positions.load(turn)
    lesson = positions.lesson_begun(turn, position) if position is not None else None
    if lesson is not None:
        lines.insert(0, text("learn.unfinished", lesson=lesson.title))
    page = page_of(listed, number(args, 0) or 0, Verb.COURSES, easy=turn.easy)
    return [Reply("\n".join(lines), (*first, *page, *review_buttons(turn), to_menu()))]


def _going_on(turn: Turn) -> tuple[Button, ...]:
    """The ways back into the lesson and the placement quiz left in the middle."""
    shown = (button("button.resume", Verb.RESUME),) if positions.load(turn) is not None else ()
    if placement.open_placement(turn) is not None:
        shown = (*shown, button("button.placement_on", Verb.PLACEMENT))
    return shown


def _is_new(turn: Turn, progress: Progress | None) -> bool:
    return not turn.recall(STARTED) and (progress is None or not progress.answers)


def _course_label(course: Course, progress: Progress | None) -> str:
    done = progress.courses.get(course.id) if progress is not None else None
    if done is None:
        return course.title
    return text("learn.course_label", title=course.title, finished=done.lessons_finished, total=done.lessons_total)


def course(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A course's lessons; finished ones bear a mark."""
    found = turn.catalogue.course(args[0]) if args else None
    if found is None:
        return old_button(turn)
    progress = progress_of(turn)
    finished = progress.finished_lessons if progress is not None else frozenset[str]()
    listed = [
        Button(
            short(text("learn.finished_mark", title=lesson.title) if lesson.id in finished else lesson.title),
            make(Verb.LESSON, lesson.id),
        )
        for lesson in found.lessons
    ]
    page = page_of(listed, number(args, 1) or 0, Verb.COURSE, found.id, easy=turn.easy)
    said = text("learn.course_easy" if turn.easy else "learn.course", title=found.title, summary=found.summary)
    return [Reply(said, (*page, to_menu()))]
