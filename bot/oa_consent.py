"""Linking a Zalo Official Account: its administrator consents on Zalo's page, or pastes a refresh token."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from bot.channels.account import account_name
from bot.channels.base import ChannelError
from bot.connecting import oa_settings, oa_tokens, shared_accounts
from bot.errors import OperatorError
from bot.saved_accounts import Credentials, SavedAccounts
from bot.settings import Settings
from bot.store.database import Database

OA_CONSENT = "zalo-oa-consent.json"
VERIFIER_CHARACTERS = 43  # PKCE (RFC 7636) asks for 43 to 128
# Beside the accounts (bot/saved_accounts.py), until Zalo sends the administrator back.
WAITING_KIND = "zalo-oa-consent"


def begin_oa_consent(settings: Settings, redirect_uri: str) -> str:
    """The page where the shared account's administrator consents; its secret waits in the data folder."""
    page, waiting = _page(settings, _shared(settings), redirect_uri)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _private(settings.data_dir / OA_CONSENT, json.dumps(waiting))
    return page


async def finish_oa_consent(settings: Settings, database: Database, code: str) -> None:
    """Exchange the code of the page's answer for the shared account's tokens. Raises OperatorError."""
    waiting = settings.data_dir / OA_CONSENT
    if not waiting.is_file():
        raise OperatorError("First open the consent page: bdhvs zalo-oa consent --redirect https://…")
    verifier = json.loads(waiting.read_text(encoding="utf-8"))["verifier"]
    try:
        await take_code(settings, database, "zalo-oa", _shared(settings), code, verifier)
    except ChannelError as error:
        raise OperatorError(
            f"{error}. A code is valid for 10 minutes and once; open the consent page again."
        ) from error
    waiting.unlink()


def begin_ward_consent(
    settings: Settings, saved: SavedAccounts, ward: str, credentials: Credentials, redirect_uri: str
) -> str:
    """The page where a ward's account's administrator consents. Raises as ``SavedAccounts.keep``."""
    page, waiting = _page(settings, credentials, redirect_uri)
    saved.keep(account_name(WAITING_KIND, ward), {**credentials, **waiting})
    return page


def waiting_consent(saved: SavedAccounts, ward: str, state: str) -> Credentials | None:
    """What waits for the consent that Zalo names by ``state``; None for one that was not begun here."""
    found = saved.all().get(account_name(WAITING_KIND, ward))
    return found if found and secrets.compare_digest(found["state"].encode(), state.encode()) else None


async def take_code(
    settings: Settings, database: Database, account: str, credentials: Credentials, code: str, verifier: str
) -> None:
    """Exchange a consent's code for tokens, which are kept. Raises a ChannelError."""
    from bot.channels.zalo_oa_tokens import OaTokens

    tokens = OaTokens(oa_settings(settings, credentials), oa_tokens(settings, database, account, credentials))
    try:
        await tokens.consent(code, verifier)
    finally:
        await tokens.close()


async def take_refresh_token(
    settings: Settings, database: Database, account: str, credentials: Credentials, token: str
) -> None:
    """Exchange a refresh token, which works once, for a new pair, which is kept. Raises a ChannelError."""
    from bot.channels.zalo_oa_tokens import OaTokens

    tokens = OaTokens(oa_settings(settings, credentials), oa_tokens(settings, database, account, credentials))
    try:
        await tokens.begin_with(token)
    finally:
        await tokens.close()


def _page(settings: Settings, credentials: Credentials, redirect_uri: str) -> tuple[str, Credentials]:
    from bot.channels.zalo_oa_tokens import consent_page

    verifier, state = secrets.token_urlsafe(64)[:VERIFIER_CHARACTERS], secrets.token_urlsafe(16)
    page = consent_page(oa_settings(settings, credentials), redirect_uri, state, verifier)
    return page, {"verifier": verifier, "state": state}


def _shared(settings: Settings) -> Credentials:
    found = shared_accounts(settings).get("zalo-oa")
    if found is None:
        raise OperatorError("Set BDHVS_ZALO_OA_APP_ID, BDHVS_ZALO_OA_APP_SECRET and BDHVS_ZALO_OA_SECRET first.")
    return found


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
