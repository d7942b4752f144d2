"""What the conversation needs of the knowledge room, as a Protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from knowledge.answer_types import Answer, OverrideSource


class Answerer(Protocol):
    """Answers one question; ``knowledge.answer.Answerer`` is one."""

    def answer(
        self,
        question: str,
        ward: str | None = None,
        previous: Sequence[str] = (),
        overrides: OverrideSource | None = None,
    ) -> Answer:
        """The answer for a resident of ``ward``; ``previous`` are earlier questions, oldest first."""
        ...
