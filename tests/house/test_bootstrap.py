"""Setting up: it says in one line what the machine lacks, and does nothing twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.needs import ROOT


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of what the set-up reads, without any .venv."""
    shutil.copytree(ROOT / "scripts", tmp_path / "clone" / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / "clone" / name)
    return tmp_path / "clone"


def bootstrap(clone: Path, *arguments: str, patch: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up as a person does; ``patch`` is run by its Python first, to play a machine that lacks something."""
    site = clone.parent / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(patch, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "scripts/bootstrap.py", *arguments],
        cwd=clone,
        env={**os.environ, "BDHVS_REQUIRE_ALL": "", "PYTHONPATH": str(site), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def in_clone(clone: Path, code: str) -> str:
    """What a piece of code prints that uses the set-up's modules."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=clone / "scripts", capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_python_that_is_too_old_is_told_what_to_install(clone: Path) -> None:
    old = "import sys\nsys.version_info = (3, 9, 2)"
    done = bootstrap(clone, "serve", patch=old)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer and this is 3.9.2" in done.stderr and "Traceback" not in done.stderr


def test_debian_without_venv_gets_one_line_with_the_remedy(clone: Path) -> None:
    without = """
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "ensurepip" else find(name, package)
"""
    done = bootstrap(clone, "serve", patch=without)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "sudo apt-get install -y python3-venv" in done.stderr


def test_unknown_command_names_the_known_ones(clone: Path) -> None:
    done = bootstrap(clone, "sevre")
    assert done.returncode == 2
    assert "serve" in done.stderr and "test" in done.stderr


def test_nothing_is_installed_twice_and_a_changed_pin_is_noticed(clone: Path) -> None:
    ask = "import install; print(install.is_installed({'test'}))"
    assert in_clone(clone, ask) == "False"
    (clone / ".venv").mkdir()
    stamp = {"fingerprint": in_clone(clone, "import install; print(install.fingerprint())"), "extras": ["test"]}
    (clone / ".venv" / "bdhvs-installed.json").write_text(json.dumps(stamp), encoding="utf-8")
    assert in_clone(clone, ask) == "True"
    assert in_clone(clone, "import install; print(install.is_installed({'transformers'}))") == "False"
    with (clone / "constraints.txt").open("a", encoding="utf-8") as file:
        file.write("other==1\n")
    assert in_clone(clone, ask) == "False"


def test_a_broken_stamp_means_install_again(clone: Path) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv" / "bdhvs-installed.json").write_text('{"fingerprint', encoding="utf-8")
    assert in_clone(clone, "import install; print(install.is_installed(set()))") == "False"


def test_a_failed_installation_shows_pips_words_and_what_to_do(clone: Path) -> None:
    code = (
        "import sys, install, pathlib; (install.ROOT / '.venv').mkdir(exist_ok=True);"
        "install.install(pathlib.Path(sys.executable), {'no_such_extra_file'})"
    )
    (clone / "pyproject.toml").write_text("[project]\nname = 3\n[build-system]\nrequires = []\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=clone / "scripts", capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Installing failed" in done.stderr and "run the same command again" in done.stderr
    assert not (clone / ".venv" / "bdhvs-installed.json").exists()
