"""The bdhvs command as an operator runs it: results on standard output, clear errors on standard error."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from bot.cli import main
from bot.settings import Settings
from bot.store.database import Database
from bot.store.staff_answers import Draft, correct, publish
from bot.store.tables import StaffAnswerRow, utc_now
from bot.store.wards import register_wards
from knowledge.wards import load_wards
from tests.support.house import use_index

WAIT_SECONDS = 90.0  # a loaded two-core machine starts slowly


class Command:
    """The command with a data folder of the test's own: in this process, or as a program where that is the point."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BDHVS_")},
            "BDHVS_DATA_DIR": str(data_dir),
            "BDHVS_PORT": "0",
            "PYTHONWARNINGS": "default",
        }

    def run(self, *arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        """In this process: what a start loads is loaded already."""
        said, told = io.BytesIO(), io.BytesIO()
        streams = [io.TextIOWrapper(stream, encoding="utf-8") for stream in (io.BytesIO(stdin), said, told)]
        with pytest.MonkeyPatch.context() as patch:
            for name in os.environ:
                if name.startswith("BDHVS_"):
                    patch.delenv(name)
            for name, value in {**self.environment, **environment}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["bdhvs", *arguments])
            for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
                patch.setattr(sys, name, stream)
            try:
                main()
                code = 0
            except SystemExit as stop:
                code = int(stop.code or 0)
            for stream in streams[1:]:
                stream.flush()
        return subprocess.CompletedProcess(arguments, code, said.getvalue(), told.getvalue())

    def start(self, *arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        """As a program of its own."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            input=stdin,
            capture_output=True,
            env={**self.environment, **environment},
            timeout=WAIT_SECONDS * 2,
            check=False,
        )

    def batch(self, *lines: Any, program: bool = False) -> tuple[list[dict[str, Any]], int]:
        stdin = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        done = (self.start if program else self.run)("ask", "--batch", "-", "--json", stdin=stdin)
        return [json.loads(line) for line in done.stdout.decode().splitlines()], done.returncode


@pytest.fixture
def command(tmp_path: Path, shipped_index: Path) -> Command:
    use_index(tmp_path / "data", shipped_index)
    return Command(tmp_path / "data")


@pytest.fixture
def bare(tmp_path: Path) -> Command:
    return Command(tmp_path / "data")


def error_of(done: subprocess.CompletedProcess[bytes]) -> str:
    text = done.stderr.decode()
    assert "Traceback" not in text
    assert done.stdout == b""
    return text


def test_a_batch_is_answered_line_by_line_in_order(command: Command) -> None:
    answers, code = command.batch(
        {"id": 1, "text": "hạn gửi báo cáo hằng năm", "ward": "hung-dao"},
        {"id": "b", "text": "quên passcode VNeID", "ward": None, "previous": None},
        {"id": 3, "text": "nấu phở bò thế nào"},
        {"id": 4, "text": "xóa dữ liệu của tôi"},
        program=True,
    )
    assert code == 0
    assert [one["id"] for one in answers] == [1, "b", 3, 4]
    assert [one["kind"] for one in answers] == ["answer", "answer", "abstain", "action"]
    first = answers[0]
    assert "05/12" in first["answer"]
    assert len(first["answer"]) <= 700
    assert set(first) == {"id", "kind", "action", "answer", "confidence", "citations"}
    assert set(first["citations"][0]) == {
        "document", "title", "section", "passage", "ward", "score", "valid_from", "valid_until", "checked_on", "source",
    }  # fmt: skip
    assert first["citations"][0]["ward"] == "hung-dao"
    assert answers[1]["citations"][0]["ward"] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", answers[1]["citations"][0]["checked_on"])
    assert answers[3]["action"] == "delete_data"


def test_a_bad_line_is_told_and_the_rest_go_on(command: Command) -> None:
    answers, code = command.batch(
        b"not json",
        b"\xff\xfe",
        [1, 2],
        {"id": 7},
        {"id": 8, "text": "x", "ward": "no-such-ward"},
        {"id": 9, "text": "x", "previous": "y"},
        {"id": 10, "text": "quên passcode VNeID"},
    )
    assert code == 1
    assert [(one["id"], one["kind"]) for one in answers] == [
        (None, "error"), (None, "error"), (None, "error"), (7, "error"), (8, "error"), (9, "error"), (10, "answer"),
    ]  # fmt: skip
    assert "hung-dao" in answers[4]["message"]


def test_odd_texts_are_answered_or_declined(command: Command) -> None:
    texts = ["", " ", "x" * 10_000, "😀", "a\x00b", "<b>", "\x07\x1b[31m", "؟", "'; DROP TABLE person; --"]
    answers, code = command.batch(*({"id": number, "text": text} for number, text in enumerate(texts)))
    assert code == 0
    assert all(one["answer"] and len(one["answer"]) <= 700 for one in answers)


def test_asking_without_an_index_says_how_to_build_it(bare: Command) -> None:
    done = bare.start("ask", "chào")
    assert done.returncode == 2
    assert "bdhvs index build" in error_of(done)


@pytest.mark.parametrize("damage", ["manifest", "vectors", "truncated"])
def test_a_broken_index_says_how_to_rebuild_it(command: Command, shipped_index: Path, damage: str) -> None:
    import shutil

    broken = command.data_dir / "indexes" / "000007"
    shutil.copytree(shipped_index, broken)
    use_index(command.data_dir, broken)
    if damage == "manifest":
        (broken / "manifest.json").write_text("{", encoding="utf-8")
    elif damage == "vectors":
        (broken / "vectors.faiss").unlink()
    else:
        passages = broken / "passages.jsonl"
        passages.write_bytes(passages.read_bytes()[:1000])
    done = command.run("ask", "chào")
    assert done.returncode == 2
    assert "bdhvs index build" in error_of(done)


def test_asking_writes_nothing(command: Command) -> None:
    before = sorted(path for path in command.data_dir.rglob("*"))
    command.batch({"id": 1, "text": "quên passcode"})
    assert sorted(path for path in command.data_dir.rglob("*")) == before


def test_a_wrong_setting_is_named(command: Command) -> None:
    assert "BDHVS_PORT" in error_of(command.start("ask", "chào", BDHVS_PORT="eighty"))
    assert "BDHVS_PUBLIC_URL" in error_of(command.run("ask", "chào", BDHVS_PUBLIC_URL="hoc.example"))


def test_a_data_folder_that_cannot_be_written_is_named(bare: Command) -> None:
    bare.data_dir.parent.mkdir(exist_ok=True)
    bare.data_dir.write_text("a file stands where the folder should be")
    done = bare.start("serve")
    assert done.returncode == 1
    assert "BDHVS_DATA_DIR" in error_of(done)


def test_the_shipped_material_has_no_problem(command: Command) -> None:
    done = command.run("lessons", "check")
    assert done.stdout.decode() == ""
    assert done.returncode == 0


def test_every_setting_is_listed(command: Command) -> None:
    listed = command.run("settings").stdout.decode()
    for name in Settings.model_fields:
        assert f"BDHVS_{name.upper()} " in listed


class Server:
    """``bdhvs serve`` in a process of its own."""

    def __init__(self, command: Command, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**command.environment, **environment},
        )
        self.said: list[str] = []

    def until(self, words: str) -> str:
        assert self.process.stderr
        deadline = time.monotonic() + WAIT_SECONDS
        for line in self.process.stderr:
            self.said.append(line)
            if words in line:
                return line
            assert time.monotonic() < deadline
        raise AssertionError("".join(self.said))

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, rest = self.process.communicate(timeout=WAIT_SECONDS)
        self.said.append(rest)
        return self.process.returncode


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    started: list[Server] = []
    yield started
    for server in started:
        server.process.kill()
        server.process.communicate()


def test_serving_says_where_and_stops_on_a_signal_with_everything_stored(
    command: Command, servers: list[Server]
) -> None:
    import urllib.request

    server = Server(command)
    servers.append(server)
    address = re.search(r"http://127\.0\.0\.1:\d+", server.until("Chat:"))
    assert address
    assert "/staff/first/" in server.until("First sign-in")
    server.until("Ctrl-C")
    request = urllib.request.Request(
        address[0] + "/api/chat",
        data=json.dumps({"session": "", "text": "quên passcode VNeID"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        assert json.loads(response.read())["replies"]
    started = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - started < 5
    text = "".join(server.said)
    assert "Traceback" not in text
    assert "quên passcode" not in text
    connection = sqlite3.connect(command.data_dir / "bdhvs.sqlite3")
    assert connection.execute("SELECT status FROM inbox").fetchall() == [("done",)]
    connection.close()


def test_a_second_instance_and_a_taken_port_are_told(command: Command, servers: list[Server], tmp_path: Path) -> None:
    server = Server(command)
    servers.append(server)
    server.until("Ctrl-C")
    second = command.start("serve")
    assert second.returncode == 1
    assert "Another bdhvs" in error_of(second)
    assert server.stop() == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = command.start("serve", BDHVS_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "BDHVS_PORT" in error_of(done)


@pytest.mark.skipif(os.name != "posix", reason="file size limits are POSIX")
def test_a_full_disk_is_told_and_leaves_nothing_half_written(command: Command) -> None:
    limit = 200_000  # bytes a file may have: the database does not fit
    script = (
        "import resource, signal, runpy, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "sys.argv = ['bdhvs', 'index', 'build']\n"
        "runpy.run_module('bot', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=command.environment, capture_output=True, timeout=WAIT_SECONDS, check=False
    )
    assert done.returncode == 1
    assert "cannot be written" in error_of(done)
    assert {path.name for path in (command.data_dir / "indexes").iterdir()} <= {"current", "build.lock"}
    assert command.batch({"id": 1, "text": "quên passcode VNeID"})[0][0]["kind"] == "answer"


def test_a_backup_and_its_restore(command: Command, servers: list[Server], tmp_path: Path) -> None:
    server = Server(command)
    servers.append(server)
    server.until("Ctrl-C")
    assert server.stop() == 0
    file = tmp_path / "backup.zip"
    assert command.run("backup", str(file)).returncode == 0
    link = command.run("staff", "add", "lan", "--ward", "hung-dao").stdout.decode()
    assert "/staff/first/" in link
    assert command.run("restore", str(file)).returncode == 0
    connection = sqlite3.connect(command.data_dir / "bdhvs.sqlite3")
    assert connection.execute("SELECT count(*) FROM staff_account").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM ward").fetchone() == (5,)
    connection.close()
    (tmp_path / "no.zip").write_bytes(b"no")
    assert "not a bdhvs backup" in error_of(command.run("restore", str(tmp_path / "no.zip")))


def test_the_terminal_chat_answers(command: Command) -> None:
    done = command.run("chat", "--ward", "hung-dao", stdin="quên passcode VNeID\n".encode())
    assert done.returncode == 0, done.stderr
    assert "Quên passcode" in done.stdout.decode()


def test_a_staff_answer_is_given_at_once_and_only_in_its_ward(command: Command, sqlite_template: Path) -> None:
    path = command.data_dir / "bdhvs.sqlite3"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path.as_posix()}")
    database.write_now(lambda session: register_wards(session, load_wards().wards))
    question = {"id": 1, "text": "bao giờ phun thuốc muỗi", "ward": "hung-dao"}
    for text in ("Sáng thứ bảy.", "Hoãn sang chủ nhật."):
        draft = Draft("Bao giờ phun thuốc muỗi?", text)
        database.write_now(lambda session, draft=draft: write_answer(session, draft))  # type: ignore[misc]
        answers, _ = command.batch(question, {**question, "ward": "tu-ky"})
        assert answers[0]["answer"].startswith(text)
        assert answers[0]["citations"][0]["title"].startswith("Trả lời của cán bộ phường Hưng Đạo, ngày ")
        assert text not in answers[1]["answer"]
    database.close()


def write_answer(session: Session, draft: Draft) -> None:
    row = session.get(StaffAnswerRow, 1)
    if row is None:
        publish(session, "hung-dao", draft, "Lan", utc_now())
    else:
        correct(row, draft, "Lan", utc_now())


def test_halves_of_characters_are_answered_in_json(command: Command) -> None:
    answers, code = command.batch(b'{"id": "\\ud800", "text": "\\udfff qu\\u00ean passcode VNeID \\u0000"}')
    assert code == 0
    assert (answers[0]["id"], answers[0]["kind"]) == ("\ud800", "answer")
