"""The benchmark of broadcasts at a thirtieth of its size, judged by store and journal, not by how fast."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import broadcast

ACCOUNTS = broadcast.ACCOUNTS // 30
FASTER = 12.0  # than Telegram's own pace, as far as the machine keeps up


@pytest.mark.timeout(600)
def test_a_broadcast_through_refusals_and_kills_reaches_everybody_once(indexes: Path) -> None:
    sent = broadcast.send_to_all(ACCOUNTS, indexes, FASTER)
    # Beside other tests the emulator stands still for longer than its second lasts, and what waited then arrives at
    # once: that it refuses some of it says how busy the machine is. The pacing is tested by a clock of its own.
    assert replace(sent, refused=0).holds, str(sent)
    assert sent.accounts == ACCOUNTS
