"""What staff type of an answer, checked."""

from __future__ import annotations

import re
from datetime import date

from bot.staff.context import FormProblemError, day_of
from bot.store.staff_answers import Draft

QUESTION_LIMIT = 200  # characters; it is shown in buttons, in citations and in the notice to the asker
TEXT_LIMIT = 550  # characters: with whose answer it is, and of which day, it fits the 700 of one answer
WORDINGS_LIMIT = 20  # other ways to ask; more add nothing to what the search finds
WORDING_LIMIT = 200
_MASK = re.compile(r"\[[^\[\]]{3,30}\]")  # "[số điện thoại]", put in the place of a private number: nobody asks that


def read_answer(form: dict[str, str], today: date, wordings: tuple[str, ...] | None = None) -> Draft:
    """The answer in a form; ``wordings`` take the place of those typed. Raises FormProblemError."""
    question = " ".join(form.get("question", "").split())
    text = form.get("text", "").replace("\r", "").strip()
    if not question or len(question) > QUESTION_LIMIT:
        raise FormProblemError("answer_question_length")
    if not text or len(text) > TEXT_LIMIT:
        raise FormProblemError("answer_length")
    try:
        valid_until = day_of(form.get("valid_until", ""))
    except ValueError as error:
        raise FormProblemError("answer_day_wrong") from error
    if valid_until is not None and valid_until < today:
        raise FormProblemError("answer_day_past")
    typed = form.get("wordings", "").split("\n") if wordings is None else wordings
    return Draft(question, text, _other_wordings(question, typed), valid_until)


def _other_wordings(question: str, typed: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    bare = (" ".join(_MASK.sub(" ", wording).split())[:WORDING_LIMIT] for wording in typed)
    others = {wording.casefold(): wording for wording in bare if wording and wording.casefold() != question.casefold()}
    return tuple(others.values())[:WORDINGS_LIMIT]
