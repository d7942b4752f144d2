"""The clocks of a contest stand still while the program does not run: whose question was open loses no second."""

from __future__ import annotations

from collections.abc import Sequence

from lessons.contest.rules import Outage


def ran(start: int, end: int, outages: Sequence[Outage]) -> int:
    """Milliseconds that the clock ran from ``start`` to ``end``; 0 when ``end`` comes first (two servers' clocks)."""
    if end <= start:
        return 0
    return end - start - sum(_stood(start, end, united) for united in _united(outages))


def deadline(start: int, length: int, outages: Sequence[Outage]) -> int:
    """The moment at which a clock begun at ``start`` has run ``length`` milliseconds: later by every outage within."""
    end = start + length
    for outage in _united(outages):
        if outage.ended > start and outage.started < end:
            end += outage.ended - max(outage.started, start)
    return end


def _stood(start: int, end: int, outage: Outage) -> int:
    return max(0, min(end, outage.ended) - max(start, outage.started))


def _united(outages: Sequence[Outage]) -> list[Outage]:
    """In order, those that touch as one: two servers may have noted the same outage."""
    found: list[Outage] = []
    for one in sorted(outages, key=lambda outage: (outage.started, outage.ended)):
        if found and one.started <= found[-1].ended:
            found[-1] = Outage(found[-1].started, max(found[-1].ended, one.ended))
        else:
            found.append(one)
    return found
