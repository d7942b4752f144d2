"""What a certificate says, its code and where its page is. Light, unlike drawing the paper."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date

PATH = "/chung-nhan/"  # of the verification page on this server
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without letters that are mistaken for others on paper
CODE_PART = 5
CODE_PARTS = 2  # ten of 31 letters, 49 bits: nobody finds another person's paper by trying


@dataclass(frozen=True, slots=True)
class CertificateData:
    """What a certificate says.

    ``ward`` is the ward with its kind ("phường Lê Đại Hành"), ``code`` what the verification page knows it by,
    ``address`` that page's https address with the code in it, empty when the installation has none: then there is no
    QR code and the paper says whom to ask. ``finished_on`` is the day in Vietnam.
    """

    name: str
    course: str
    ward: str
    lessons: int
    finished_on: date
    code: str
    address: str


def new_code() -> str:
    """A new code, such as ``K7QMA-2RTPX``."""
    parts = ("".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_PART)) for _ in range(CODE_PARTS))
    return "-".join(parts)


def read_code(typed: str) -> str | None:
    """The code a person typed, in small letters and without the hyphen too; None when it cannot be one."""
    letters = [letter for letter in typed.upper() if letter not in " -–."]
    if len(letters) != CODE_PART * CODE_PARTS or any(letter not in CODE_LETTERS for letter in letters):
        return None
    return "-".join("".join(letters[place : place + CODE_PART]) for place in range(0, len(letters), CODE_PART))


def certificate_path(code: str) -> str:
    """The verification page of a code on this server; ending in .png or .pdf it is the paper."""
    return f"{PATH}{code}"
