"""Set the program up and run one of the house's commands: serve, test, prove, setup, upgrade or audit.

The one piece of code behind ``make serve``, ``make test``, ``serve.cmd``, ``.ci/run`` and the Dockerfile.
It runs with the system's Python and its standard library only, on Linux, macOS and Windows. Everything it
says goes to standard error.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)  # pyproject.toml: requires-python
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
ON_WINDOWS = os.name == "nt"
VENV_PYTHON = VENV / ("Scripts/python.exe" if ON_WINDOWS else "bin/python")
AUDITOR = "pip-audit==2.10.1"
INTERRUPTED = 130  # the shell's code for a command ended by Ctrl-C


def say(text: str) -> None:
    """Print progress; standard output carries results only."""
    print(f"bdhvs: {text}", file=sys.stderr, flush=True)


def require_python() -> None:
    """Stop with a remedy when this Python is too old to run the program."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        wanted = ".".join(str(part) for part in OLDEST_PYTHON)
        sys.exit(
            f"bdhvs needs Python {wanted} or newer and this is {found}. Install it from https://www.python.org "
            f"(Debian, Ubuntu: sudo apt-get install -y python3 python3-venv), then run this command again; "
            f"with make, name it: make serve PYTHON=python{wanted}"
        )


def venv_works() -> bool:
    """Whether .venv exists and belongs to this Python version (it breaks when Python is upgraded)."""
    if not VENV_PYTHON.exists():
        return False
    probe = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([str(VENV_PYTHON), "-c", probe], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == "{}.{}".format(*sys.version_info[:2])


def create_venv() -> None:
    """Create .venv, or say in one line what the machine lacks."""
    import venv

    from machine import can_create_venv

    if not can_create_venv():
        sys.exit(
            "This Python cannot create virtual environments. Run: sudo apt-get install -y python3-venv   "
            "and then the same command again."
        )
    if VENV.exists():
        say("the .venv here is of another Python or broken; making it anew")
        shutil.rmtree(VENV)
    say(f"creating {VENV}")
    try:
        venv.create(VENV, with_pip=True, symlinks=not ON_WINDOWS)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"Could not create {VENV}: {error}. Is the disk full, or the folder read-only?")


def setup(extras: set[str]) -> None:
    """Make .venv hold what is pinned; returns at once when it already does."""
    from install import install, is_installed

    if is_installed(extras) and VENV_PYTHON.exists():
        return
    if not venv_works():
        create_venv()
    install(VENV_PYTHON, extras)


def become(command: list[str]) -> int:
    """Run a command in place of this process, so that Ctrl-C and SIGTERM reach it and nothing is left behind.

    Windows cannot replace a process: there this waits, and leaves Ctrl-C (which the console sends to both)
    to the child.
    """
    os.chdir(ROOT)
    sys.stderr.flush()
    if not ON_WINDOWS:
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def run_serve(arguments: list[str]) -> int:
    """Set up, then become the server."""
    setup(set())
    return become([str(VENV_PYTHON), "-m", "bot", "serve", *arguments])


def run_test(arguments: list[str]) -> int:
    """Set up with the test dependencies, bring what the machine lacks where it can, then become pytest."""
    from machine import prepare_for_tests, require_all

    prepare_for_tests(say)
    setup({"test", "transformers"} if require_all() else {"test"})
    # Tests start hundreds of programs: without compiled files each would compile the whole project.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # One more than there are cores: tests that wait for a server or a browser leave theirs idle.
    workers = str((os.cpu_count() or 1) + 1)
    return become([str(VENV_PYTHON), "-m", "pytest", "-n", workers, *arguments])


def run_prove(arguments: list[str]) -> int:
    """Set up with the test dependencies, then measure every bar."""
    setup({"test"})
    return become([str(VENV_PYTHON), "-m", "benchmarks.prove", *arguments])


def run_setup(arguments: list[str]) -> int:
    """Install only; the arguments name extras (postgres, transformers, test)."""
    setup(set(arguments))
    say(f"ready: {VENV_PYTHON.parent / 'bdhvs'}")
    return 0


def run_upgrade(arguments: list[str]) -> int:
    """Backup, fetch, install, migrate, check; on failure all the way back."""
    from upgrade import main as upgrade

    if not VENV_PYTHON.exists():
        setup(set())
    return upgrade(arguments, VENV_PYTHON, install_again, say)


def install_again() -> None:
    """Install in a process of its own: the scripts themselves may be other ones by now."""
    if subprocess.run([sys.executable, str(Path(__file__)), "setup"], check=False).returncode:
        sys.exit("installing failed; the reason is above")


def run_audit(arguments: list[str]) -> int:
    """Ask the package index's database of known vulnerabilities about every pinned package; needs the network.

    With an auditor in an environment that is thrown away: it belongs to no installation.
    """
    import tempfile
    import venv

    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True, symlinks=not ON_WINDOWS)
        python = Path(folder) / ("Scripts/python.exe" if ON_WINDOWS else "bin/python")
        say("fetching the auditor")
        fetched = subprocess.run([str(python), "-m", "pip", "install", "--quiet", AUDITOR], check=False)
        if fetched.returncode:
            return fetched.returncode
        # strict: a package that cannot be looked up is not one that is well
        pins = ["--requirement", str(ROOT / "constraints.txt"), "--no-deps", "--disable-pip", "--strict"]
        return subprocess.run([str(python), "-m", "pip_audit", *pins, *arguments], check=False).returncode


COMMANDS = {
    "serve": run_serve,
    "test": run_test,
    "prove": run_prove,
    "setup": run_setup,
    "upgrade": run_upgrade,
    "audit": run_audit,
}


def main() -> int:
    """Read the command and run it."""
    require_python()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=sorted(COMMANDS))
    parsed, rest = parser.parse_known_args()
    # A plain SIGTERM would leave pip running behind; as an exception it ends pip too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return COMMANDS[parsed.command](rest)
    except KeyboardInterrupt:
        say("stopped; run the same command again to go on")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
