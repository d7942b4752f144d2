"""Accounts that staff connected on the site, with their tokens, where a restart and other programs find them.

On one computer: a file of the data folder that only this account of the computer reads, never in the database, whose
backups are copied around. On PostgreSQL: a table that no backup holds, sealed with a key that only the settings hold.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any, Protocol

import pyrage
from pyrage.x25519 import Identity
from sqlmodel import Session, select

from bot.errors import OperatorError
from bot.settings import Settings
from bot.store.database import Database
from bot.store.tables import ChannelAccount, utc_now

ACCOUNTS_FILE = "channel-tokens.json"
MAKE_KEY = 'python -c "from pyrage.x25519 import Identity; print(Identity.generate())"'
# How the file named the tokens of shared accounts when it held nothing else.
EARLIER_NAMES = {"telegram_token": "telegram", "zalo_bot_token": "zalo-bot"}

Credentials = dict[str, str]
"""What an account is used with: a bot's ``token``; an Official Account's ``app_id``, ``app_secret``, ``oa_secret``."""


class NoKeyError(OperatorError):
    """Several programs share the database, and nothing seals what they would share."""


class SavedAccounts(Protocol):
    """Where they are kept; ``for_all``: other programs find there what this one keeps."""

    for_all: bool

    def all(self) -> dict[str, Credentials]:
        """Every account by name. Raises OperatorError when they cannot be read."""
        ...

    def keep(self, account: str, credentials: Credentials) -> None:
        """Add or replace one. Raises OSError, OperatorError, SQLAlchemyError."""
        ...

    def drop(self, account: str) -> None:
        """Forget one. Raises as ``keep``."""
        ...


def saved_accounts(settings: Settings, database: Database) -> SavedAccounts:
    """The place that suits the installation. Raises OperatorError for a key that cannot be used."""
    file = FileAccounts(settings.data_dir)
    if settings.token_key is not None:
        return SealedAccounts(database, settings.token_key.get_secret_value(), file)
    return file if database.is_sqlite else UnsharedAccounts(file)


class FileAccounts:
    """In a file of the data folder."""

    for_all = False

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / ACCOUNTS_FILE

    def all(self) -> dict[str, Credentials]:
        """As SavedAccounts.all; a broken file holds none."""
        try:
            saved: Any = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        found: dict[str, Credentials] = {}
        for name, value in (saved if isinstance(saved, dict) else {}).items():
            given = {"token": value} if isinstance(value, str) else value
            if isinstance(given, dict):
                found[str(EARLIER_NAMES.get(name, name))] = {str(key): str(one) for key, one in given.items()}
        return found

    def keep(self, account: str, credentials: Credentials) -> None:
        """As SavedAccounts.keep."""
        self._write({**self.all(), account: credentials})

    def drop(self, account: str) -> None:
        """As SavedAccounts.drop."""
        self._write({name: value for name, value in self.all().items() if name != account})

    def remove(self) -> None:
        """Remove the file: its accounts are kept elsewhere."""
        self._file.unlink(missing_ok=True)

    def _write(self, accounts: dict[str, Credentials]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_name(ACCOUNTS_FILE + ".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(accounts, file)
        fresh.replace(self._file)


class UnsharedAccounts:
    """On PostgreSQL without a key: what this computer's file held before is used, nothing is added."""

    for_all = False

    def __init__(self, file: FileAccounts) -> None:
        self._file = file

    def all(self) -> dict[str, Credentials]:
        """As SavedAccounts.all."""
        return self._file.all()

    def keep(self, account: str, credentials: Credentials) -> None:
        """Raises NoKeyError: other programs on this database would not know of the account."""
        raise NoKeyError(
            "On PostgreSQL accounts connected on the staff site are kept sealed: set BDHVS_TOKEN_KEY, the same for "
            "every program on the database. Make one with: " + MAKE_KEY
        )

    def drop(self, account: str) -> None:
        """As SavedAccounts.drop."""
        self._file.drop(account)


class SealedAccounts:
    """In the database, each sealed with an age key (age-encryption.org/v1), as backups are."""

    for_all = True

    def __init__(self, database: Database, key: str, earlier: FileAccounts) -> None:
        """``earlier`` is the file that held them before the installation grew; it moves here."""
        self._database = database
        self._key = _identity(key)
        for account, credentials in earlier.all().items():
            self.keep(account, credentials)
        earlier.remove()

    def all(self) -> dict[str, Credentials]:
        """As SavedAccounts.all."""
        rows = self._database.read_now(lambda session: session.exec(select(ChannelAccount)).all())
        return {row.account: self._open(row) for row in rows}

    def keep(self, account: str, credentials: Credentials) -> None:
        """As SavedAccounts.keep."""
        plain = json.dumps(credentials).encode("utf-8")
        sealed = base64.b64encode(pyrage.encrypt(plain, [self._key.to_public()])).decode("ascii")

        def unit(session: Session) -> None:
            session.merge(ChannelAccount(account=account, sealed=sealed, saved_at=utc_now()))

        self._database.write_now(unit)

    def drop(self, account: str) -> None:
        """As SavedAccounts.drop."""

        def unit(session: Session) -> None:
            row = session.get(ChannelAccount, account)
            if row is not None:
                session.delete(row)

        self._database.write_now(unit)

    def _open(self, row: ChannelAccount) -> Credentials:
        try:
            opened: Credentials = json.loads(pyrage.decrypt(base64.b64decode(row.sealed), [self._key]))
        except pyrage.DecryptError:
            raise OperatorError(
                f"BDHVS_TOKEN_KEY does not open the account {row.account}: set the key it was connected with, the "
                "same for every program on the database."
            ) from None
        return opened


def _identity(key: str) -> Identity:
    try:
        return Identity.from_str(key)
    except pyrage.IdentityError:
        raise OperatorError(f"BDHVS_TOKEN_KEY is no key (AGE-SECRET-KEY-…). Make one with: {MAKE_KEY}") from None
