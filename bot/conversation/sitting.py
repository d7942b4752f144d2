"""What a lesson, a review and the placement quiz have in common: a question lies before the resident."""

from __future__ import annotations

from typing import Protocol

from bot.channels.message import Reply
from bot.conversation.quiz import Sheet
from bot.conversation.turn import Turn


class Sitting(Protocol):
    """Something with questions that a resident is in the middle of; immutable, its state is the chat's."""

    @property
    def run(self) -> int:
        """Which run this is: buttons of other runs are old."""
        ...

    @property
    def step(self) -> int:
        """Which step of the run is shown."""
        ...

    @property
    def at(self) -> str:
        """When it was touched last, in ISO format."""
        ...

    @property
    def may_pass(self) -> bool:
        """Whether "I don't know" is an answer."""
        ...

    @property
    def changed(self) -> bool:
        """Whether the question was changed since it was shown."""
        ...

    def sheet(self) -> Sheet | None:
        """The question that is asked, None between questions."""
        ...

    def show(self, turn: Turn) -> list[Reply]:
        """The present step."""
        ...

    def choose(self, turn: Turn, chosen: tuple[int, ...]) -> list[Reply]:
        """Keep what is chosen so far and show the question with it."""
        ...

    def answer(self, turn: Turn, places: tuple[int, ...]) -> list[Reply]:
        """The question is answered with the options at these places; none when it was passed."""
        ...
