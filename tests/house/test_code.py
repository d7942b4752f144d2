"""The code keeps the house's rules: style, types, what may import what, sizes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.needs import ROOT

LINES_LIMIT = 400  # a file to read in one sitting
PYTHON_FOLDERS = ("bot", "knowledge", "lessons", "indexer", "tests", "benchmarks", "scripts")
# Built in two halves, so that this file does not hold what it looks for: paths and tools of the place where the
# program was written mean nothing to whoever clones it.
FORBIDDEN = tuple("".join(parts) for parts in (("/wo", "rk/"), ("far", "m-"), ("/opt/", "pypi"), ("/opt/", "wheels")))


def run(*command: str) -> None:
    """Run a checker of this Python's installation; its words are the failure."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout}{done.stderr}", pytrace=False)


def tracked_files() -> list[Path]:
    """The files of the repository, by Git; by the folders' contents where there is no Git."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0 and done.stdout:
        return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [path for folder in PYTHON_FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]


@pytest.mark.timeout(600)
def test_types_are_strict() -> None:
    run("-m", "mypy")


@pytest.mark.timeout(600)
def test_nothing_calls_what_windows_lacks() -> None:
    """Most ward computers run Windows: a call that only POSIX has must stand behind ``sys.platform``."""
    run("-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/windows")


def test_style() -> None:
    run("-m", "ruff", "check", ".")


def test_format() -> None:
    run("-m", "ruff", "format", "--check", ".")


def test_rooms_import_only_what_they_may() -> None:
    run("-c", "from importlinter.cli import lint_imports_command as check; check()")


def test_files_can_be_read_in_one_sitting() -> None:
    """Migrations are left out: one is a flat list of columns, and a released one is never edited."""
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in tracked_files()
        if path.suffix in {".py", ".js", ".css", ".html"}
        and path.parent.name != "versions"
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_LIMIT
    }
    assert not long


def test_nothing_names_the_place_where_it_was_written() -> None:
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {word}"
        for path in tracked_files()
        for word in FORBIDDEN
        if word.encode() in path.read_bytes()
    ]
    assert not found


def test_text_is_read_and_written_as_utf8_everywhere() -> None:
    """Windows uses a local code page unless told otherwise."""
    run("-m", "ruff", "check", "--preview", "--select", "PLW1514", ".")
