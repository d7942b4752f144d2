"""Keeps every reply short enough to be read on a small phone in large type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.channels.message import Reply
from bot.conversation.payloads import Verb, make

REPLY_LIMIT = 900  # characters: about one and a half screens of 360 x 640 px in 18 px type
EASY_LIMIT = 300  # characters in easy reading: half a screen
_OPTION = make(Verb.OPTION)
_BREAKS = ("\n\n", "\n", ". ", " ")


def fit(replies: Sequence[Reply], easy: bool = False) -> list[Reply]:
    """The replies, long ones in parts; buttons stand under the last part, sources and buttons stay together.

    In easy reading everything comes in short parts; only a question stays with its options.
    """
    fitted: list[Reply] = []
    for reply in replies:
        parts = _parts(reply.text, EASY_LIMIT if easy and not _is_question(reply) else REPLY_LIMIT)
        fitted += [Reply(part) for part in parts[:-1]]
        fitted.append(replace(reply, text=parts[-1], edit=reply.edit and len(parts) == 1))
    return fitted


def _is_question(reply: Reply) -> bool:
    return any(button.payload.startswith(_OPTION) for button in reply.buttons)


def _parts(text: str, limit: int) -> list[str]:
    parts = []
    while len(text) > limit:
        cut = next(
            (place + len(mark) for mark in _BREAKS if (place := text.rfind(mark, limit // 2, limit)) > 0),
            limit,
        )
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*parts, text]
