"""Readings and topics offered as buttons; the questions behind them are kept masked."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.message import Button
from bot.conversation import asked
from bot.conversation.buttons import short
from bot.conversation.masking import mask
from bot.conversation.payloads import Verb, make
from bot.conversation.turn import Turn
from knowledge.answer_types import Choice


def choice_buttons(
    turn: Turn, offered: list[tuple[Choice, str | None]], offered_for: int | None = None
) -> tuple[Button, ...]:
    """A button for each choice and the ward it asks of; ``offered_for`` is the question staff got instead."""
    if not offered:
        return ()
    masked = [(replace(choice, question=mask(choice.question).text), ward) for choice, ward in offered]
    count = asked.keep_choices(turn, masked, offered_for)
    return tuple(
        Button(short(choice.label), make(Verb.CHOICE, count, position))
        for position, (choice, _ward) in enumerate(offered)
    )
