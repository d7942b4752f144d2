"""Which messaging platforms this installation is connected to, by its settings."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlmodel import Session

from bot.channels.base import Channel, ChannelError
from bot.channels.images import ImageSource, MaterialImages
from bot.channels.webhook import WebhookSettings
from bot.delivery.menus import SentMenus
from bot.delivery.pacing import NO_PACE, TELEGRAM_CEILING, TELEGRAM_PACE, ZALO_PACE, Pace
from bot.errors import OperatorError
from bot.material import courses_folder
from bot.pictures import LessonPictures
from bot.saved_tokens import with_saved_tokens, with_token
from bot.settings import Settings
from bot.store.database import Database
from bot.store.quotas import TableMeter, set_limits
from bot.store.tables import utc_now
from bot.texts import commands

if TYPE_CHECKING:
    from bot.channels.zalo_oa_tokens import OaSettings
    from bot.store.oa_tokens import TokenTable

TELEGRAM_ADDRESS = str(Settings.model_fields["telegram_base_url"].default)
# Channels that staff may connect on the site by a token: its setting, and what people call the platform.
TOKEN_KINDS = {"telegram": ("telegram_token", "Telegram"), "zalo-bot": ("zalo_bot_token", "Zalo")}
OA_TOKENS = "zalo-oa-tokens.json"
OA_CONSENT = "zalo-oa-consent.json"
VERIFIER_CHARACTERS = 43  # PKCE (RFC 7636) asks for 43 to 128


def material_images(settings: Settings) -> LessonPictures:
    """The pictures of the lessons."""
    shipped = MaterialImages((courses_folder(settings),), settings.public_url)
    return LessonPictures(shipped, settings.data_dir / "pictures")


def connected_channels(
    settings: Settings, database: Database, images: ImageSource | None = None
) -> list[tuple[Channel, Pace]]:
    """The channels with a token, and how fast each may be written to. Raises OperatorError.

    ``images`` finds what replies name; by default the lessons' pictures alone.
    """
    images, settings = images or material_images(settings), with_saved_tokens(settings)
    connected: list[tuple[Channel, Pace]] = []
    if settings.telegram_token:
        connected.append((_telegram(settings, settings.telegram_token, images), telegram_pace(settings)))
    if settings.zalo_bot_token:
        connected.append((_zalo_bot(settings, settings.zalo_bot_token, database, images), ZALO_PACE))
    if settings.zalo_oa_app_id:
        connected.append((_zalo_oa(settings, database, images), ZALO_PACE))
    return connected


def store_quotas(settings: Settings, session: Session) -> None:
    """What the settings say the accounts may send, where every program finds it."""
    set_limits(session, "zalo-bot", settings.zalo_bot_messages or None, settings.zalo_bot_people or None, utc_now())
    # 0 means none here: what costs money is sent only where the ward says so.
    set_limits(session, "zalo-oa", settings.zalo_oa_paid_messages, None, utc_now())


def channel_by_token(
    settings: Settings, kind: str, token: str, database: Database, images: ImageSource
) -> tuple[Channel, Pace]:
    """The channel of a token that staff entered. Raises OperatorError for what cannot be one."""
    field, _ = TOKEN_KINDS[kind]
    given = with_token(settings, field, token)
    if kind == "telegram":
        return _telegram(given, SecretStr(token), images), telegram_pace(given)
    return _zalo_bot(given, SecretStr(token), database, images), ZALO_PACE


def telegram_pace(settings: Settings) -> Pace:
    """How fast Telegram may be written to. Raises OperatorError."""
    rate = settings.telegram_per_second
    if settings.telegram_base_url == TELEGRAM_ADDRESS and not 0 < rate <= TELEGRAM_CEILING:
        raise OperatorError(f"BDHVS_TELEGRAM_PER_SECOND: Telegram's server takes 1 to {TELEGRAM_CEILING:.0f}.")
    if not rate:
        return NO_PACE
    faster = max(1.0, rate / TELEGRAM_CEILING)
    ceiling = max(TELEGRAM_CEILING, rate * TELEGRAM_PACE.ceiling / TELEGRAM_PACE.per_second)
    return Pace(rate, TELEGRAM_PACE.chat_interval / faster, ceiling)


def _telegram(settings: Settings, token: SecretStr, images: ImageSource) -> Channel:
    from bot.channels import telegram  # 25 MB of a platform that many wards do not use

    webhook = _webhook(settings, telegram.WEBHOOK_PATH, settings.telegram_webhook_secret)
    try:
        return telegram.TelegramChannel(
            token.get_secret_value(),
            settings.telegram_base_url,
            webhook,
            commands=commands(),
            images=images,
        )
    except ValueError as error:
        raise OperatorError(f"BDHVS_TELEGRAM_TOKEN: {error}") from error


def _zalo_bot(settings: Settings, token: SecretStr, database: Database, images: ImageSource) -> Channel:
    from bot.channels import zalo_bot

    webhook = _webhook(settings, zalo_bot.WEBHOOK_PATH, settings.zalo_bot_webhook_secret)
    try:
        return zalo_bot.ZaloBotChannel(
            token.get_secret_value(),
            settings.zalo_bot_base_url,
            webhook,
            images=images,
            menus=SentMenus(database, zalo_bot.ZaloBotChannel.name),
            meter=TableMeter(database, zalo_bot.ZaloBotChannel.name),
        )
    except ValueError as error:
        raise OperatorError(f"BDHVS_ZALO_BOT_TOKEN: {error}") from error


def _zalo_oa(settings: Settings, database: Database, images: ImageSource) -> Channel:
    from bot.channels import zalo_oa

    if settings.public_url is None:
        raise OperatorError("A Zalo Official Account sends to a webhook only: set BDHVS_PUBLIC_URL (https).")
    return zalo_oa.ZaloOaChannel(
        oa_settings(settings),
        _oa_tokens(settings, database),
        images=images,
        menus=SentMenus(database, zalo_oa.ZaloOaChannel.name),
        meter=TableMeter(database, zalo_oa.ZaloOaChannel.name),
    )


def oa_settings(settings: Settings) -> OaSettings:
    """The Official Account's settings. Raises OperatorError when one is missing."""
    from bot.channels.zalo_oa_tokens import OaSettings

    if not (settings.zalo_oa_app_id and settings.zalo_oa_app_secret and settings.zalo_oa_secret):
        raise OperatorError(
            "A Zalo Official Account needs BDHVS_ZALO_OA_APP_ID, BDHVS_ZALO_OA_APP_SECRET and BDHVS_ZALO_OA_SECRET."
        )
    return OaSettings(
        settings.zalo_oa_app_id,
        settings.zalo_oa_app_secret.get_secret_value(),
        settings.zalo_oa_secret.get_secret_value(),
        settings.zalo_oa_base_url,
        settings.zalo_oa_oauth_url,
    )


