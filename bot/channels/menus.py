"""The menu last shown in a chat of a channel without buttons: a typed "1" means its first line."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from bot.channels.degrade import chosen
from bot.channels.message import Button

# Chats with an open menu at once, at about 1 KB each.
REMEMBERED = 10_000


class Menus(Protocol):
    """Remembers the open menu of each chat."""

    async def show(self, chat: str, buttons: Sequence[Button]) -> None:
        """The chat now shows these choices; none closes the menu, so that a number is a number again."""
        ...

    async def shown(self, chat: str) -> Sequence[Button]:
        """The choices that the chat shows now."""
        ...


async def choice(menus: Menus, chat: str, text: str) -> str | None:
    """The payload that a typed text chooses from the menu a chat shows."""
    button = chosen(text, await menus.shown(chat))
    return None if button is None else button.payload


class MenusInMemory:
    """Menus of one process: after a restart a typed number is plain text until the next menu."""

    def __init__(self) -> None:
        self._menus: OrderedDict[str, tuple[Button, ...]] = OrderedDict()

    async def show(self, chat: str, buttons: Sequence[Button]) -> None:
        """As Menus.show."""
        self._menus.pop(chat, None)
        if buttons:
            self._menus[chat] = tuple(buttons)
        while len(self._menus) > REMEMBERED:
            self._menus.popitem(last=False)

    async def shown(self, chat: str) -> Sequence[Button]:
        """As Menus.shown."""
        return self._menus.get(chat, ())
