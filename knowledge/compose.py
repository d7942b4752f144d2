"""Words an answer: an extract of the material that says whose it is and when it was checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from knowledge.answer_types import ANSWER_LIMIT, PASSAGE_LIMIT, Citation
from knowledge.documents import DocumentInfo, Passage
from knowledge.extract import best_sentence, quote, shorten
from knowledge.replies import day, day_without_zeros, reply
from knowledge.topics import LIST_ROLE
from knowledge.wards import Ward

_HEADING = re.compile(r"^(?:[IVX]+\.|\d{1,2}(?:\.\d{1,2})*\.?|[a-zđ]\)|\(\d{1,2}\))\s*")
_NUMBER_BLANK = re.compile(r"Số:\s*/")
HEADING_MATCH = 20  # letters of a heading that show it is already at the beginning of the text
HEADING_ROOM = 60
_PARTS = ("bring", "steps", "fee", "where", "beware")
# What a guide shows when the question asks for nothing particular, as long as it fits.
_USUAL_PARTS = ("steps", "bring", "fee")
# A signer's block or a date is compared whole: one line of it ("TM. …") says nothing.
SHORT_PASSAGE = 120
SMALLEST_PART = 80  # characters; a part cut shorter than this is left out


def plan_answer(
    passage: Passage,
    ward: Ward | None,
    meaning: Mapping[str, float],
    *,
    by_successor: bool = False,
    asks_list: bool = False,
    notes: Sequence[str] = (),
    with_heading: bool = True,
    limit: int = ANSWER_LIMIT,
) -> str:
    """The extract of a plan's passage, prefixed with whose plan it is and what no longer stands of it."""
    opening = "\n".join([*([plan_opening(ward, by_successor)] if ward else []), *notes])
    closing = reply("plan", "number_blank") if _NUMBER_BLANK.match(passage.text) else ""
    room = limit - len(opening) - len(closing) - 2
    text = headed(passage) if with_heading else passage.text
    body = quote(text, room, meaning, evenly=asks_list and passage.role == LIST_ROLE)
    return "\n".join(part for part in (opening, body, closing) if part)


def headed(passage: Passage) -> str:
    """A passage's text below the heading it stands under, when the heading is no part of it: "1. Phòng Văn hóa…"."""
    heading = passage.path[-1] if passage.path else ""
    named = _HEADING.sub("", heading)
    if not named or passage.text.startswith(heading) or named[:HEADING_MATCH] in passage.text[:HEADING_ROOM]:
        return passage.text
    return f"{heading}\n{passage.text}"


def plan_opening(ward: Ward, by_successor: bool = False) -> str:
    """ "Theo kế hoạch của phường …:" with the day a merged ward ended."""
    if ward.ended is None:
        return reply("plan", "from", ward=ward.name)
    ended = day_without_zeros(ward.ended)
    if by_successor and ward.successor:
        return reply("plan", "from_successor", ward=ward.name, ended=ended, successor=ward.successor)
    return reply("plan", "from_ended", ward=ward.name, ended=ended)


def compared_line(passage: Passage | None, ward: Ward, meaning: Mapping[str, float], limit: int, mark: str = "") -> str:
    """One line of a comparison: the ward and the sentence of its plan, or that the plan does not say.

    ``mark`` says in a few words that the plan no longer stands.
    """
    name = ward.name[:1].upper() + ward.name[1:]
    if ward.ended:
        name += f" (trước {day_without_zeros(ward.ended)})"
    elif mark:
        name += f" ({mark})"
    start = f"- {name}: "
    text = ""
    if passage:
        _, _, below = passage.text.partition("\n")
        body = below if passage.role == LIST_ROLE and below else passage.text
        short = "; ".join(line.strip(" -;") for line in body.split("\n"))
        if len(short) <= SHORT_PASSAGE:
            text = short
        elif passage.role == LIST_ROLE:
            text = shorten(short, limit - len(start))
        else:
            text = best_sentence(body, limit - len(start), meaning)
    return start + (text or reply("plan", "compare_missing"))


def guide_answer(
    sections: Sequence[Passage],
    asked: Sequence[str],
    matched: str,
    meaning: Mapping[str, float],
    *,
    notes: Sequence[str] = (),
    limit: int = ANSWER_LIMIT,
) -> tuple[str, list[Passage]]:
    """The answer of a guide and the sections it shows: the answer sentence, then the parts asked for, as they fit.

    ``matched`` is the section that fitted the question best; ``notes`` say what no longer stands of the guide.
    """
    by_role = {section.role: section for section in sections}
    answer = by_role.get("answer") or sections[0]
    closing = _closing(answer.document, notes)
    room = limit - len(closing) - 1
    text = quote(answer.text, room, meaning)
    shown = [answer]
    wanted = list(dict.fromkeys([*asked, *((matched,) if matched in _PARTS else ())]))
    for role in dict.fromkeys((*wanted, *_USUAL_PARTS)):
        section = by_role.get(role)
        if section is None:
            continue
        heading = f"\n{reply('guide', role)}\n"
        space = room - len(text) - len(heading)
        body = quote(section.text, space, meaning) if space >= SMALLEST_PART else ""
        if not body or (body != section.text.strip() and role not in wanted):
            continue
        text += heading + body
        shown.append(section)
    return text + (f"\n{closing}" if closing else ""), shown


def _closing(document: DocumentInfo, notes: Sequence[str]) -> str:
    lines = [*notes]
    if document.checked_on:
        lines.append(reply("guide", "checked", day=day(document.checked_on)))
    return "\n".join(lines)


def citation(passages: Sequence[Passage], score: float) -> Citation:
    """The citation of one passage, or of the sections of one guide that an answer shows."""
    first = passages[0]
    document = first.document
    text = headed(first) if len(passages) == 1 else "\n".join(passage.text for passage in passages)
    section = first.section if len(passages) == 1 else ", ".join(p.path[-1] for p in passages if p.path)
    return Citation(
        document=document.id,
        title=document.title,
        section=section,
        passage=_clipped(text),
        ward=document.ward,
        score=round(score, 4),
        valid_from=document.valid_from,
        valid_until=document.valid_until,
        checked_on=document.checked_on,
        source=_source(document),
    )


def _clipped(text: str) -> str:
    return text if len(text) <= PASSAGE_LIMIT else shorten(text, PASSAGE_LIMIT)


def _source(document: DocumentInfo) -> str | None:
    if not document.restored:
        return document.source
    # First, because a note has room for the first sources only.
    note = reply("plan", "restored")
    return f"{note}; {document.source}" if document.source else note


def short_topic(passage: Passage) -> str:
    """What a passage is about, for a choice: a guide's title, or the heading of a plan's section."""
    if passage.document.ward is None:
        return passage.document.title
    return passage.path[-1] if passage.path else passage.document.title


__all__ = [
    "citation",
    "compared_line",
    "guide_answer",
    "plan_answer",
    "plan_opening",
    "short_topic",
]
