"""The placement quiz: ten questions that find the course to start with. Nothing of it goes into the log of answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.channels.message import Button, Reply
from bot.conversation import drill as drills
from bot.conversation.buttons import button, to_menu
from bot.conversation.drill import Drill, DrillKind
from bot.conversation.learned import next_lesson, progress_of
from bot.conversation.payloads import Verb
from bot.conversation.quiz import Sheet, question_reply
from bot.conversation.turn import PLACED, STARTED, Turn
from bot.texts import text
from lessons.placement import PLACEMENT_QUESTIONS, PlacementAnswer, can_place, next_question, place
from lessons.quiz import grade


def offer(turn: Turn) -> list[Reply]:
    """Where to start: at the beginning, by ten questions, or by one's own choice."""
    first = turn.catalogue.lessons[0]
    buttons = (
        button("button.from_start", Verb.LESSON, first.id),
        button("button.placement", Verb.PLACEMENT),
        button("button.all_courses", Verb.COURSES, 0),
        to_menu(),
    )
    return [Reply(text("placement.offer", count=PLACEMENT_QUESTIONS), buttons)]


def placement(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Begin the placement quiz, or go on with it."""
    going_on = open_placement(turn)
    if going_on is not None:
        return going_on.show(turn)
    if not can_place(turn.catalogue):
        return [Reply(text("placement.impossible"), (button("button.all_courses", Verb.COURSES, 0), to_menu()))]
    turn.remember(STARTED, True)
    opened = _opened(turn, drills.begin(turn, DrillKind.PLACEMENT, (), PLACEMENT_QUESTIONS))
    begun = Reply(text("placement.begin", count=PLACEMENT_QUESTIONS))
    return [begun, *(_found(turn, ()) if opened is None else opened.show(turn))]


def open_placement(turn: Turn) -> PlacementRun | None:
    """The placement quiz a resident is in the middle of."""
    kept = drills.load(turn, DrillKind.PLACEMENT)
    return None if kept is None else _opened(turn, kept)


def _opened(turn: Turn, kept: Drill) -> PlacementRun | None:
    """The quiz at its present question, or at the next when that one is gone; None at its end."""
    sheet = kept.sheet(turn)
    if sheet is None:
        question = next_question(_answers(kept), turn.catalogue, f"{turn.chat.id}:{kept.run}")
        if question is None:
            return None
        kept = replace(kept, questions=(*kept.questions[: kept.step], question.id))
        sheet = kept.sheet(turn)
    return None if sheet is None else PlacementRun(kept, sheet)


def _answers(kept: Drill) -> tuple[PlacementAnswer, ...]:
    return tuple(PlacementAnswer(name, right) for name, right in zip(kept.questions, kept.results, strict=False))


@dataclass(frozen=True, slots=True)
class PlacementRun:
    """The placement quiz with the question that is shown."""

    drill: Drill
    asked: Sheet
    may_pass: bool = True

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
        return [question_reply(turn, self.asked, more=self._pass())]

    def choose(self, turn: Turn, chosen: tuple[int, ...]) -> list[Reply]:
        """Keep what is chosen so far and show the question with it."""
        drills.save(turn, self.drill.with_chosen(turn, chosen))
        return [question_reply(turn, replace(self.asked, chosen=chosen), edit=True, more=self._pass())]

    def _pass(self) -> tuple[Button, ...]:
        return (button("button.unknown", Verb.UNKNOWN, self.run, self.step),)

    def answer(self, turn: Turn, places: tuple[int, ...]) -> list[Reply]:
        """Note whether it was right and go on; why is left to the lesson that asks the question again."""
        correct = bool(places) and grade(self.asked.question, self.asked.ids(turn, places)).correct
        said = text("quiz.right" if correct else "placement.wrong" if places else "placement.unknown")
        moved = self.drill.answered(turn, correct)
        following = _opened(turn, moved)
        if following is None:
            drills.save(turn, None)
            return [Reply(said), *_found(turn, _answers(moved))]
        return [Reply(said), *following.show(turn)]


def _found(turn: Turn, answers: tuple[PlacementAnswer, ...]) -> list[Reply]:
    """Where to start."""
    found = place(answers, turn.catalogue)
    turn.remember(PLACED, found.course.id)
    progress = progress_of(turn)
    finished = progress.finished_lessons if progress is not None else frozenset[str]()
    lesson = next_lesson(turn, finished)
    lines = [text("placement.score", right=sum(answer.correct for answer in answers), total=len(answers))]
    lines.append(text("placement.knows_all" if found.knows_all else "placement.found", course=found.course.title))
    start = (button("button.start_here", Verb.LESSON, lesson.id),) if lesson is not None else ()
    return [Reply("\n".join(lines), (*start, button("button.all_courses", Verb.COURSES, 0), to_menu()))]
