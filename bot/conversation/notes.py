"""Citations as residents read them: title, section, quoted passage and a note with dates."""

from __future__ import annotations

from datetime import date, datetime

from bot.channels.message import CitationNote
from bot.texts import text
from knowledge.answer_types import Citation
from lessons.progress import VIETNAM, local_day

__all__ = ["citation_notes", "local_day", "worded_date", "worded_day"]


SOURCES_LIMIT = 120  # characters: two lines of small print on a phone


def citation_notes(citations: tuple[Citation, ...], today: date) -> tuple[CitationNote, ...]:
    """The sources under an answer."""
    return tuple(
        CitationNote(citation.title, citation.section, citation.passage, _note(citation, today))
        for citation in citations
    )


def _note(citation: Citation, today: date) -> str:
    parts = []
    until = citation.valid_until
    if until is not None and _last_day(until) < today:
        parts.append(text("note.expired", date=worded_date(until)))
    else:
        parts += _applies(citation.valid_from, until)
    if citation.checked_on:
        parts.append(text("note.checked", date=worded_date(citation.checked_on)))
    # A restored scan is said to be one in its source.
    return "; ".join([*parts, *_first_sources(citation.source or "")])


def _applies(first: str | None, last: str | None) -> list[str]:
    if first and last:
        return [text("note.between", first=worded_date(first), last=worded_date(last))]
    if first:
        return [text("note.from", date=worded_date(first))]
    return [text("note.until", date=worded_date(last))] if last else []


def _first_sources(written: str) -> list[str]:
    """The first sources, as many as a note has room for; at least one."""
    sources = [source.strip() for source in written.split(";") if source.strip()]
    shown = sources[:1]
    for source in sources[1:]:
        if len("; ".join([*shown, source])) > SOURCES_LIMIT:
            break
        shown.append(source)
    return shown


def worded_date(written: str) -> str:
    """``2025-07-01`` → "ngày 01/07/2025", ``2025-07`` → "tháng 07/2025", ``2025`` → "năm 2025"."""
    parts = written.split("-")
    if len(parts) == 3:
        return text("note.day", day=parts[2], month=parts[1], year=parts[0])
    if len(parts) == 2:
        return text("note.month", month=parts[1], year=parts[0])
    return text("note.year", year=parts[0])


def worded_day(day: date) -> str:
    """``dd/mm/yyyy``."""
    return day.strftime("%d/%m/%Y")


def worded_time(at: datetime) -> str:
    """A moment as the clock in Vietnam shows it: ``20:00 ngày 21/11/2026``."""
    local = at.astimezone(VIETNAM)
    return text("note.time", clock=local.strftime("%H:%M"), date=worded_day(local.date()))


def _last_day(written: str) -> date:
    """The last day a date of any precision covers."""
    parts = [int(part) for part in written.split("-")]
    if len(parts) == 3:
        return date(parts[0], parts[1], parts[2])
    year, month = parts[0], parts[1] if len(parts) == 2 else 12
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
