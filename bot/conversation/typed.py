"""What a typed text means where a button could have been tapped."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from bot.texts import phrases
from knowledge.text import normalise, strip_diacritics

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_NOT_WORDS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"(?:(?:so|cau|muc|chon|dap an|y) )*0*([0-9]{1,3})")
_LETTER = re.compile(r"(?:(?:cau|chon|dap an|y) )*([a-h])")
_COMMAND = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
REMEMBERED_TEXTS = 512  # the wards' names, and a typed text while it is compared with everything
FEWEST_LETTERS = 2  # a question has at least a word; less is a slip of the finger or an emoji


@lru_cache(REMEMBERED_TEXTS)
def plain(text: str) -> str:
    """Lower case words without diacritics, full-width forms or punctuation: what typed texts are compared by."""
    folded = strip_diacritics(normalise(unicodedata.normalize("NFKC", text))).lower()
    return _NOT_PLAIN.sub(" ", folded).strip()


@lru_cache(REMEMBERED_TEXTS)
def marked(text: str) -> str:
    """Lower case words with their diacritics, without punctuation: where marks alone tell two names apart."""
    return _NOT_WORDS.sub(" ", normalise(unicodedata.normalize("NFKC", text)).lower()).strip()


def typed_number(text: str) -> int | None:
    """The 1 of ``1``, ``1.``, ``số 1``, ``câu 1``, ``１``; None when the text is anything else."""
    found = _NUMBER.fullmatch(plain(text))
    return int(found.group(1)) if found else None


def typed_letter(text: str) -> int | None:
    """0 for ``A``, ``a.``, ``chọn A`` and so on; None when the text is anything else."""
    found = _LETTER.fullmatch(plain(text))
    return ord(found.group(1)) - ord("a") if found else None


def typed_letters(text: str) -> list[int] | None:
    """Several letters or numbers, ``A, C``, ``1 3``, ``bac``, as positions from 0; None when anything else."""
    words = plain(text).split()
    if len(words) == 1 and words[0].isalpha():
        words = list(words[0])
    if not words or not all(re.fullmatch(r"[a-h]|[1-8]", word) for word in words):
        return None
    return [int(word) - 1 if word.isdigit() else ord(word) - ord("a") for word in words]


def has_words(text: str) -> bool:
    """Whether the text says anything: emoji, punctuation or a single letter do not."""
    return sum(character.isalnum() for character in text) >= FEWEST_LETTERS


@cache
def _intents() -> dict[str, str]:
    return {
        (phrase if phrase.startswith("/") else plain(phrase)): name
        for name, entries in phrases().items()
        for phrase in entries
    }


def says_stop(text: str) -> bool:
    """Whether the text is a stop word with its marks, or a command: "dừng" must not be taken for a button "Đúng"."""
    said = " ".join(unicodedata.normalize("NFC", text.casefold()).split()).rstrip(".!")
    return said in phrases()["stop"]


def command(text: str) -> tuple[str | None, str] | None:
    """The name of a command in phrases.yaml (None: an unknown one) and the words after it; None: no command."""
    found = _COMMAND.fullmatch(strip_diacritics(text.split("\n", 1)[0]).lower()) if text.startswith("/") else None
    if found is None:
        return None
    words = text.split(maxsplit=1)
    return _intents().get("/" + found.group(1)), words[1].strip() if len(words) > 1 else ""


def intent(text: str) -> str | None:
    """The name of the phrase in phrases.yaml that the whole text is, or None."""
    return _intents().get(plain(text))
