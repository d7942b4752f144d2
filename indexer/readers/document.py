"""What a reader gives back, and how a document is refused."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.lexicon import load_lexicon
from knowledge.text.characters import has_diacritics, normalise, strip_diacritics
from knowledge.text.spelling import is_vietnamese_syllable
from knowledge.yaml_loader import load_yaml

MESSAGES_FILE = Path(__file__).with_name("messages.yaml")

MEGABYTE = 1024 * 1024
FILE_LIMIT = 30 * MEGABYTE  # a scanned plan of fifty pages is about 25 MB
PAGE_LIMIT = 300  # the longest plan seen has nine pages; more is a book put here by mistake
TEXT_LIMIT = 2_000_000  # characters; three hundred full pages have about a million

# Below this share of words spelt like Vietnamese a text is in another language: nothing to restore.
VIETNAMESE_SHARE = 0.6
# In readable Vietnamese 83–87 % of the syllables carry a mark; English text recognition leaves less than 20 %.
MARKED_SHARE = 0.72
# Readable Vietnamese has 98 % syllables of the lexicon among those spelt like one.
KNOWN_SHARE = 0.93
WORDS_TO_JUDGE = 30  # shorter texts say too little about their marks
WORD = re.compile(r"[^\W\d_]+")
# Control characters (not tab, line and page breaks), soft hyphens, zero-width and direction marks.
UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


class DocumentRefusedError(Exception):
    """A document that is not read. ``str()`` is for operators, ``staff_message`` for ward staff, in Vietnamese.

    Both say what to do next.
    """

    def __init__(self, reason: str, file: str, detail: str = "") -> None:
        operators, staff = _messages()[reason]
        self.reason = reason
        self.staff_message = staff.format(file=file, detail=detail)
        super().__init__(operators.format(file=file, detail=detail))


@lru_cache(maxsize=1)
def _messages() -> dict[str, tuple[str, str]]:
    content = load_yaml(MESSAGES_FILE.read_text(encoding="utf-8"))
    return {reason: (texts["operators"], texts["staff"]) for reason, texts in content.items()}


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """The text of a document. ``needs_repair`` when its diacritics were lost; text files have one page."""

    text: str
    pages: int
    needs_repair: bool


def read_text(text: str, pages: int, file: str) -> ReadDocument:
    """Judges a text that was read: refuses an empty or endless one, finds out whether it needs repair."""
    # Wording and tone marks stay as they were written: the text is quoted.
    text = UNSEEN.sub("", unicodedata.normalize("NFC", text))
    if len(text) > TEXT_LIMIT:
        raise DocumentRefusedError("too_long", file, str(TEXT_LIMIT))
    if not any(c.isalnum() for c in text):
        raise DocumentRefusedError("empty", file)
    return ReadDocument(text, pages, needs_repair(text))


def vietnamese_shares(text: str) -> tuple[int, float, float, float]:
    """Words, and the shares spelt like Vietnamese, of these known to the lexicon, of these with a mark."""
    lexicon = load_lexicon()
    words = WORD.findall(normalise(text).lower())
    spelt = [word for word in words if is_vietnamese_syllable(strip_diacritics(word))]
    if not spelt:
        return len(words), 0.0, 0.0, 0.0
    known = sum(1 for word in spelt if word in lexicon.ids and lexicon.vietnamese[lexicon.ids[word]])
    marked = sum(1 for word in spelt if has_diacritics(word))
    return len(words), len(spelt) / len(words), known / len(spelt), marked / len(spelt)


def needs_repair(text: str) -> bool:
    """Whether a Vietnamese text lost its diacritics or had them mangled."""
    words, spelt, known, marked = vietnamese_shares(text)
    if words < WORDS_TO_JUDGE or spelt < VIETNAMESE_SHARE:
        return False
    return marked < MARKED_SHARE or known < KNOWN_SHARE
