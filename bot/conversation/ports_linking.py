"""What the conversation needs of the store to link the accounts of one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.conversation.ports import ChatContext


@dataclass(frozen=True, slots=True)
class AccountView:
    """One chat of a person, and the channel it is on."""

    chat_id: int
    channel: str


class Linking(Protocol):
    """One person with several accounts."""

    def make_code(self, person_id: int, at: datetime, kind: str = "account") -> str:
        """A code of this person that works once; earlier ones of its kind stop working. By default it links another
        account; ``child`` and ``learner``: bot/store/community_tables.py.
        """
        ...

    def kind(self, code: str, at: datetime) -> str | None:
        """What a code is for, while it is good."""
        ...

    def owner(self, code: str, at: datetime) -> int | None:
        """The person whom a code names, while it is good."""
        ...

    def link(self, chat: ChatContext, code: str, at: datetime) -> bool:
        """Use a code: the chat's person becomes one with the code's, who keeps all attempts, each once.

        The person's other accounts are told. False for a code that is not good.
        """
        ...

    def accounts(self, person_id: int) -> Sequence[AccountView]:
        """The person's accounts, oldest first."""
        ...

    def unlink(self, chat: ChatContext, chat_id: int) -> bool:
        """Take one account of the chat's person away: it starts anew, what was learnt stays with the others.

        False when there is no other account, or it is not the person's.
        """
        ...
