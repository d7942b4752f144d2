"""Tokens that staff entered on the site: a file of the data folder that only this account of the computer reads.

Never in the database: backups of it are copied around. What the environment sets goes before.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import SecretStr

from bot.settings import Settings

TOKENS_FILE = "channel-tokens.json"
# The settings that may come from the file.
FIELDS = ("telegram_token", "zalo_bot_token")


def with_saved_tokens(settings: Settings) -> Settings:
    """The settings, with the tokens of the file where the environment sets none."""
    saved = _read(settings.data_dir)
    missing = {name: SecretStr(saved[name]) for name in FIELDS if saved.get(name) and getattr(settings, name) is None}
    return settings.model_copy(update=missing) if missing else settings


def with_token(settings: Settings, field: str, token: str) -> Settings:
    """The settings with this token, receiving by polling: a webhook needs an address that is there from the start."""
    secret = field.replace("_token", "_webhook_secret")
    return settings.model_copy(update={field: SecretStr(token), secret: None})


def keep_token(data_dir: Path, field: str, token: str) -> None:
    """Write a token to the file. Raises OSError."""
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = data_dir / (TOKENS_FILE + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({**_read(data_dir), field: token}, file)
    fresh.replace(data_dir / TOKENS_FILE)


def _read(data_dir: Path) -> dict[str, str]:
    try:
        saved = json.loads((data_dir / TOKENS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: value for name, value in saved.items() if isinstance(value, str)} if isinstance(saved, dict) else {}
