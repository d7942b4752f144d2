"""Whether a document still stands: it ended, another took its place, or another changed parts of it."""

from __future__ import annotations

from datetime import date

from knowledge.documents import DocumentInfo
from knowledge.replies import day, reply


def has_lapsed(document: DocumentInfo, today: date) -> bool:
    """Whether the last day a document covers is past; ``2030`` and ``2030-06`` cover all of the year or month."""
    until = document.valid_until
    return until is not None and until < today.isoformat()[: len(until)]


def short_standing(document: DocumentInfo, today: date) -> str:
    """That a document no longer stands, in a few words for a line of a list; "" when it does."""
    if document.replaced_by:
        return reply("standing", "replaced_short")
    return reply("standing", "lapsed_short") if has_lapsed(document, today) else ""


def standing(document: DocumentInfo, today: date, *, ended_ward: bool = False) -> tuple[str, ...]:
    """What must be said with an extract of a document that no longer stands as it was written; a sentence each.

    ``ended_ward``: the answer already says that the plan is that of a ward which exists no more.
    """
    lines: list[str] = []
    if document.replaced_by:
        lines.append(reply("standing", "replaced", by=document.replaced_by))
    elif has_lapsed(document, today) and not ended_ward:
        lines.append(reply("standing", "lapsed", day=day(document.valid_until or "")))
    if document.amended_by:
        lines.append(reply("standing", "amended", by=document.amended_by))
    return tuple(lines)
