"""Reading JSON that somebody else wrote: every access checks the type, nothing is trusted to be there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

JsonObject = Mapping[str, object]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# No control character but line feed and tab means anything in a chat text.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
SURROGATES = re.compile("[\ud800-\udfff]")
UNCLEAN = re.compile(f"{CONTROLS.pattern}|{SURROGATES.pattern}")
# Longest identifier accepted from a platform; real ones are below 70 characters.
IDENTIFIER_LIMIT = 200


def clean(text: str) -> str:
    """The text without what a database refuses: NUL and other controls go, lone surrogates become U+FFFD.

    The result is NFC, so that letters composed on a phone equal those of the material.
    """
    if UNCLEAN.search(text):
        kept = text.replace("\r\n", "\n").replace("\r", "\n")
        text = CONTROLS.sub("", SURROGATES.sub(REPLACEMENT, kept))
    return unicodedata.normalize("NFC", text)


def as_object(value: object) -> JsonObject:
    """``value`` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def object_at(source: JsonObject, *path: str) -> JsonObject:
    """The object reached by the keys of ``path``, empty where a step is missing or of another type."""
    for key in path:
        source = as_object(source.get(key))
    return source


def list_at(source: JsonObject, key: str) -> list[object]:
    """The list at ``key``, else an empty one."""
    value = source.get(key)
    return value if isinstance(value, list) else []


def text_at(source: JsonObject, key: str) -> str:
    """The string at ``key``, as it came, else an empty one."""
    value = source.get(key)
    return value if isinstance(value, str) else ""


def integer_at(source: JsonObject, key: str) -> int | None:
    """The integer at ``key``; JSON true and false are not integers."""
    value = source.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def identifier_at(source: JsonObject, key: str) -> str:
    """A platform's identifier, number or string, as a clean string; empty where there is none usable."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    identifier = str(value) if isinstance(value, int) else clean(value).strip()
    return identifier if len(identifier) <= IDENTIFIER_LIMIT else ""
