"""Telex and VNI keystrokes left in the text when the keyboard did not turn them into diacritics."""

from __future__ import annotations

import re
import unicodedata

from knowledge.text.characters import place_tones, strip_diacritics
from knowledge.text.spelling import is_vietnamese_syllable

_CIRCUMFLEX, _HORN, _BREVE = "\u0302", "\u031b", "\u0306"
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VNI_SHAPES = {"6": (_CIRCUMFLEX, "aeo"), "7": (_HORN, "ou"), "8": (_BREVE, "a")}
_VNI = re.compile(r"[a-z]+(?:[1-9][a-z]*)+")
_VOWELS = "aeiouy"
_LONGEST = 12  # keystrokes; "nghieengx" is 9 and VNI adds one for each mark


def _nucleus(letters: str) -> int:
    """Index of the letter that carries the tone in a syllable with its shape marks (NFC), or -1."""
    start = 2 if letters.startswith(("qu", "gi")) and len(letters) > 2 and _is_vowel(letters[2]) else 0
    vowels = [index for index in range(start, len(letters)) if _is_vowel(letters[index])]
    if not vowels:
        return -1
    shaped = [index for index in vowels if strip_diacritics(letters[index]) != letters[index]]
    if shaped:
        return shaped[-1]
    if len(vowels) == 1:
        return vowels[0]
    closed = vowels[-1] != len(letters) - 1
    return vowels[1] if closed or len(vowels) == 3 else vowels[0]


def _is_vowel(letter: str) -> bool:
    return strip_diacritics(letter) in _VOWELS


def _compose(letters: str, tone: str) -> str | None:
    """The syllable with its tone put on, or None when Vietnamese has no such spelling."""
    if not is_vietnamese_syllable(strip_diacritics(letters)):
        return None
    if not tone:
        return letters
    index = _nucleus(letters)
    if index < 0:
        return None
    toned = unicodedata.normalize("NFC", letters[: index + 1] + tone + letters[index + 1 :])
    return place_tones(toned)


def decode_telex(token: str) -> str | None:
    """``dichj`` → ``dịch``, ``dduwowcj`` → ``được``; None when the token holds no Telex or gives no syllable."""
    if not token.isascii() or not token.isalpha() or len(token) > _LONGEST:
        return None
    tone = ""
    letters = ""
    for key in token:
        if key in _TELEX_TONES and letters and any(map(_is_vowel, letters)) and not tone:
            tone = _TELEX_TONES[key]
        else:
            letters = _telex_key(letters, key)
    return None if letters == token else _compose(letters, tone)


def _telex_key(letters: str, key: str) -> str:
    """The letters after one more keystroke: doubled letters and w put shape marks on what stands before."""
    if key == "d" and letters == "d":
        return "đ"
    if key in "aeo" and key in letters:
        position = letters.rindex(key)
        return letters[:position] + unicodedata.normalize("NFC", key + _CIRCUMFLEX) + letters[position + 1 :]
    if key != "w":
        return letters + key
    for pair, shaped in (("uo", "ươ"), ("ưo", "ươ"), ("o", "ơ"), ("u", "ư"), ("a", "ă")):
        if pair in letters:
            return letters.replace(pair, shaped, 1)
    return letters + "ư"


def decode_vni(token: str) -> str | None:
    """``dich5`` → ``dịch``, ``d9uo7c5`` → ``được``; None when the token holds no VNI or gives no syllable."""
    if len(token) > _LONGEST or not _VNI.fullmatch(token):
        return None
    tone = ""
    letters = ""
    for key in token:
        if key in _VNI_TONES:
            if tone:
                return None
            tone = _VNI_TONES[key]
        elif key == "9":
            if "d" not in letters:
                return None
            letters = letters.replace("d", "đ", 1)
        elif key in _VNI_SHAPES:
            shaped = _vni_shape(letters, *_VNI_SHAPES[key])
            if shaped is None:
                return None
            letters = shaped
        else:
            letters += key
    return _compose(letters, tone)


def _vni_shape(letters: str, mark: str, carriers: str) -> str | None:
    """Puts a shape mark on the last letter that can carry it; ``uo7`` marks both letters, as the layout does."""
    for index in range(len(letters) - 1, -1, -1):
        if letters[index] in carriers:
            marked = letters[:index] + unicodedata.normalize("NFC", letters[index] + mark) + letters[index + 1 :]
            return marked.replace("uơ", "ươ")
    return None
