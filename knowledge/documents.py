"""What the material is made of: documents with dates, cut into passages that carry their path.

A document is a ward's plan, a service guide, a lesson or a staff answer. The indexer makes passages of it; the
index stores them; an answer cites them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class DocumentKind(StrEnum):
    """What a document is; decides how an answer from it is worded."""

    PLAN = "plan"
    GUIDE = "guide"
    LESSON = "lesson"
    STAFF_ANSWER = "staff_answer"
    NOT_COVERED = "not_covered"
    """A topic without an answer (knowledge/not_covered.yaml), found so that nothing else is mistaken for it."""


PUBLIC_TOPIC = "public"
"""Role of a topic not covered that is an office's business: the reply says which desk to ask."""

PATH_SEPARATOR = " › "


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """Where a passage comes from.

    ``ward`` is a ward code, or None for national material. Dates are ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; None
    when the document does not state one. ``superseded_by`` is the name of the ward that took over after a merger.
    ``restored`` marks a scan whose diacritics were restored by the program. ``amended_by`` and ``replaced_by`` name the
    document that changed parts of this one or took its place, with its date, as they are shown. ``about_ward`` is the
    code of the one ward that a national guide is about: nobody else is told of it who names no place.
    """

    id: str
    kind: DocumentKind
    title: str
    ward: str | None = None
    number: str | None = None
    date: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    checked_on: str | None = None
    signer: str | None = None
    source: str | None = None
    superseded_by: str | None = None
    restored: bool = False
    sources: tuple[str, ...] = ()
    amended_by: str | None = None
    replaced_by: str | None = None
    about_ward: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that can be quoted on its own.

    ``path`` is the chain of headings, outermost first, for example
    ``("III. Tiêu chí thi đua", "1.", "b) Đối với Mặt trận Tổ quốc")``. ``text`` is what is quoted.
    ``questions`` are phrasings residents use that this passage answers; they are indexed, never quoted.
    ``role`` names the part of a guide ("answer", "bring", "steps", "fee", "where", "beware");
    in a plan "list" marks a whole section or the titles of its items; else "".
    """

    id: str
    document: DocumentInfo
    path: tuple[str, ...]
    text: str
    questions: tuple[str, ...] = field(default=())
    role: str = ""

    @property
    def section(self) -> str:
        """The path as it is shown in a citation."""
        return PATH_SEPARATOR.join(self.path)
