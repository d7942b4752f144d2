"""What an installation can give besides messages; the program knows it, a dialogue only asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.account import kind_of
from lessons.contest.capacity import Way

LINK_PREFIX = "thi-"  # before a contest's code in a link: start=thi-K7QMARTP


@dataclass(frozen=True, slots=True)
class Offers:
    """``public_url`` is the address residents use, None when there is none: then nobody outside can open a link.

    ``paper_channels`` take a document or picture themselves, ``sound_channels`` a sound; ``voice``: there is a voice
    that reads cards aloud. ``ways``: how fast each account carries messages, by its name. By default nothing is
    offered.
    """

    public_url: str | None = None
    paper_channels: frozenset[str] = frozenset()
    sound_channels: frozenset[str] = frozenset()
    voice: bool = False
    ways: Mapping[str, Way] = field(default_factory=dict)

    def contest_link(self, code: str) -> str | None:
        """The address at which a contest is joined on the web; None where nobody outside could open it."""
        return f"{self.public_url}/?g={LINK_PREFIX}{code}" if self.public_url else None

    def papers_reach(self, channel: str) -> bool:
        """Whether a paper arrives on this channel, itself or as a link."""
        return kind_of(channel) in self.paper_channels or self.public_url is not None

    def reads_aloud(self, channel: str) -> bool:
        """Whether a card can be heard on this channel, there or behind a link."""
        return self.voice and (kind_of(channel) in self.sound_channels or self.public_url is not None)
