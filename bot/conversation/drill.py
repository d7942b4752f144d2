"""Where a resident is in a series of questions outside a lesson: a review or the placement quiz."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from bot.conversation.quiz import Sheet
from bot.conversation.turn import DRILL, Turn


class DrillKind(StrEnum):
    """What the questions are for."""

    REVIEW = "review"
    PLACEMENT = "placement"


@dataclass(frozen=True, slots=True)
class Drill:
    """``questions`` are ids, ``results`` whether the first of them were answered rightly; the next one is shown.

    ``version`` is that of the lesson the shown question is of; ``total`` is how many questions were announced.
    """

    kind: DrillKind
    run: int
    questions: tuple[str, ...]
    total: int
    version: str
    at: str
    results: tuple[bool, ...] = ()
    chosen: tuple[int, ...] = ()

    @property
    def step(self) -> int:
        """The place of the question that is shown."""
        return len(self.results)

    def answered(self, turn: Turn, correct: bool) -> Drill:
        """The drill after an answer."""
        return replace(self, results=(*self.results, correct), chosen=(), at=turn.message.received_at.isoformat())

    def with_chosen(self, turn: Turn, chosen: tuple[int, ...]) -> Drill:
        """The drill with what is chosen so far of the shown question."""
        return replace(self, chosen=chosen, at=turn.message.received_at.isoformat())

    def sheet(self, turn: Turn) -> Sheet | None:
        """The question that is shown; None when it has left the catalogue or the series is over."""
        found = turn.catalogue.question(self.questions[self.step]) if self.step < len(self.questions) else None
        lesson = turn.catalogue.lesson(found.lesson_id) if found is not None else None
        if found is None or lesson is None:
            return None
        chosen = self.chosen if lesson.version == self.version else ()
        return Sheet(lesson, found, self.run, self.step, self.step + 1, self.total, chosen)


def load(turn: Turn, kind: DrillKind | None = None) -> Drill | None:
    """The open drill (of this kind), or None."""
    kept = turn.recall(DRILL)
    if not kept or kind not in (None, kept["kind"]):
        return None
    lists = {name: tuple(kept[name]) for name in ("questions", "results", "chosen")}
    return Drill(**{**kept, **lists, "kind": DrillKind(kept["kind"])})


def save(turn: Turn, drill: Drill | None) -> None:
    """Keep the drill; None: it is over."""
    if drill is None:
        turn.remember(DRILL, None)
        return
    lists = {name: list(getattr(drill, name)) for name in ("questions", "results", "chosen")}
    turn.remember(DRILL, {**asdict(drill), **lists, "kind": drill.kind.value})


def begin(turn: Turn, kind: DrillKind, questions: tuple[str, ...], total: int) -> Drill:
    """A new drill, not yet kept."""
    return Drill(kind, turn.next_count(), questions, total, "", turn.message.received_at.isoformat())
