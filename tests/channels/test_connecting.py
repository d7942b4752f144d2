"""Which channels the settings connect, and what an operator is told when one is set wrongly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.connecting import connected_channels, telegram_pace
from bot.errors import OperatorError
from bot.oa_consent import begin_oa_consent, finish_oa_consent
from bot.settings import Settings
from bot.store.database import Database

TELEGRAM = SecretStr("123456:abcdefghijklmnopqrstuvwxyz")
ZALO = SecretStr("123456789:abc-xyz")
OA = {
    "zalo_oa_app_id": "360",
    "zalo_oa_app_secret": SecretStr("app"),
    "zalo_oa_secret": SecretStr("oa"),
}


def settings(tmp_path: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, **given)


@pytest.fixture
def store(sqlite_database_url: str) -> Iterator[Database]:
    database = Database(sqlite_database_url)
    yield database
    database.close()


def test_a_token_connects_a_channel(tmp_path: Path, store: Database) -> None:
    def names(current: Settings) -> list[str]:
        return [channel.name for channel, _ in connected_channels(current, store)]

    assert names(settings(tmp_path)) == []
    assert names(settings(tmp_path, telegram_token=TELEGRAM)) == ["telegram"]
    both = settings(tmp_path, zalo_bot_token=ZALO, public_url="https://hoc.example", **OA)
    assert names(both) == ["zalo-bot", "zalo-oa"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"telegram_token": SecretStr("no token")}, "BDHVS_TELEGRAM_TOKEN"),
        ({"telegram_token": TELEGRAM, "telegram_webhook_secret": SecretStr("s" * 20)}, "BDHVS_PUBLIC_URL"),
        (
            {
                "telegram_token": TELEGRAM,
                "telegram_webhook_secret": SecretStr("s"),
                "public_url": "https://hoc.example",
            },
            "secret",
        ),
        ({"zalo_oa_app_id": "360", "public_url": "https://hoc.example"}, "BDHVS_ZALO_OA_APP_SECRET"),
        (OA, "BDHVS_PUBLIC_URL"),
        ({"telegram_token": TELEGRAM, "telegram_per_second": 31.0}, "BDHVS_TELEGRAM_PER_SECOND"),
        ({"telegram_token": TELEGRAM, "telegram_per_second": 0.0}, "BDHVS_TELEGRAM_PER_SECOND"),
    ],
)
def test_a_wrong_setting_says_what_to_do(tmp_path: Path, store: Database, given: dict[str, Any], says: str) -> None:
    with pytest.raises(OperatorError, match=says) as told:
        connected_channels(settings(tmp_path, **given), store)
    for secret in given.values():
        if isinstance(secret, SecretStr) and len(secret.get_secret_value()) > 3:
            assert secret.get_secret_value() not in str(told.value)


def test_consent_begins_with_a_page_and_needs_it_to_end(tmp_path: Path, store: Database) -> None:
    current = settings(tmp_path, **OA)
    with pytest.raises(OperatorError, match="consent page"):
        asyncio.run(finish_oa_consent(current, store, "code"))
    page = begin_oa_consent(current, "https://hoc.example/done")
    assert page.startswith("https://oauth.zaloapp.com/v4/oa/permission?app_id=360")
    assert "code_challenge=" in page


@pytest.mark.parametrize("rate", [1.0, 25.0, 30.0])
def test_whatever_rate_is_set_telegrams_own_server_gets_at_most_thirty_a_second(tmp_path: Path, rate: float) -> None:
    assert telegram_pace(settings(tmp_path, telegram_per_second=rate)).ceiling == 30.0
