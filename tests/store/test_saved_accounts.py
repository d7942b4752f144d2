"""Where connected accounts are kept: a file on one computer, sealed in PostgreSQL, and nothing in between."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from pyrage.x25519 import Identity
from sqlmodel import select

from bot.accounts import Accounts
from bot.connecting import material_images
from bot.delivery.replica import Replica
from bot.errors import OperatorError
from bot.saved_accounts import ACCOUNTS_FILE, NoKeyError, saved_accounts
from bot.settings import Settings
from bot.store.database import Database
from bot.store.restore import back_up, restore
from bot.store.tables import ChannelAccount

KEY = str(Identity.generate())
TOKEN = "123456:abcdefghijklmnopqrstuvwxyz"


def settings(tmp_path: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, **given)


def test_a_file_of_before_is_read_and_a_broken_one_holds_nothing(tmp_path: Path, sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    file = tmp_path / ACCOUNTS_FILE
    file.write_text('{"telegram_token": "1:saved", "zalo_bot_token": "2:saved"}', encoding="utf-8")
    saved = saved_accounts(settings(tmp_path), database)
    assert saved.all() == {"telegram": {"token": "1:saved"}, "zalo-bot": {"token": "2:saved"}}
    saved.keep("telegram@tu-ky", {"token": "3:own"})
    saved.drop("zalo-bot")
    assert saved_accounts(settings(tmp_path), database).all() == {
        "telegram": {"token": "1:saved"},
        "telegram@tu-ky": {"token": "3:own"},
    }
    for broken in ("{broken", "[]", '{"telegram": 5}'):
        file.write_text(broken, encoding="utf-8")
        assert saved.all() == {}
    database.close()


@pytest.mark.postgres
def test_on_postgresql_nothing_is_kept_without_a_key(tmp_path: Path, postgres_url: str) -> None:
    database = Database(postgres_url)
    saved = saved_accounts(settings(tmp_path), database)
    with pytest.raises(NoKeyError, match="BDHVS_TOKEN_KEY"):
        saved.keep("telegram@tu-ky", {"token": TOKEN})
    assert saved.all() == {}
    database.close()


def test_sealed_tokens_are_unreadable_in_no_backup_and_outlive_a_restore(database: Database, tmp_path: Path) -> None:
    (tmp_path / ACCOUNTS_FILE).write_text(json.dumps({"telegram_token": "1:before"}), encoding="utf-8")
    saved = saved_accounts(settings(tmp_path, token_key=KEY), database)
    saved.keep("telegram@tu-ky", {"token": TOKEN})
    assert saved.all() == {"telegram": {"token": "1:before"}, "telegram@tu-ky": {"token": TOKEN}}, "the file moved in"
    assert not (tmp_path / ACCOUNTS_FILE).exists()
    stored = database.read_now(lambda session: session.exec(select(ChannelAccount.sealed)).all())
    assert not any(TOKEN in sealed for sealed in stored)
    with pytest.raises(OperatorError, match="BDHVS_TOKEN_KEY does not open"):
        saved_accounts(settings(tmp_path, token_key=str(Identity.generate())), database).all()
    back_up(database.url, tmp_path / "b.zip")
    restore(database.url, tmp_path / "b.zip", tmp_path)
    assert saved.all()["telegram@tu-ky"] == {"token": TOKEN}


def test_what_is_no_key_is_refused(tmp_path: Path, sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    with pytest.raises(OperatorError, match="BDHVS_TOKEN_KEY is no key"):
        saved_accounts(settings(tmp_path, token_key="short"), database)
    database.close()


async def test_what_one_program_connects_the_others_take_up_and_drop(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    given = settings(tmp_path, token_key=KEY)
    other = Accounts(given, database, Replica(database), material_images(given))
    saved = saved_accounts(given, database)
    saved.keep("telegram@tu-ky", {"token": TOKEN})
    saved.keep("zalo-bot@tu-ky", {"token": "?"})
    await other.follow()
    assert list(other.labels()) == ["telegram@tu-ky"]
    assert [one.name for one in other.troubled() if hasattr(one, "credentials")] == ["zalo-bot@tu-ky"]
    (first,) = other.channels
    saved.keep("telegram@tu-ky", {"token": "654321:abcdefghijklmnopqrstuvwxyz"})
    await other.follow()
    assert other.channels and other.channels[0] is not first, "a new token is taken up"
    await other.follow()
    saved.drop("telegram@tu-ky")
    await other.follow()
    assert other.labels() == {}
    assert TOKEN not in caplog.text
