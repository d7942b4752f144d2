"""Bring the program to its newest version, and back when that fails: ``make upgrade``, ``make upgrade ARGS=--back``.

Backup, fetch, install, migrate, check. Whatever fails after the fetch leads all the way back: the code, what is
installed and the data are as before. Runs on the standard library alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WAY_BACK = ROOT / ".venv" / "bdhvs-upgrade.json"  # what the last upgrade came from
OLD_INDEX = "WRONG index:"  # the server builds it anew when it starts

Say = Callable[[str], None]


class StepFailedError(Exception):
    """A step did not succeed; the message says which and why."""


class Upgrade:
    """One upgrade of the folder that this script lies in."""

    def __init__(self, python: Path, install: Callable[[], None], say: Say) -> None:
        """``install`` puts what the code now asks for into .venv; it may raise SystemExit."""
        self._python = python
        self._install = install
        self._say = say

    def run(self) -> int:
        """Go on to the newest version; 0, or 1 when it is the old one again."""
        try:
            before, wrong = self._begin()
        except StepFailedError as error:
            self._say(f"nothing was changed: {error}")
            return 1
        try:
            self._step("installing", self._install)
            self._program("migrating the database", "db", "upgrade")
            self._check(wrong)
        except (StepFailedError, SystemExit) as error:
            self._say(f"the new version does not work here: {error}")
            return self._return_to(before)
        self._say(f"upgraded from {before['commit'][:10]} to {self._commit()[:10]}; now start the program again")
        self._say("not content? make upgrade ARGS=--back   (what was written since then is lost)")
        return 0

    def back(self) -> int:
        """Return to what the last upgrade came from; 0, or 1 when that is not possible."""
        try:
            before = json.loads(WAY_BACK.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._say("no upgrade is known here, so there is no way back")
            return 1
        return 0 if self._return_to(before) == 1 else 1

    def _begin(self) -> tuple[dict[str, str], set[str]]:
        """Save what there is and fetch what is new: the way back, and what the doctor found wrong before."""
        if self._git("status", "--porcelain", "--untracked-files=no"):
            raise StepFailedError("files of the program were changed here; git status lists them")
        old, wrong = self._commit(), self._wrong()
        self._say("backing up (the program must be stopped)")
        backup = self._program("backing up", "db", "before-upgrade")
        before = {"commit": old, "backup": backup}
        WAY_BACK.write_text(json.dumps(before), encoding="utf-8")
        self._say("fetching")
        self._git("pull", "--ff-only", "--quiet")
        if self._commit() == old:
            self._say("no newer version; installing and checking anyway")
        return before, wrong

    def _return_to(self, before: dict[str, str]) -> int:
        """Code, installation and data as they were; 1, or 2 when that failed too."""
        self._say("going back")
        try:
            self._git("reset", "--keep", before["commit"])
            self._step("installing", self._install)
            if before["backup"]:
                self._program("restoring the backup", "restore", before["backup"])
        except (StepFailedError, SystemExit) as error:
            self._say(f"going back failed: {error}")
            self._say(f"by hand: git reset --keep {before['commit']}; make setup; bdhvs restore {before['backup']}")
            return 2
        self._say(f"this is version {before['commit'][:10]} again, with its data; start the program")
        return 1

    def _check(self, wrong: set[str]) -> None:
        self._say("checking")
        if fresh := self._wrong() - wrong:
            raise StepFailedError("; ".join(sorted(fresh)))

    def _wrong(self) -> set[str]:
        """What the doctor finds wrong, by name; an index that is older than the material is built by the server."""
        done = self._run([str(self._python), "-m", "bot", "doctor"])
        lines = done.stdout.splitlines()
        if not any(line.startswith(("ok", "WRONG")) for line in lines):
            raise StepFailedError(f"bdhvs doctor does not run: {_last_words(done)}")
        return {line.split(":")[0] for line in lines if line.startswith("WRONG") and not line.startswith(OLD_INDEX)}

    def _program(self, what: str, *arguments: str) -> str:
        done = self._run([str(self._python), "-m", "bot", *arguments])
        if done.returncode:
            raise StepFailedError(f"{what}: {_last_words(done)}")
        return done.stdout.strip()

    def _step(self, what: str, work: Callable[[], None]) -> None:
        self._say(what)
        work()

    def _commit(self) -> str:
        return self._git("rev-parse", "HEAD")

    def _git(self, *arguments: str) -> str:
        try:
            done = self._run(["git", *arguments])
        except OSError as error:
            raise StepFailedError("git is not installed; unpack the new version over this folder instead") from error
        if done.returncode:
            raise StepFailedError(f"git {arguments[0]}: {_last_words(done)}")
        return done.stdout.strip()

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
        )


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return lines[-1] if lines else f"ended with {done.returncode}"


def main(arguments: Sequence[str], python: Path, install: Callable[[], None], say: Say) -> int:
    """The command: on, or with ``--back`` back."""
    if unknown := set(arguments) - {"--back"}:
        sys.exit(f"make upgrade knows ARGS=--back only, not {', '.join(sorted(unknown))}")
    upgrade = Upgrade(python, install, say)
    return upgrade.back() if "--back" in arguments else upgrade.run()
