"""Takes private numbers out of a question before anything of it is kept, and notices secrets sent by mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.texts import text
from knowledge.text import normalise, strip_diacritics


class Private(StrEnum):
    """What a masked piece was."""

    PHONE = "phone"
    IDENTITY = "identity"
    ACCOUNT = "account"
    CARD = "card"
    EMAIL = "email"
    OTP = "otp"
    PASSWORD = "password"  # noqa: S105 - the name of a kind, no secret


SECRETS = frozenset({Private.OTP, Private.PASSWORD, Private.CARD})  # with these somebody can take money


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without private pieces, and what they were, in order."""

    text: str
    kinds: tuple[Private, ...]

    @property
    def secrets(self) -> tuple[Private, ...]:
        """The secrets among them, each once: such a text is never kept."""
        return tuple(dict.fromkeys(kind for kind in self.kinds if kind in SECRETS))


_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_DIGITS = re.compile(r"(?<![\w/])\+?\d(?:[ .\-]?\d){7,18}(?![\w/])")
# "10.000.000 đồng" and "22.12.2024" are digits and dots too, and are no private numbers.
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_DATE = re.compile(r"(?:[0-3]?\d[.\- ][01]?\d[.\- ](?:19|20)\d\d)|(?:(?:19|20)\d\d[.\-][01]\d[.\-][0-3]\d)")
_SHORT_PIN = re.compile(
    r"\b(?:otp|ma (?:otp|pin|xac thuc|xac minh|xac nhan|kich hoat|bi mat)|pin|passcode|cvv)\b"
    r"(?:\s+(?!co\b|gom\b|dai\b)[a-z]+){0,4}?\s*[:=]?\s*(\d(?:[ \-]?\d){2,7})"
    r"(?![\d/]|\s*(?:so|chu so|ky tu|phut|lan|dong|d)\b)"
)
_PASSWORD = re.compile(
    r"\b(?:mat khau|password|pass|mk)\b(?:\s+(?:cua|toi|em|minh|chau|tai khoan|vneid|zalo|facebook|ngan hang|moi|cu))*"
    r"\s*(?P<mark>[:=]|\bla\b)\s*(?P<secret>\S{4,40})"
)
_BEFORE_WINDOW = 24  # characters before a number that may say what it is: "số tài khoản của tôi là"
_ACCOUNT_WORDS = re.compile(r"\b(?:stk|tk|so tk|tai khoan|so tai khoan|account)\b")
_CARD_WORDS = re.compile(r"\b(?:so the|the (?:visa|master|mastercard|atm|ngan hang|tin dung|ghi no)|card)\b")
_IDENTITY_WORDS = re.compile(
    r"\b(?:cccd|cmnd|cmt|can cuoc|chung minh|dinh danh|ho chieu|giay to|bhxh|bhyt|ma so thue)\b"
)
CARD_LENGTHS = range(13, 20)  # ISO/IEC 7812 card numbers
IDENTITY_LENGTHS = (9, 12)  # the old identity card and the present one
PHONE_LENGTHS = (10, 11)  # with the leading zero: mobile and fixed line


def mask(question: str) -> Masked:
    """The question with every private piece replaced by a word in brackets; never raises."""
    written = normalise(question)
    spans = _spans(written, "".join(strip_diacritics(letter)[:1] or letter for letter in written).lower())
    kinds: list[Private] = []
    pieces: list[str] = []
    end = 0
    for start, stop, kind in sorted(spans):
        if start < end:
            continue
        pieces += [written[end:start], text(_NAMES[kind])]
        kinds.append(kind)
        end = stop
    return Masked("".join([*pieces, written[end:]]), tuple(kinds))


_NAMES = {
    Private.PHONE: "mask.phone",
    Private.IDENTITY: "mask.identity",
    Private.ACCOUNT: "mask.account",
    Private.CARD: "mask.card",
    Private.EMAIL: "mask.email",
    Private.OTP: "mask.otp",
    Private.PASSWORD: "mask.password",
}


def _spans(written: str, folded: str) -> list[tuple[int, int, Private]]:
    spans = [(*found.span(), Private.EMAIL) for found in _EMAIL.finditer(written)]
    spans += [
        (*found.span("secret"), Private.PASSWORD)
        for found in _PASSWORD.finditer(folded)
        if _looks_secret(written[slice(*found.span("secret"))], found["mark"])
    ]
    spans += [(*found.span(1), Private.OTP) for found in _SHORT_PIN.finditer(folded)]
    for found in _DIGITS.finditer(written):
        kind = _number_kind(found.group(), folded[max(0, found.start() - _BEFORE_WINDOW) : found.start()])
        if kind is not None:
            spans.append((*found.span(), kind))
    return spans


def _looks_secret(word: str, mark: str) -> bool:
    """A password, not "mật khẩu là gì": it has a digit or sign in it, or is a plain ASCII word after a colon."""
    bare = word.strip("\"'.,!?;:")
    mixed = any(c.isdigit() for c in bare) or any(not c.isalnum() for c in bare)
    return len(bare) >= 4 and bare.isascii() and (mixed or mark in ":=")


def _number_kind(written: str, before: str) -> Private | None:
    digits = re.sub(r"\D", "", written)
    if _CARD_WORDS.search(before) or (len(digits) in CARD_LENGTHS and _passes_luhn(digits)):
        return Private.CARD if len(digits) in CARD_LENGTHS else Private.ACCOUNT
    if _ACCOUNT_WORDS.search(before):
        return Private.ACCOUNT
    if _IDENTITY_WORDS.search(before):
        return Private.IDENTITY
    if _AMOUNT.fullmatch(written) or _DATE.fullmatch(written):
        return None
    local = "0" + digits[2:] if written.startswith("+84") or (digits[:2] == "84" and len(digits) == 11) else digits
    if local.startswith("0") and len(local) in PHONE_LENGTHS:
        return Private.PHONE
    if len(digits) in IDENTITY_LENGTHS:
        return Private.IDENTITY
    return Private.ACCOUNT if len(digits) > PHONE_LENGTHS[0] else None


def _passes_luhn(digits: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, character in enumerate(reversed(digits)):
        value = int(character) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
