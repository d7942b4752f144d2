"""What the tests want of a machine beyond Python packages, and how to get it: programs of Debian."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

POSTGRES_PROGRAMS = Path("/usr/lib/postgresql")  # where Debian keeps the server programs, one folder a version
# Without windows to draw it takes a third less time over the same pages; Debian has it, Ubuntu does not.
HEADLESS_CHROMIUM = "chromium-headless-shell"
CHROMIUM_NAMES = (HEADLESS_CHROMIUM, "chromium", "chromium-browser")
# DejaVu draws every Vietnamese letter and is 3 MB; without a font Chromium measures empty boxes.
FONT_PACKAGE = "fonts-dejavu-core"
POSTGRES_PACKAGES = ("postgresql",)
SPEECH_PACKAGES = ("espeak-ng",)
SCAN_PACKAGES = ("tesseract-ocr", "tesseract-ocr-vie")


def require_all() -> bool:
    """Whether what is missing must be installed, and a test that cannot run counts as failed."""
    return os.environ.get("BDHVS_REQUIRE_ALL") == "1"


def postgres_folder() -> Path | None:
    """The folder of the newest PostgreSQL server programs, or None.

    None on Windows too: the tests reach the server through a Unix socket.
    """
    if os.name == "nt":
        return None
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    found = [path.parent for path in POSTGRES_PROGRAMS.glob("[0-9]*/bin/postgres")]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


def chromium_path() -> str | None:
    """Debian's Chromium, or None; a browser that Playwright downloads is not used."""
    return next((found for found in map(shutil.which, CHROMIUM_NAMES) if found), None)


def speech_path() -> str | None:
    """The offline voice, or None."""
    return shutil.which("espeak-ng")


def scan_path() -> str | None:
    """Tesseract with its Vietnamese data, or None."""
    found = shutil.which("tesseract")
    if found is None:
        return None
    listed = subprocess.run([found, "--list-langs"], capture_output=True, text=True, check=False).stdout
    return found if "vie" in listed.split() else None


def can_create_venv() -> bool:
    """Whether this Python can create virtual environments.

    Debian splits that off into python3-venv; where everything is required it is installed.
    """
    if importlib.util.find_spec("ensurepip") is None and require_all():
        apt_install(["python3-venv"])
        importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def can_apt_install() -> bool:
    """Whether packages can be installed without asking anybody."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> bool:
    """Install Debian packages; returns whether that worked."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    )
    return all(
        subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode
        == 0
        for command in commands
    )


def _prefer_headless_chromium(say: Callable[[str], None]) -> None:
    """Install it where that needs no question; a machine that has the whole browser makes do with it."""
    wanted = chromium_path() is None or (require_all() and shutil.which(HEADLESS_CHROMIUM) is None)
    if wanted and can_apt_install():
        say(f"installing for the tests: {HEADLESS_CHROMIUM}")
        apt_install([HEADLESS_CHROMIUM, FONT_PACKAGE])


def prepare_for_tests(say: Callable[[str], None]) -> None:
    """Install what the tests lack where that needs no question; otherwise the tests that need it say so.

    Exits when everything is required and the machine will not have it.
    """
    _prefer_headless_chromium(say)
    missing = [] if postgres_folder() else list(POSTGRES_PACKAGES)
    missing += [] if chromium_path() else ["chromium", FONT_PACKAGE]
    missing += [] if speech_path() else list(SPEECH_PACKAGES)
    missing += [] if scan_path() else list(SCAN_PACKAGES)
    if not missing:
        return
    names = " ".join(missing)
    if not can_apt_install():
        if require_all():
            sys.exit(f"BDHVS_REQUIRE_ALL=1 and this is missing: sudo apt-get install -y {names}")
        return
    say(f"installing for the tests: {names}")
    if not apt_install(missing):
        say(f"could not install them; the tests that need them are skipped: {names}")
        if require_all():
            sys.exit("BDHVS_REQUIRE_ALL=1: the installation above failed")
