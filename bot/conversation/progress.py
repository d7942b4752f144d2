"""``tiến độ của tôi``: lessons finished, answers right, days in a row, levels, and how the group does."""

from __future__ import annotations

from bot.channels.message import Button, Reply
from bot.conversation.buttons import button, consent_buttons, to_menu
from bot.conversation.certificates import certificate_buttons
from bot.conversation.learned import next_lesson, progress_of
from bot.conversation.notes import local_day
from bot.conversation.payloads import Verb
from bot.conversation.questions import resume_buttons
from bot.conversation.review import review_buttons
from bot.conversation.turn import Turn
from bot.texts import text
from lessons.levels import LearnerLevel, Levels, SkillLevel, levels
from lessons.progress import Progress

_SKILL_LEVELS = {
    SkillLevel.NEW: "level.skill_new",
    SkillLevel.LEARNING: "level.skill_learning",
    SkillLevel.STEADY: "level.skill_steady",
    SkillLevel.MASTERED: "level.skill_mastered",
}
_LEARNER_LEVELS = {
    LearnerLevel.BEGINNER: "level.beginner",
    LearnerLevel.USER: "level.user",
    LearnerLevel.CONFIDENT: "level.confident",
    LearnerLevel.MASTER: "level.master",
}


def progress(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """The resident's own figures; who is anonymous is told that none are kept."""
    found = progress_of(turn)
    if found is None:
        learning = button("button.learn", Verb.COURSES)
        return [Reply(text("progress.anonymous"), (consent_buttons()[0], learning, to_menu()))]
    following = next_lesson(turn, found.finished_lessons)
    onward: tuple[Button, ...] = resume_buttons(turn)
    if not onward and following is not None:
        onward = (button("button.next_lesson", Verb.LESSON, following.id),)
    if not found.answers:
        return [Reply(text("progress.nothing"), (*onward, to_menu()))]
    reached = levels(found, turn.catalogue.skills)
    lines = [_summary(turn, found), _level(reached)]
    if not turn.easy:
        lines += _courses(turn, found, reached)
    lines += _group(turn)
    if following is not None:
        lines.append(text("learn.next", lesson=following.title))
    return [Reply("\n".join(lines), (*onward, *review_buttons(turn), *certificate_buttons(turn, found), to_menu()))]


def _summary(turn: Turn, found: Progress) -> str:
    return text(
        "progress.summary",
        finished=len(found.finished_lessons),
        total=max(len(turn.catalogue.lessons), len(found.finished_lessons)),
        correct=sum(lesson.correct for lesson in found.lessons.values()),
        answered=sum(lesson.answered for lesson in found.lessons.values()),
        streak=found.streak.on(local_day(turn.message.received_at)),
    )


def _level(reached: Levels) -> str:
    name = text(_LEARNER_LEVELS[reached.learner])
    return text("progress.level", level=name, mastered=reached.mastered, total=reached.total)


def _group(turn: Turn) -> list[str]:
    """How the whole group does: a neighbour more or less is what moves it."""
    ward, group = turn.chat.ward_code, turn.chat.group_id
    if ward is None or group is None:
        return []
    found = turn.repositories.team.standing(ward, group, turn.message.received_at)
    if found is None:
        return []
    indicator = found.indicator[:1].lower() + found.indicator[1:]
    return [text("progress.group", group=found.group, indicator=indicator, value=found.value)]


def _courses(turn: Turn, found: Progress, reached: Levels) -> list[str]:
    """The courses begun, each with how well its skill is known."""
    lines = []
    for course in turn.catalogue.courses:
        own = found.courses.get(course.id)
        if own is None:
            continue
        level = reached.skills.get(course.skill, SkillLevel.NEW)
        figures = {"title": course.title, "finished": own.lessons_finished, "total": own.lessons_total}
        lines.append(text("progress.course", **figures, level=text(_SKILL_LEVELS[level])))
    return lines
