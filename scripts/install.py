"""Install what pyproject.toml and constraints.txt pin into .venv, once per change, with progress."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
STAMP = ROOT / ".venv" / "bdhvs-installed.json"
TAIL_LINES = 25  # of pip's output, shown when it fails: enough for its error and the advice below it


def fingerprint() -> str:
    """A hash of all that decides what is installed: the pins, the folder and the Python."""
    import tomllib

    with (ROOT / "pyproject.toml").open("rb") as file:
        tables = tomllib.load(file)
    parts = [
        json.dumps([tables["build-system"], tables["project"]], sort_keys=True),
        CONSTRAINTS.read_text(encoding="utf-8"),
        str(ROOT),
        sys.version,
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def read_stamp() -> dict[str, object]:
    """What the last complete installation left; empty when there was none."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def installed_extras() -> set[str]:
    """The extras of the last complete installation, also of one that is out of date."""
    extras = read_stamp().get("extras", [])
    return {str(extra) for extra in extras} if isinstance(extras, list) else set()


def is_installed(extras: set[str]) -> bool:
    """Whether .venv holds exactly these pins, with at least these extras."""
    return read_stamp().get("fingerprint") == fingerprint() and extras <= installed_extras()


def install(python: Path, extras: set[str]) -> None:
    """Install the program and its pinned dependencies; exits with pip's own words when that fails."""
    wanted = extras | installed_extras()
    STAMP.unlink(missing_ok=True)
    target = f".[{','.join(sorted(wanted))}]" if wanted else "."
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--no-input", "--constraint", str(CONSTRAINTS), "--editable", target]
    print(
        f"bdhvs: installing the pinned packages{_named(wanted)}; this happens once",
        file=sys.stderr,
        flush=True,
    )
    tail = _run_with_progress(command)
    if tail:
        print(*tail, sep="\n", file=sys.stderr)
        sys.exit(
            "Installing failed; pip's last words are above. Check the network and the free disk space "
            "(about 700 MB while installing), then run the same command again: it goes on from here."
        )
    stamp = {"fingerprint": fingerprint(), "extras": sorted(wanted)}
    STAMP.write_text(json.dumps(stamp), encoding="utf-8")


def _named(extras: set[str]) -> str:
    return f" with [{', '.join(sorted(extras))}]" if extras else ""


def _run_with_progress(command: list[str]) -> list[str]:
    """Run pip, one short line a package; returns nothing, or the end of its output when it failed."""
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                tail.append(line.rstrip())
                _report(line.strip())
        except BaseException:
            process.kill()
            raise
    return list(tail) if process.returncode else []


def _report(line: str) -> None:
    """Pass on the lines of pip that show progress: what it fetches, and the last step."""
    words = line.split()
    if line.startswith("Collecting ") and len(words) > 1:
        text = words[1]
    elif line.startswith("Downloading ") and len(words) > 2:
        text = f"  {words[1].rsplit('/', 1)[-1]} {' '.join(words[2:])}"
    elif line.startswith("Installing collected packages"):
        text = "unpacking ..."
    else:
        return
    print(f"  {text}", file=sys.stderr, flush=True)
