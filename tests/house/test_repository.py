"""What a person meets first: the README, its commands, links and table; the licence; the changelog."""

from __future__ import annotations

import os
import re
import tomllib

import pytest

from tests.support.needs import ROOT
from tests.support.settings_table import rewrite

ENGLISH = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/security.md")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def read(name: str) -> str:
    """A file of the repository as text."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_table_of_settings_is_the_programs() -> None:
    assert read("README.md") == rewrite(read("README.md")), "run: python -m tests.support.settings_table"


VIETNAMESE = (
    "docs/huong-dan-can-bo.md",
    "docs/so-tay-quan-tri.md",
    "docs/su-co-du-lieu.md",
    "docs/thiet-lap-phuong-xa.md",
)


@pytest.mark.parametrize("name", [*ENGLISH, *VIETNAMESE])
def test_links_lead_somewhere(name: str) -> None:
    targets = [target.split("#")[0] for target in LINK.findall(read(name)) if "://" not in target]
    missing = [target for target in targets if target and not ((ROOT / name).parent / target).exists()]
    assert not missing


def test_commands_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", "\n".join(read(name) for name in ENGLISH), re.MULTILINE))
    assert {"serve", "test", "prove"} <= named <= targets


def test_changelog_tells_of_this_version() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert f"## {version}" in read("CHANGELOG.md")


def test_licence_is_apache_2() -> None:
    assert "Apache License" in read("LICENSE") and "Version 2.0, January 2004" in read("LICENSE")


def test_every_room_is_described() -> None:
    tops = ("bot", "knowledge", "lessons", "indexer")
    rooms = [path.parent.relative_to(ROOT) for top in tops for path in (ROOT / top).glob("*/__init__.py")]
    text = read("docs/architecture.md", "docs/security.md")
    assert not [room.as_posix() for room in rooms if f"{room.name}/" not in text]


def test_windows_command_runs_the_same_code() -> None:
    raw = (ROOT / "serve.cmd").read_bytes()
    assert b"py -3 scripts\\bootstrap.py serve" in raw
    assert raw.count(b"\n") == raw.count(b"\r\n"), "cmd.exe misreads labels in files with bare line feeds"
    assert raw.isascii(), "cmd.exe reads its files in a local code page"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_ci_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_secrets_and_data_stay_out_of_commits_and_images() -> None:
    for name in (".gitignore", ".dockerignore"):
        lines = {line.rstrip("/") for line in read(name).split()}
        assert {".env", "var", ".venv"} <= lines, name
