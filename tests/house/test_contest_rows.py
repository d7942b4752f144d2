"""The benchmark of contests at a thirtieth of its size: exact through a kill, judged by what is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.contest import ATTEMPTS, PLAYERS, live
from benchmarks.support.contest_replay import replay
from tests.support.house import use_index

pytestmark = pytest.mark.timeout(300)


def test_a_live_contest_is_exact_though_its_server_is_killed(tmp_path: Path, shipped_index: Path) -> None:
    use_index(tmp_path, shipped_index)
    players = PLAYERS // 30
    played, judged = live(tmp_path, players, questions=2, kills=1, thinking=2.0)
    assert judged.holds, str(judged)
    assert len(played.back) == 1 and all(len(seen) == players for seen in played.seen.values())
    assert judged.answers >= players, "those of the question without a kill at least"


@pytest.mark.postgres
def test_an_open_contest_replayed_is_exact(postgres_url: str) -> None:
    assert replay(postgres_url, ATTEMPTS // 500).wrong == 0
