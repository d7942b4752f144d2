"""``ôn tập``: three questions a day that come back before they are forgotten, those answered wrongly first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.channels.message import Button, Reply
from bot.conversation import drill as drills
from bot.conversation.address import words
from bot.conversation.buttons import button, consent_buttons, to_menu
from bot.conversation.drill import Drill, DrillKind
from bot.conversation.learned import progress_of, record
from bot.conversation.notes import local_day
from bot.conversation.payloads import Verb
from bot.conversation.quiz import Sheet, feedback, question_reply
from bot.conversation.reminders import offered
from bot.conversation.turn import Turn
from bot.texts import text
from lessons.models import Question
from lessons.quiz import grade
from lessons.review import daily_review


def due(turn: Turn) -> list[Question]:
    """The questions still to be reviewed today; none for who is anonymous."""
    learner = turn.learner_id
    if learner is None:
        return []
    attempts = turn.repositories.attempts.of_person(learner)
    return daily_review(attempts, turn.catalogue, turn.message.received_at)


def review_buttons(turn: Turn) -> tuple[Button, ...]:
    """The way to today's review, when there is one."""
    return (button("button.review", Verb.REVIEW),) if due(turn) else ()


def review(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Begin today's review, or say why there is none."""
    learning = button("button.learn", Verb.COURSES)
    if turn.learner_id is None:
        return [Reply(text("review.anonymous"), (consent_buttons()[0], learning, to_menu()))]
    questions = due(turn)
    if not questions:
        progress = progress_of(turn)
        nothing = progress is None or not progress.answers
        return [Reply(text("review.nothing_learnt" if nothing else "review.none_today"), (learning, to_menu()))]
    ids = tuple(question.id for question in questions)
    opened = _opened(turn, drills.begin(turn, DrillKind.REVIEW, ids, len(ids)))
    return [] if opened is None else [Reply(text("review.begin", count=len(ids))), *opened.show(turn)]


def open_review(turn: Turn) -> ReviewRun | None:
    """The review a resident is in the middle of."""
    kept = drills.load(turn, DrillKind.REVIEW)
    return None if kept is None or turn.learner_id is None else _opened(turn, kept)


def _opened(turn: Turn, kept: Drill) -> ReviewRun | None:
    """The review at its next question that still exists; None at its end."""
    while kept.step < len(kept.questions):
        sheet = kept.sheet(turn)
        if sheet is not None:
            return ReviewRun(kept, sheet)
        left = (*kept.questions[: kept.step], *kept.questions[kept.step + 1 :])
        kept = replace(kept, questions=left, total=len(left))
    return None


@dataclass(frozen=True, slots=True)
class ReviewRun:
    """A review with the question that is shown."""

    drill: Drill
    asked: Sheet
    may_pass: bool = False

    @property
    def run(self) -> int:
        """Which run this is."""
        return self.drill.run

    @property
    def step(self) -> int:
        """The place of the question that is shown."""
        return self.drill.step

    @property
    def at(self) -> str:
        """When it was touched last."""
        return self.drill.at

    @property
    def changed(self) -> bool:
        """Whether the question's lesson has changed since it was shown."""
        return self.asked.lesson.version != self.drill.version

    def sheet(self) -> Sheet:
        """The question that is shown."""
        return self.asked

    def show(self, turn: Turn) -> list[Reply]:
        """The question."""
        drills.save(turn, replace(self.drill, version=self.asked.lesson.version, chosen=self.asked.chosen))
        return [question_reply(turn, self.asked)]

    def choose(self, turn: Turn, chosen: tuple[int, ...]) -> list[Reply]:
        """Keep what is chosen so far and show the question with it."""
        drills.save(turn, self.drill.with_chosen(turn, chosen))
        return [question_reply(turn, replace(self.asked, chosen=chosen), edit=True)]

    def answer(self, turn: Turn, places: tuple[int, ...]) -> list[Reply]:
        """Grade and record the answer, say why, go on."""
        chosen = self.asked.ids(turn, places)
        result = grade(self.asked.question, chosen)
        record(turn, self.asked, chosen, result.correct)
        said = feedback(turn, self.asked.question, result)
        moved = self.drill.answered(turn, result.correct)
        following = _opened(turn, moved)
        if following is None:
            drills.save(turn, None)
            return [Reply(said), _done(turn, moved)]
        if turn.easy:
            drills.save(turn, following.drill)
            return [Reply(said, (button("button.next_question", Verb.RESUME),))]
        return [Reply(said), *following.show(turn)]


def _done(turn: Turn, finished: Drill) -> Reply:
    progress = progress_of(turn)
    streak = progress.streak.on(local_day(turn.message.received_at)) if progress is not None else 0
    figures = {"right": sum(finished.results), "total": len(finished.results), "streak": streak}
    return Reply(
        text("review.done", **figures, **words(turn)),
        (button("button.learn", Verb.COURSES), button("button.progress", Verb.PROGRESS), *offered(turn), to_menu()),
    )
