"""Replies first, broadcasts evenly behind them, never more than the platform takes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import pytest

from bot.delivery.pacing import CATCH_UP_MESSAGES, NO_PACE, Left, Pace, Pacer

PACE = Pace(per_second=25.0, chat_interval=1.0, ceiling=30.0)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def send_broadcasts(pacer: Pacer, clock: Clock, seconds: float, step: float = 0.01) -> list[float]:
    """When the messages of a broadcast leave, looked at every ``step`` seconds."""
    left, chat, end = [], 0, clock.now + seconds
    while clock.now < end:
        for _ in range(pacer.free(interactive=False)):
            pacer.answered(pacer.took(chat := chat + 1))
            left.append(clock.now)
        clock.now += step
    return left


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(begin <= moment < begin + 1.0 for moment in moments) for begin in moments)


def test_a_broadcast_keeps_its_rate_and_never_passes_the_ceiling() -> None:
    clock = Clock()
    left = send_broadcasts(Pacer(PACE, clock), clock, 60)
    assert 0.97 * 25 * 60 <= len(left) <= 25 * 60 + 1 + CATCH_UP_MESSAGES
    assert most_in_a_second(left) <= 30


@pytest.mark.parametrize("stall", [0.05, 0.15, 0.3])
def test_a_broadcast_catches_up_after_stalls_without_passing_the_ceiling(stall: float) -> None:
    """Arrivals are counted, as the platform does: a tenth of a second away, and not evenly."""
    clock, random = Clock(), Random(7)
    pacer = Pacer(PACE, clock)
    arrived: list[float] = []
    on_the_way: list[tuple[float, Left]] = []
    begin, chat, next_stall = clock.now, 0, clock.now + 2
    while clock.now < begin + 60:
        if clock.now >= next_stall:  # nothing leaves and no answer is read
            clock.now += stall
            next_stall = clock.now + 4
        for at, left in [one for one in on_the_way if one[0] <= clock.now]:
            pacer.answered(left)
            on_the_way.remove((at, left))
        for _ in range(pacer.free(interactive=False)):
            arrived.append(clock.now + 0.1 + random.uniform(0.0, 0.05))
            on_the_way.append((arrived[-1] + 0.1 + random.uniform(0.0, 0.05), pacer.took(chat := chat + 1)))
        clock.now += 0.005
    assert most_in_a_second(arrived) <= 30
    assert len(arrived) >= 0.97 * 25 * 60


def test_a_broadcast_begins_evenly() -> None:
    clock = Clock()
    pacer = Pacer(PACE, clock)
    for _ in range(2):
        assert len(send_broadcasts(pacer, clock, 0.05)) <= 2, "nothing is owed before it begins, nor after a pause"
        clock.now += 60


def test_a_broadcast_held_up_does_not_make_up_for_all_of_it_at_once() -> None:
    clock = Clock()
    pacer = Pacer(PACE, clock)
    left = send_broadcasts(pacer, clock, 2)
    clock.now += 20
    left += send_broadcasts(pacer, clock, 2)
    assert most_in_a_second(left) <= 30


def test_a_reply_leaves_at_once_while_a_broadcast_runs() -> None:
    clock = Clock()
    pacer = Pacer(PACE, clock)
    send_broadcasts(pacer, clock, 5)
    assert pacer.free(interactive=False) <= 1
    assert pacer.free(interactive=True) >= 1


def test_replies_and_broadcasts_together_stay_below_the_ceiling() -> None:
    clock, left = Clock(), []
    pacer = Pacer(PACE, clock)
    for tick in range(1000):
        if tick % 10 == 0:
            for _ in range(min(1, pacer.free(interactive=True))):
                pacer.answered(pacer.took(10_000 + tick))
                left.append(clock.now)
        for _ in range(pacer.free(interactive=False)):
            pacer.answered(pacer.took(tick))
            left.append(clock.now)
        clock.now += 0.01
    assert most_in_a_second(left) <= 30
    assert len(left) >= 0.97 * 25 * 10


def test_a_chat_rests_for_its_interval() -> None:
    clock = Clock()
    pacer = Pacer(PACE, clock)
    pacer.took(7)
    assert pacer.resting() == {7}
    clock.now += 1.0
    assert pacer.resting() == frozenset()


def test_when_the_platform_asks_to_wait_nothing_leaves_before() -> None:
    clock = Clock()
    pacer = Pacer(PACE, clock)
    pacer.hold(5)
    assert (pacer.free(True), pacer.free(False), pacer.pause()) == (0, 0, 5)
    clock.now += 5
    assert pacer.free(True) > 0 and pacer.free(False) > 0


def test_programs_that_share_an_account_share_its_pace() -> None:
    clock = Clock()
    pacer = Pacer(PACE, clock)
    pacer.programs = 3
    left = send_broadcasts(pacer, clock, 30)
    assert 0.9 * 25 * 10 <= len(left) <= 25 * 10 + 3


def test_without_a_pace_there_is_always_room() -> None:
    clock = Clock()
    pacer = Pacer(NO_PACE, clock)
    for chat in range(500):
        assert pacer.free(interactive=bool(chat % 2)) > 0
        pacer.took(chat)
    assert pacer.pause() is None and not pacer.resting()


def test_what_a_dead_line_held_up_never_arrives_together_with_what_leaves_after_it() -> None:
    clock = Clock()
    pacer = Pacer(PACE, clock)
    sent: list[Left] = []
    for _ in range(500):  # five seconds in which nothing arrives
        sent += [pacer.took(len(sent)) for _ in range(pacer.free(interactive=False))]
        clock.now += 0.01
    assert len(sent) <= 30
    for left in sent:
        pacer.answered(left)
    assert pacer.free(interactive=False) == 0


def test_a_burst_does_not_come_back_every_second() -> None:
    """What left together makes room together; nothing may be lost by it."""
    clock = Clock()
    pacer = Pacer(PACE, clock)
    send_broadcasts(pacer, clock, 5)
    clock.now += 0.9  # the program stood still
    left = send_broadcasts(pacer, clock, 20)
    assert max(left.count(moment) for moment in left) <= 8
    assert len(left) >= 25 * 20
    assert most_in_a_second(left) <= 30


def test_a_sender_that_waits_for_room_is_woken_when_there_is_some() -> None:
    """Not when the next chat may be written to again, which is later."""
    clock = Clock()
    pacer = Pacer(Pace(per_second=0, chat_interval=5.0, ceiling=30.0), clock)
    for chat in range(28):  # two places are the replies'
        pacer.answered(pacer.took(chat))
    assert pacer.pause() == pytest.approx(1.0)


def test_full_the_pacer_says_when_there_is_room_again() -> None:
    clock = Clock()
    pacer = Pacer(Pace(0, 0, 30), clock)
    left = [pacer.took(chat) for chat in range(30)]
    assert pacer.free(True) == 0
    assert pacer.pause() is None, "nothing came back: it may all arrive together with what would leave now"
    for one in left[:9]:
        pacer.answered(one)
    assert pacer.free(True) == 0
    assert pacer.pause() == pytest.approx(1.0)
    clock.now += 1.0
    assert pacer.free(True) == 9
