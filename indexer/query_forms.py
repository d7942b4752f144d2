"""The forms a question is measured in: as written, without diacritics, and as a hurried thumb types it."""

from __future__ import annotations

import random
import re
import unicodedata

from knowledge.text import strip_diacritics

FORMS = ("plain", "nodiacritics", "noisy")
SHORTENED_SHARE = 0.5  # of the phrases that have a common short form
TYPO_SHARE = 0.08  # of the words
UNMARKED_SHARE = 0.6  # of the words lose their diacritics
_SHORT_FORMS = {
    "không": "k", "được": "dc", "gì": "j", "vậy": "z", "như thế nào": "ntn", "làm sao": "lsao", "bao nhiêu": "bn",
    "đăng ký": "dk", "căn cước": "cccd", "dịch vụ công": "dvc", "trực tuyến": "tt", "bảo hiểm y tế": "bhyt",
    "giấy phép lái xe": "gplx", "tài khoản": "tk", "mật khẩu": "mk", "số điện thoại": "sdt", "công an": "ca",
    "thủ tục hành chính": "tthc", "ủy ban nhân dân": "ubnd", "tổ dân phố": "tdp", "báo cáo": "bc", "với": "vs",
    "mình": "mk", "người": "ng", "rồi": "r", "bây giờ": "bh", "trước": "trc", "làm": "lm", "cũng": "cx",
    "khi nào": "kn",
}  # fmt: skip


def in_form(text: str, form: str, rng: random.Random) -> str:
    """``text`` in one of FORMS. Raises ValueError for another form."""
    if form == "plain":
        return text
    if form == "nodiacritics":
        return strip_diacritics(text)
    if form == "noisy":
        return _noisy(text, rng)
    raise ValueError(f"unknown form {form!r}; the forms are {', '.join(FORMS)}")


def _noisy(text: str, rng: random.Random) -> str:
    """Short forms, typos and dropped marks by chance; capitals and the final mark always dropped."""
    text = unicodedata.normalize("NFC", text).lower().rstrip(" ?.!")
    for phrase, short in _SHORT_FORMS.items():
        if phrase in text and rng.random() < SHORTENED_SHARE:
            text = re.sub(rf"(?<!\S){re.escape(phrase)}(?!\S)", short, text)
    words = []
    for word in text.split():
        typed = _typo(word, rng) if rng.random() < TYPO_SHARE else word
        words.append(strip_diacritics(typed) if rng.random() < UNMARKED_SHARE else typed)
    return " ".join(words)


def _typo(word: str, rng: random.Random) -> str:
    """Two letters swapped, one dropped or one doubled; words of one or two letters are typed right."""
    if len(word) < 3:
        return word
    at = rng.randrange(len(word) - 1)
    return rng.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        ]
    )
