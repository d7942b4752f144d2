"""A person's state as a fold over the log of answers: no order of arrival and no repeat can change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone

from lessons.catalogue import Catalogue

# Vietnam has had one offset without summer time since 1975; a day of learning is a local day.
VIETNAM = timezone(timedelta(hours=7))
PASS_MARK = 0.7  # share of a lesson's questions right: "đạt": one slip in 4 to 6 is forgiven, guessing not
MASTERY_WINDOW = 10  # questions of a skill that count, those answered last: old mistakes fade
MASTERY_ANSWERS = 5  # fewer different questions say nothing about a skill
MASTERY_SHARE = 0.8  # share right within the window that counts as mastered
FORGIVEN_DAYS = 1  # a missed day between two days of learning does not break a streak; two do


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer, as the log keeps it for ever. ``answered_at`` must carry a time zone.

    ``lesson_version`` and ``question_count`` (how many questions that version has) let a lesson that was
    finished stay finished when questions are added later. 0: unknown, the catalogue decides.
    """

    attempt_id: str
    question_id: str
    lesson_id: str
    course_id: str
    chosen: tuple[str, ...]
    correct: bool
    answered_at: datetime
    lesson_version: str = ""
    question_count: int = 0


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """Figures of one lesson; the latest answer to a question counts.

    ``total`` is the number of questions, ``finished`` that each was answered, ``passed`` that at some moment
    all were answered and PASS_MARK was reached: a slip in a later review takes nothing away.
    """

    lesson_id: str
    course_id: str
    answered: int
    correct: int
    total: int
    finished_on: date | None
    passed: bool

    @property
    def finished(self) -> bool:
        """Whether every question was answered."""
        return self.finished_on is not None


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """Figures of one course: lessons finished, passed and in all; questions right, answered and in all."""

    course_id: str
    lessons_finished: int
    lessons_passed: int
    lessons_total: int
    correct: int
    answered: int
    total: int

    @property
    def finished(self) -> bool:
        """Whether every lesson was finished."""
        return self.lessons_total > 0 and self.lessons_finished >= self.lessons_total

    @property
    def passed(self) -> bool:
        """Whether every lesson was passed."""
        return self.lessons_total > 0 and self.lessons_passed >= self.lessons_total


@dataclass(frozen=True, slots=True)
class SkillMastery:
    """How well a skill is known.

    Of each question the latest answer counts, so that one easy question answered over and over proves nothing.
    ``questions`` are the different ones answered, ``share`` (0..1) is right of the MASTERY_WINDOW answered last.
    """

    skill: str
    answers: int
    questions: int
    share: float

    @property
    def enough(self) -> bool:
        """Whether enough different questions were answered to say anything."""
        return self.questions >= MASTERY_ANSWERS

    @property
    def mastered(self) -> bool:
        """Whether there are enough answers and enough of them are right."""
        return self.enough and self.share >= MASTERY_SHARE


@dataclass(frozen=True, slots=True)
class Streak:
    """Days of learning in a row, one missed day between two of them forgiven (and not counted)."""

    days: int
    longest: int
    last_day: date | None

    def on(self, today: date) -> int:
        """The length of the streak that is alive today; 0 when too many days were missed since."""
        if self.last_day is None or (today - self.last_day).days > 1 + FORGIVEN_DAYS:
            return 0
        return self.days


@dataclass(frozen=True, slots=True)
class Progress:
    """All that is known of a person's learning."""

    lessons: Mapping[str, LessonProgress] = field(default_factory=dict)
    courses: Mapping[str, CourseProgress] = field(default_factory=dict)
    skills: Mapping[str, SkillMastery] = field(default_factory=dict)
    streak: Streak = field(default_factory=lambda: Streak(0, 0, None))
    answers: int = 0

    @property
    def finished_lessons(self) -> frozenset[str]:
        """Ids of the finished lessons, as ``Catalogue.next_lesson`` wants them."""
        return frozenset(name for name, lesson in self.lessons.items() if lesson.finished)


def ordered(attempts: Iterable[Attempt]) -> list[Attempt]:
    """The log in its one order, (answered_at, attempt_id), each attempt once.

    Raises ValueError for an ``answered_at`` without a time zone.
    """
    log = list(attempts)
    for attempt in log:
        if attempt.answered_at.tzinfo is None:
            raise ValueError(f"attempt {attempt.attempt_id}: answered_at has no time zone")
    log.sort(key=lambda a: (a.answered_at, a.attempt_id, a.question_id, a.chosen, a.correct))
    unique: dict[str, Attempt] = {}
    for attempt in log:
        unique.setdefault(attempt.attempt_id, attempt)
    return list(unique.values())


