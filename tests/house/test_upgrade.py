"""``make upgrade``: real git and the real script over versions of a toy program whose database is a text file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.needs import ROOT

# What the script calls of the program, in the same words and with the same exit codes.
TOY = """
import pathlib, shutil, sys
VERSION, MIGRATES, WELL = {version}, {migrates}, {well}
data = pathlib.Path("var/database.txt")
match sys.argv[1:]:
    case ["doctor"]:
        print("ok    versions:", VERSION)
        print("WRONG quotas: near their end")
        print("WRONG index: older than the material")
        if not WELL:
            print("WRONG material: does not load")
        sys.exit(1)
    case ["db", "before-upgrade"]:
        if pathlib.Path("var/running").exists():
            sys.exit("bdhvs: Another bdhvs uses var already.")
        shutil.copy(data, "var/backup.txt")
        print(pathlib.Path("var/backup.txt").resolve())
    case ["db", "upgrade"]:
        data.write_text(data.read_text() + f" migrated to {{VERSION}}")
        if not MIGRATES:
            sys.exit("bdhvs: no such column")
    case ["restore", file]:
        shutil.copy(file, data)
"""


def git(folder: Path, *arguments: str) -> str:
    name = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *name, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def release(origin: Path, version: int, migrates: bool = True, well: bool = True) -> str:
    """Publish a version."""
    (origin / "bot").mkdir(exist_ok=True)
    toy = TOY.format(version=version, migrates=migrates, well=well)
    (origin / "bot" / "__main__.py").write_text(toy, encoding="utf-8")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", f"version {version}")
    return git(origin, "rev-parse", "HEAD")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An installation of version 1 whose origin can publish more; its environment has no pip, so that none can run."""
    origin = tmp_path / "origin"
    shutil.copytree(ROOT / "scripts", origin / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, origin / name)
    (origin / ".gitignore").write_text(".venv/\nvar/\n__pycache__/\n")
    git(origin, "init", "-q")
    release(origin, 1)
    here = tmp_path / "here"
    git(tmp_path, "clone", "-q", str(origin), str(here))
    (here / ".venv" / "bin").mkdir(parents=True)
    (here / ".venv" / "bin" / "python").symlink_to(sys.executable)
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", here / ".venv" / "pyvenv.cfg")
    stamp = [sys.executable, "-c", "import install; print(install.fingerprint())"]
    print_ = subprocess.run(stamp, cwd=here / "scripts", capture_output=True, text=True, check=True).stdout.strip()
    (here / ".venv" / "bdhvs-installed.json").write_text(json.dumps({"fingerprint": print_, "extras": []}))
    (here / "var").mkdir()
    (here / "var" / "database.txt").write_text("data")
    return here


def upgrade(here: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "scripts/bootstrap.py", "upgrade", *arguments]
    # Two toy versions of one second and one length are the same to Python's cache of compiled files.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def state(here: Path) -> tuple[str, str]:
    return git(here, "rev-parse", "HEAD"), (here / "var" / "database.txt").read_text()


posix = pytest.mark.skipif(os.name == "nt", reason="the toy's environment is made of symbolic links")


@posix
def test_a_newer_version_is_taken_and_can_be_left_again(here: Path) -> None:
    old, _ = state(here)
    new = release(here.parent / "origin", 2)
    code, said = upgrade(here)
    assert code == 0, said
    assert state(here) == (new, "data migrated to 2") and "--back" in said
    assert upgrade(here, "--back")[0] == 0
    assert state(here) == (old, "data")


@posix
@pytest.mark.parametrize(("fault", "says"), [("migrates", "no such column"), ("well", "WRONG material")])
def test_a_version_that_fails_leads_all_the_way_back(here: Path, fault: str, says: str) -> None:
    before = state(here)
    release(here.parent / "origin", 2, **{fault: False})
    code, said = upgrade(here)
    assert code == 1 and says in said and "again, with its data" in said
    assert state(here) == before


@posix
def test_a_running_program_or_changed_files_stop_it_before_anything_is_changed(here: Path) -> None:
    before = state(here)
    release(here.parent / "origin", 2)
    (here / "var" / "running").touch()
    code, said = upgrade(here)
    assert code == 1 and "nothing was changed" in said and "Another bdhvs" in said
    (here / "var" / "running").unlink()
    (here / "bot" / "__main__.py").write_text("mine")
    code, said = upgrade(here)
    assert code == 1 and "git status" in said
    assert state(here) == before


@posix
def test_without_an_upgrade_there_is_no_way_back(here: Path) -> None:
    code, said = upgrade(here, "--back")
    assert code == 1 and "no way back" in said
