"""What an installation can give besides messages; the program knows it, a dialogue only asks."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.account import kind_of


@dataclass(frozen=True, slots=True)
class Offers:
    """``public_url`` is the address residents use, None when there is none: then nobody outside can open a link.

    ``paper_channels`` take a document or picture themselves, ``sound_channels`` a sound; ``voice``: there is a voice
    that reads cards aloud. By default nothing is offered.
    """

    public_url: str | None = None
    paper_channels: frozenset[str] = frozenset()
    sound_channels: frozenset[str] = frozenset()
    voice: bool = False

    def papers_reach(self, channel: str) -> bool:
        """Whether a paper arrives on this channel, itself or as a link."""
        return kind_of(channel) in self.paper_channels or self.public_url is not None

    def reads_aloud(self, channel: str) -> bool:
        """Whether a card can be heard on this channel, there or behind a link."""
        return self.voice and (kind_of(channel) in self.sound_channels or self.public_url is not None)