def local_day(moment: datetime) -> date:
    """The day in Vietnam on which a moment falls."""
    return moment.astimezone(VIETNAM).date()


def local_midnight(day: date) -> datetime:
    """When a day begins in Vietnam, in UTC."""
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)


def fold(attempts: Iterable[Attempt], catalogue: Catalogue) -> Progress:
    """The state that follows from a log of answers.

    Answers to questions that have left the catalogue still count for their lesson and the streak.
    """
    log = ordered(attempts)
    lessons = _fold_lessons(log, catalogue)
    return Progress(
        lessons=lessons,
        courses=_sum_courses(lessons, catalogue),
        skills=_fold_skills(log, catalogue),
        streak=_fold_streak(sorted({local_day(attempt.answered_at) for attempt in log})),
        answers=len(log),
    )


def _fold_lessons(log: list[Attempt], catalogue: Catalogue) -> dict[str, LessonProgress]:
    by_lesson: dict[str, dict[str, bool]] = {}
    by_version: dict[tuple[str, str], dict[str, bool]] = {}
    lessons: dict[str, LessonProgress] = {}
    for attempt in log:
        latest = by_lesson.setdefault(attempt.lesson_id, {})
        of_version = by_version.setdefault((attempt.lesson_id, attempt.lesson_version), {})
        latest[attempt.question_id] = of_version[attempt.question_id] = attempt.correct
        before = lessons.get(attempt.lesson_id)
        lessons[attempt.lesson_id] = _after(attempt, latest, of_version, before, catalogue)
    return lessons


def _after(
    attempt: Attempt,
    latest: Mapping[str, bool],
    of_version: Mapping[str, bool],
    before: LessonProgress | None,
    catalogue: Catalogue,
) -> LessonProgress:
    lesson = catalogue.lesson(attempt.lesson_id)
    asked = [question.id for question in lesson.questions] if lesson else list(latest)
    current = [latest[name] for name in asked if name in latest]
    complete = [current] if lesson and len(current) == len(asked) else []
    if 0 < attempt.question_count <= len(of_version):
        complete.append(list(of_version.values()))
    finished_on = before.finished_on if before else None
    if complete and finished_on is None:
        finished_on = local_day(attempt.answered_at)
    return LessonProgress(
        lesson_id=attempt.lesson_id,
        course_id=attempt.course_id,
        answered=len(current),
        correct=sum(current),
        total=len(asked),
        finished_on=finished_on,
        passed=(before is not None and before.passed)
        or any(sum(answers) >= PASS_MARK * len(answers) for answers in complete),
    )


def _sum_courses(lessons: Mapping[str, LessonProgress], catalogue: Catalogue) -> dict[str, CourseProgress]:
    begun = {lesson.course_id for lesson in lessons.values()}
    sums = {}
    for course in catalogue.courses:
        if course.id not in begun:
            continue
        own = [lessons[lesson.id] for lesson in course.lessons if lesson.id in lessons]
        sums[course.id] = CourseProgress(
            course_id=course.id,
            lessons_finished=sum(lesson.finished for lesson in own),
            lessons_passed=sum(lesson.passed for lesson in own),
            lessons_total=len(course.lessons),
            correct=sum(lesson.correct for lesson in own),
            answered=sum(lesson.answered for lesson in own),
            total=sum(len(lesson.questions) for lesson in course.lessons),
        )
    return sums


def _fold_skills(log: list[Attempt], catalogue: Catalogue) -> dict[str, SkillMastery]:
    given: dict[str, list[str]] = {}
    latest: dict[str, dict[str, bool]] = {}
    for attempt in log:
        question = catalogue.question(attempt.question_id)
        if question is not None:
            given.setdefault(question.skill, []).append(question.id)
            answers = latest.setdefault(question.skill, {})
            answers.pop(question.id, None)  # answered again: it moves to the end
            answers[question.id] = attempt.correct
    return {skill: _mastery(skill, len(given[skill]), list(answers.values())) for skill, answers in latest.items()}


def _mastery(skill: str, answers: int, latest: list[bool]) -> SkillMastery:
    window = latest[-MASTERY_WINDOW:]
    return SkillMastery(skill, answers, len(latest), sum(window) / len(window))


def _fold_streak(days: list[date]) -> Streak:
    length = longest = 0
    previous: date | None = None
    for day in days:
        unbroken = previous is not None and (day - previous).days <= 1 + FORGIVEN_DAYS
        length = length + 1 if unbroken else 1
        longest = max(longest, length)
        previous = day
    return Streak(length, longest, previous)
