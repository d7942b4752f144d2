"""The questions of a ward in groups of one meaning, counted for staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from bot.store.naming import natural_key
from bot.store.tables import ResidentialGroup, UnansweredQuestion
from knowledge.grouping import QuestionGrouper

# Newest first: more would take a second to read anew, and nobody reads on.
ROWS = 1000
RIGHT, WRONG = "marked_right", "marked_wrong"


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Open questions of one meaning, oldest first. ``places`` counts them by residential group ("" for none)."""

    questions: tuple[UnansweredQuestion, ...]
    right: int
    places: tuple[tuple[str, int], ...]

    @property
    def text(self) -> str:
        """How it was asked first."""
        return self.questions[0].text

    @property
    def wrong(self) -> int:
        """How often an answer was marked as wrong."""
        return sum(question.reason == WRONG for question in self.questions)

    @property
    def waiting(self) -> int:
        """How many want to be told."""
        return len({question.tell_chat_id for question in self.questions if question.tell_chat_id is not None})

    @property
    def last_asked(self) -> datetime:
        """When it was asked last."""
        return max(question.asked_at for question in self.questions)

    @property
    def sources(self) -> tuple[str, ...]:
        """What the answers marked as wrong rested on."""
        return tuple(dict.fromkeys(one.answered_from for one in self.questions if one.answered_from))


def questions_of(session: Session, ward_code: str | None) -> tuple[list[UnansweredQuestion], dict[int, str]]:
    """The newest open and right-marked questions of a ward (None: of residents without one), and group names."""
    mine = UnansweredQuestion.ward_code == ward_code if ward_code else col(UnansweredQuestion.ward_code).is_(None)
    shown = col(UnansweredQuestion.closed_at).is_(None) | (col(UnansweredQuestion.reason) == RIGHT)
    statement = select(UnansweredQuestion).where(mine, shown).order_by(col(UnansweredQuestion.id).desc()).limit(ROWS)
    rows = list(session.exec(statement))[::-1]
    names = {
        row.id or 0: row.name
        for row in session.exec(select(ResidentialGroup).where(ResidentialGroup.ward_code == ward_code))
    }
    return rows, names


def grouped(rows: Sequence[UnansweredQuestion], names: dict[int, str], grouper: QuestionGrouper) -> list[QuestionGroup]:
    """Groups with an open question, the most asked first."""
    groups: list[QuestionGroup] = []
    for members in grouper.groups([row.text for row in rows]):
        of_group = [rows[member] for member in members]
        waiting = tuple(row for row in of_group if row.closed_at is None)
        if not waiting:
            continue
        places = Counter(names.get(row.group_id or 0, "") for row in waiting)
        ordered = sorted(places.items(), key=lambda place: (place[0] == "", natural_key(place[0])))
        groups.append(QuestionGroup(waiting, sum(row.reason == RIGHT for row in of_group), tuple(ordered)))
    return sorted(groups, key=lambda group: (-len(group.questions), -group.last_asked.timestamp()))
