"""How big a default install is, and whether every default dependency has a wheel for 64-bit Windows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.harness import ROOT, Row, folder_mib

SIZE_LIMIT = 350  # MiB, of the whole .venv
UNWANTED = ("torch", "scipy", "matplotlib")  # never in a default install
WINDOWS_PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def default_pins() -> list[str]:
    """The lines of constraints.txt that a default install brings, with those of Windows."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split("# [transformers]")[0].splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def without_windows_wheel(python: str) -> str:
    """Ask the package index for every default pin as a wheel for Windows; returns pip's error, or nothing.

    pip reads the wheels' metadata only; nothing is installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--no-deps"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", "--platform", "win_amd64", "--target", folder]
        command += ["--python-version", python, "--implementation", "cp", *default_pins()]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return "" if done.returncode == 0 else (errors or [done.stderr])[-1]


def fresh_install(folder: Path) -> list[str]:
    """Make a default install in ``folder`` as `make serve` does; returns the names of what it brought."""
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--constraint", "constraints.txt", "--editable", "."]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    listed = subprocess.run(
        [str(python), "-m", "pip", "list", "--format", "json"], check=True, capture_output=True, text=True
    )
    return [entry["name"].lower() for entry in json.loads(listed.stdout)]


def rows(scale: float) -> Iterable[Row]:
    """Size and contents of a default install; the Windows wheels."""
    with tempfile.TemporaryDirectory() as folder:
        names = fresh_install(Path(folder) / "venv")
        size = folder_mib(Path(folder) / "venv")
    unwanted = [name for name in UNWANTED if name in names]
    yield Row(
        "House",
        f"a default install is at most {SIZE_LIMIT} MB, without {', '.join(UNWANTED)}",
        f"{size:.0f} MB, {len(names)} packages" + (f", with {unwanted}" if unwanted else ""),
        holds=size <= SIZE_LIMIT and not unwanted,
        how="a fresh virtual environment with pip and the default dependencies, disk blocks as du counts them",
    )
    for python in WINDOWS_PYTHONS:
        error = without_windows_wheel(python)
        yield Row(
            "House",
            f"every default dependency has a wheel for 64-bit Windows, Python {python}",
            error or f"{len(default_pins())} of {len(default_pins())}",
            holds=not error,
            how="pip install --dry-run --only-binary=:all: --platform win_amd64 on the default part of constraints.txt",
        )
