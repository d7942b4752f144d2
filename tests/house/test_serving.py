"""`make serve` as a person runs it: it says where it is, answers, and stops with nothing left behind.

The flood is the benchmark's at a twentieth of its size, judged by what came back and not by how fast.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from benchmarks.harness import wait_for
from benchmarks.serving import answers, environment, free_port, post, served, shipped_questions
from benchmarks.throughput import CHATS, MESSAGES, flood, replayed_differently
from tests.support.house import use_index
from tests.support.needs import ROOT

from install import is_installed  # isort: skip  (scripts/ is on the path since tests.support.needs)

START_LIMIT = 120.0  # seconds; a start that hangs, on a machine busy with other tests
LAST_LINE = b"Ctrl-C stops it"  # the end of what it says when it starts
STOP_LIMIT = 5.0  # seconds: what the program promises

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, shipped_index: Path) -> Path:
    """A data folder with the index of the shipped material."""
    folder = tmp_path_factory.mktemp("data")
    use_index(folder, shipped_index)
    return folder


MAKE_SAYS = ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ARGS")  # to a make that it runs


def _without_make(inherited: Mapping[str, str]) -> dict[str, str]:
    """Not what a make that runs the tests was told, as by ``make test ARGS=...``."""
    return {name: value for name, value in inherited.items() if name not in MAKE_SAYS}


@contextmanager
def make_serve(data: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Run `make serve` in a process group of its own, as a terminal does."""
    output, results = data / "make.log", data / "make.out"
    with output.open("wb") as errors, results.open("wb") as out:
        process = subprocess.Popen(
            ["make", "serve", f"PYTHON={sys.executable}"],
            cwd=ROOT,
            env={**_without_make(os.environ), **environment(data, port)},
            stdout=out,
            stderr=errors,
            start_new_session=True,
        )
        try:
            wait_for(lambda: LAST_LINE in output.read_bytes() or process.poll() is not None, START_LIMIT, "the start")
            yield process, output
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def group_is_gone(group: int) -> bool:
    """Whether no process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


needs_make = pytest.mark.skipif(
    os.name == "nt" or shutil.which("make") is None or not is_installed(set()),
    reason="needs make and an installed .venv: make setup",
)


@needs_make
@pytest.mark.parametrize("ending", ["SIGTERM to make", "Ctrl-C in the terminal"])
def test_make_serve_says_where_it_is_and_leaves_nothing_behind(data: Path, ending: str) -> None:
    port = free_port()
    with make_serve(data, port) as (process, log):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert answers(f"http://127.0.0.1:{port}")
        said = log.read_text(encoding="utf-8")
        assert f"http://127.0.0.1:{port}/" in said and "/staff/" in said
        if ending == "SIGTERM to make":
            process.terminate()
        else:
            os.killpg(process.pid, signal.SIGINT)
        process.wait(STOP_LIMIT)
        wait_for(lambda: group_is_gone(process.pid), STOP_LIMIT, "the end of every process")
    assert (data / "make.out").read_bytes() == b"", "standard output carries results only"
    assert "Traceback" not in log.read_text(encoding="utf-8")


@needs_make
def test_make_serve_prints_a_sign_in_link_that_opens(tmp_path: Path, data: Path) -> None:
    fresh = tmp_path / "data"
    shutil.copytree(data / "indexes", fresh / "indexes")
    port = free_port()
    with make_serve(fresh, port) as (process, log):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        link = re.search(rf"http://127\.0\.0\.1:{port}/staff/\S+/\S+", log.read_text(encoding="utf-8"))
        assert link, log.read_text(encoding="utf-8")
        with urllib.request.urlopen(link[0], timeout=10) as page:
            assert page.status == 200


def test_a_stopped_server_keeps_the_conversation(data: Path) -> None:
    with served(data) as server:
        session = post(server.address, {"session": "", "text": "xin chào"})["session"]
        before = post(server.address, {"session": session, "message_id": "kept", "text": "Làm căn cước ở đâu?"})
    with served(data) as server:
        again = post(server.address, {"session": session, "message_id": "kept", "text": "Làm căn cước ở đâu?"})
    assert again == before


def test_under_a_flood_every_message_is_answered_once(data: Path) -> None:
    with served(data) as server:
        result = asyncio.run(flood(server.address, shipped_questions(data), max(CHATS, MESSAGES // 20)))
        assert result.statuses == {200: len(result.waits)}
        assert result.unanswered == 0
        assert asyncio.run(replayed_differently(server.address, result, 20)) == 0
        assert "Traceback" not in server.said(), server.said()[-3000:]
    assert result.cited > len(result.waits) / 2, "most phrasings of the guides are answered from the guides"
