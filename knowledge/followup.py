"""Questions that lean on the one before: "còn lệ phí thì sao?", "thế xã Đại Sơn?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.guide_parts import asked_parts
from knowledge.question import Question, read_question
from knowledge.wards import Wards

_LEANS = re.compile(
    r"^(con|the con|vay con|the|vay|the thi|vay thi|roi|xong|con ve|neu vay|neu the|ngoai ra)\b"
    r"|\b(thi sao|no|cai (do|nay|ay)|viec (do|nay|ay)|thu tuc (do|nay|ay)|o tren|vua (roi|noi|hoi))\b"
)
_FILLER = re.compile(
    r"^(còn|thế còn|vậy còn|thế thì|vậy thì|thế|vậy|rồi|con|the con|vay con|the|vay)\s+", re.IGNORECASE
)
_TAIL = re.compile(r"\s*(thì sao|thi sao|nhỉ|thế nào|hả)\s*\??$", re.IGNORECASE)
FEW_WORDS = 3  # meaningful words; a question with more stands on its own
LOOKED_BACK = 3  # earlier questions that may hold what a chain of short ones is about


def leans(question: Question) -> bool:
    """Whether a question needs the one before to be understood."""
    meaningful = sum(1 for token, share in question.meaning.folded.items() if share == 1.0 and "_" not in token)
    if meaningful > FEW_WORDS:
        return False
    bare = meaningful <= 1 and not question.topics
    only_part = bool(asked_parts(question.plain)) and meaningful <= 2 and not question.topics
    only_ward = bool(question.mentions.wards) and meaningful == 0
    return _LEANS.search(question.plain) is not None or bare or only_part or only_ward


def joined(question: Question, previous: Sequence[str], wards: Wards | None = None) -> Question:
    """The question with what it leans on; the question itself when nothing before stands on its own."""
    for text in reversed(previous[-LOOKED_BACK:]):
        earlier = read_question(text, wards=wards)
        if earlier.empty or leans(earlier):
            continue
        bare = _TAIL.sub("", _FILLER.sub("", question.text.strip())).strip(" ?.!")
        # A ward named now takes the place of the one named before.
        base = earlier.mentions.rest if question.mentions.wards else text
        return read_question(f"{base.strip(' ?.!')} {bare}", wards=wards)
    return question
