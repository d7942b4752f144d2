"""The benchmark of broadcasts at a thirtieth of its size, judged by store and journal, not by how fast."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import broadcast

ACCOUNTS = broadcast.ACCOUNTS // 30


@pytest.mark.timeout(600)
def test_a_broadcast_through_refusals_and_kills_reaches_everybody_once(indexes: Path) -> None:
    sent = broadcast.send_to_all(ACCOUNTS, indexes)
    assert sent.holds, str(sent)
    assert sent.accounts == ACCOUNTS
