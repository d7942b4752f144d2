"""``tiến độ của tôi``: lessons finished, answers right, days in a row."""

from __future__ import annotations

from bot.channels.message import Reply
from bot.conversation import learn
from bot.conversation.buttons import button, to_menu
from bot.conversation.notes import local_day
from bot.conversation.payloads import Verb
from bot.conversation.turn import Turn
from bot.conversation.welcome import consent_buttons
from bot.texts import text


def progress(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """The resident's own figures; who is anonymous is told that none are kept."""
    found = learn.progress_of(turn)
    if found is None:
        learning = button("button.learn", Verb.COURSES)
        return [Reply(text("progress.anonymous"), (consent_buttons()[0], learning, to_menu()))]
    following = turn.catalogue.next_lesson(found.finished_lessons)
    buttons = (button("button.next_lesson", Verb.LESSON, following.id),) if following is not None else ()
    resume = learn.resume_buttons(turn)
    if not found.answers:
        return [Reply(text("progress.nothing"), (*(resume or buttons), to_menu()))]
    answered = sum(lesson.answered for lesson in found.lessons.values())
    lines = [
        text(
            "progress.summary",
            finished=len(found.finished_lessons),
            total=max(len(turn.catalogue.lessons), len(found.finished_lessons)),
            correct=sum(lesson.correct for lesson in found.lessons.values()),
            answered=answered,
            streak=found.streak.on(local_day(turn.message.received_at)),
        )
    ]
    for course in turn.catalogue.courses:
        if (own := found.courses.get(course.id)) is not None:
            lines.append(
                text(
                    "progress.course",
                    title=course.title,
                    finished=own.lessons_finished,
                    total=own.lessons_total,
                )
            )
    if following is not None:
        lines.append(text("learn.next", lesson=following.title))
    return [Reply("\n".join(lines), (*(resume or buttons), to_menu()))]
