"""Encrypted backups: files of the age format (age-encryption.org/v1), read by this program or by age itself.

The key is an age identity (X25519) in a file of its own. Whoever has a backup without it has nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyrage
from pyrage.x25519 import Identity

from bot.store.archive import BrokenArchiveError

MAGIC = b"age-encryption.org/v1\n"  # how every file of the format begins
ENDING = ".age"
KEY_SIGN = "AGE-SECRET-KEY-"
KEY_TEXT = """# The key of bdhvs's backups (an age identity). Keep a copy off this computer: on paper or another disk.
# Without it no backup can be read; whoever has it and a backup can read everything in it.
"""


class KeyMissingError(Exception):
    """There is no key, or the file holds none."""


def make_key(file: Path) -> None:
    """Make the key unless it is there; only the account the program runs under may read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(f"{KEY_TEXT}{Identity.generate()}\n")


def read_key(file: Path) -> Identity:
    """The key. Raises KeyMissingError."""
    try:
        lines = file.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as cause:
        raise KeyMissingError(
            f"There is no key of the backups in {file}. Put the copy you keep there, or name it: "
            "BDHVS_BACKUP_KEY_FILE=FILE."
        ) from cause
    for line in lines:
        if line.startswith(KEY_SIGN):
            try:
                return Identity.from_str(line)
            except pyrage.IdentityError:
                break
    raise KeyMissingError(f"{file} holds no key. It is the line that begins with {KEY_SIGN}.")


def is_sealed(file: Path) -> bool:
    """Whether a file is encrypted so."""
    with file.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


def seal(plain: Path, target: Path, key: Identity) -> None:
    """Encrypt a file; ``target`` appears only when complete. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    try:
        pyrage.encrypt_file(str(plain), str(partial), [key.to_public()])
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def opened(source: Path, key_file: Path, folder: Path) -> Iterator[Path]:
    """A backup to read: itself when it is plain, else decrypted for the time of the block into ``folder``.

    Raises KeyMissingError; BrokenArchiveError for another key or a damaged file.
    """
    if not is_sealed(source):
        yield source
        return
    key = read_key(key_file)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as place:
        plain = Path(place) / "backup.zip"
        try:
            pyrage.decrypt_file(str(source), str(plain), [key])
        except (pyrage.DecryptError, OSError) as cause:
            if isinstance(cause, OSError) and cause.errno is not None:  # the disk's; a broken chunk's has no number
                raise
            raise BrokenArchiveError(
                f"{source} is damaged, or was encrypted with another key than {key_file}."
            ) from cause
        yield plain