def _oa_tokens(settings: Settings, database: Database) -> TokenTable:
    from bot.store.oa_tokens import TokenTable

    return TokenTable(database, settings.zalo_oa_app_id or "", settings.data_dir / OA_TOKENS)


def _webhook(settings: Settings, path: str, secret: SecretStr | None) -> WebhookSettings | None:
    if secret is None:
        return None
    if settings.public_url is None:
        raise OperatorError(
            "A webhook needs BDHVS_PUBLIC_URL, the https address the platform can reach. Set it, or remove the "
            "webhook secret to receive by long polling."
        )
    try:
        return WebhookSettings(settings.public_url + path, secret.get_secret_value())
    except ValueError as error:
        raise OperatorError(f"Webhook secret: {error}") from error


def begin_oa_consent(settings: Settings, redirect_uri: str) -> str:
    """The page where the Official Account's administrator consents; its secret waits in the data folder."""
    from bot.channels.zalo_oa_tokens import consent_page

    verifier, state = secrets.token_urlsafe(64)[:VERIFIER_CHARACTERS], secrets.token_urlsafe(16)
    page = consent_page(oa_settings(settings), redirect_uri, state, verifier)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    _private(settings.data_dir / OA_CONSENT, json.dumps({"verifier": verifier}))
    return page


async def finish_oa_consent(settings: Settings, database: Database, code: str) -> None:
    """Exchange the code of the page's answer for tokens. Raises OperatorError."""
    from bot.channels.zalo_oa_tokens import OaTokens

    waiting = settings.data_dir / OA_CONSENT
    if not waiting.is_file():
        raise OperatorError("First open the consent page: bdhvs zalo-oa consent --redirect https://…")
    verifier = json.loads(waiting.read_text(encoding="utf-8"))["verifier"]
    tokens = OaTokens(oa_settings(settings), _oa_tokens(settings, database))
    try:
        await tokens.consent(code, verifier)
    except ChannelError as error:
        raise OperatorError(
            f"{error}. A code is valid for 10 minutes and once; open the consent page again."
        ) from error
    finally:
        await tokens.close()
    waiting.unlink()


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
