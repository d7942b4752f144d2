"""The benchmarks of delivery at a small part of their size, judged by what was stored and sent, not by how fast."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks import delivery, webhook
from benchmarks.support.programs import on_index
from benchmarks.support.telegram import telegram

pytestmark = pytest.mark.timeout(600)
UPDATES, KILLS = delivery.UPDATES // 30, 2
POSTS = webhook.POSTS // 9


def test_killed_again_and_again_every_update_counts_once_and_no_reply_is_lost(indexes: Path) -> None:
    verdict = delivery.on_sqlite(UPDATES, KILLS, indexes)
    assert verdict.holds, str(verdict)


@pytest.mark.postgres
def test_three_replicas_one_killed_each_time_count_every_update_once(indexes: Path) -> None:
    verdict = delivery.on_postgres(UPDATES, KILLS, indexes)
    assert verdict.holds, str(verdict)


def test_a_flood_of_posts_with_slow_commits_is_stored_to_the_last(indexes: Path, tmp_path: Path) -> None:
    with telegram() as people:
        settings = {**people.settings(), "BENCHMARK_COMMIT_SECONDS": str(webhook.COMMIT_SECONDS)}
        program = on_index(indexes, tmp_path, settings, webhook.SLOW)
        program.set("BDHVS_PUBLIC_URL", program.address)
        program.set("BDHVS_TELEGRAM_WEBHOOK_SECRET", webhook.SECRET)
        program.start()
        try:
            program.wait()
            people.act("add_chats", count=webhook.CHATS)
            while asyncio.run(webhook.post(program.port, 0, 64)).refused:
                pass
            posted = asyncio.run(webhook.post(program.port, 64, POSTS))
        finally:
            program.kill()
    assert (len(posted.waits), posted.refused) == (POSTS, 0)
    assert stored(tmp_path) == POSTS + 64, "what was answered 200 is there after a SIGKILL"


def stored(folder: Path) -> int:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / "bdhvs.sqlite3")) as connection:
        return int(connection.execute("SELECT count(*) FROM inbox").fetchone()[0])
