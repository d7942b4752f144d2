"""Which accounts on messaging platforms this installation has, and the channel of each."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlmodel import Session

from bot.channels.account import kind_of, ward_of, webhook_path
from bot.channels.base import Channel, ReceivesSlowly
from bot.channels.images import ImageSource, MaterialImages
from bot.channels.webhook import WebhookSettings
from bot.delivery.menus import SentMenus
from bot.delivery.pacing import NO_PACE, TELEGRAM_CEILING, TELEGRAM_PACE, ZALO_PACE, Pace
from bot.errors import OperatorError
from bot.material import courses_folder
from bot.pictures import LessonPictures
from bot.saved_accounts import Credentials, saved_accounts
from bot.settings import Settings
from bot.store.database import Database
from bot.store.quotas import TableMeter, add_limits, set_limits
from bot.store.tables import utc_now
from bot.texts import commands
from lessons.contest.capacity import Way

if TYPE_CHECKING:
    from bot.channels.zalo_oa_tokens import OaSettings
    from bot.store.oa_tokens import TokenTable

TELEGRAM_ADDRESS = str(Settings.model_fields["telegram_base_url"].default)
# The platforms, and what people call them.
KINDS = {"telegram": "Telegram", "zalo-bot": "Zalo", "zalo-oa": "Zalo OA"}
OA_TOKENS = "zalo-oa-tokens.json"


def material_images(settings: Settings) -> LessonPictures:
    """The pictures of the lessons."""
    shipped = MaterialImages((courses_folder(settings),), settings.public_url)
    return LessonPictures(shipped, settings.data_dir / "pictures")


def shared_accounts(settings: Settings) -> dict[str, Credentials]:
    """The accounts that the settings name, for all wards. Raises OperatorError when one lacks something."""
    found: dict[str, Credentials] = {}
    if settings.telegram_token:
        found["telegram"] = {"token": settings.telegram_token.get_secret_value()}
    if settings.zalo_bot_token:
        found["zalo-bot"] = {"token": settings.zalo_bot_token.get_secret_value()}
    if settings.zalo_oa_app_id:
        if not (settings.zalo_oa_app_secret and settings.zalo_oa_secret):
            raise OperatorError(
                "A Zalo Official Account needs BDHVS_ZALO_OA_APP_ID, BDHVS_ZALO_OA_APP_SECRET and BDHVS_ZALO_OA_SECRET."
            )
        found["zalo-oa"] = {
            "app_id": settings.zalo_oa_app_id,
            "app_secret": settings.zalo_oa_app_secret.get_secret_value(),
            "oa_secret": settings.zalo_oa_secret.get_secret_value(),
        }
    return found


def usable(saved: Mapping[str, Credentials]) -> dict[str, Credentials]:
    """Of what is saved the accounts; the rest waits for a consent (bot/oa_consent.py)."""
    return {account: credentials for account, credentials in saved.items() if kind_of(account) in KINDS}


def connected_channels(
    settings: Settings, database: Database, images: ImageSource | None = None
) -> list[tuple[Channel, Pace]]:
    """The channel of every account, and how fast each may be written to. Raises OperatorError.

    ``images`` finds what replies name; by default the lessons' pictures alone. The settings go before what is saved.
    """
    images = images or material_images(settings)
    saved = usable(saved_accounts(settings, database).all())
    accounts = {**saved, **shared_accounts(settings)}
    return [channel_of(settings, name, credentials, database, images) for name, credentials in accounts.items()]


def store_quotas(settings: Settings, session: Session) -> None:
    """What the settings say the shared accounts may send, where every program finds it."""
    for kind in ("zalo-bot", "zalo-oa"):
        set_limits(session, kind, *default_limits(settings, kind), utc_now())


def default_limits(settings: Settings, account: str) -> tuple[int | None, int | None]:
    """Messages a month and people of an account whose ward said nothing else; None for no limit."""
    if kind_of(account) == "zalo-bot":
        return settings.zalo_bot_messages or None, settings.zalo_bot_people or None
    # 0 means none here: what costs money is sent only where the ward says so.
    return (settings.zalo_oa_paid_messages, None) if kind_of(account) == "zalo-oa" else (None, None)


def store_limits(settings: Settings, session: Session, account: str) -> None:
    """Count what a ward's account sends, within the usual limits unless the ward set others."""
    if kind_of(account) != "telegram":
        add_limits(session, account, *default_limits(settings, account), utc_now())


def channel_of(
    settings: Settings, account: str, credentials: Credentials, database: Database, images: ImageSource
) -> tuple[Channel, Pace]:
    """The channel of an account. Raises OperatorError for what cannot be used."""
    try:
        if kind_of(account) == "telegram":
            return _telegram(settings, account, credentials["token"], images), telegram_pace(settings)
        if kind_of(account) == "zalo-bot":
            return _zalo_bot(settings, account, credentials["token"], database, images), ZALO_PACE
        return _zalo_oa(settings, account, credentials, database, images), ZALO_PACE
    except KeyError as missing:
        raise OperatorError(f"{account}: nothing is kept as {missing}; connect it again") from None
    except ValueError as error:
        raise OperatorError(f"{account}: {error}") from error


def way_of(channel: Channel, pace: Pace) -> Way:
    """How fast an account carries messages both ways."""
    slow = channel.received_a_second if isinstance(channel, ReceivesSlowly) else None
    return Way(pace.per_second or None, pace.ceiling or None, slow)


def telegram_pace(settings: Settings) -> Pace:
    """How fast Telegram may be written to. Raises OperatorError."""
    rate = settings.telegram_per_second
    if settings.telegram_base_url == TELEGRAM_ADDRESS and not 0 < rate <= TELEGRAM_CEILING:
        raise OperatorError(f"BDHVS_TELEGRAM_PER_SECOND: Telegram's server takes 1 to {TELEGRAM_CEILING:.0f}.")
    if not rate:
        return NO_PACE
    faster = max(1.0, rate / TELEGRAM_CEILING)
    ceiling = TELEGRAM_CEILING if faster == 1.0 else rate * TELEGRAM_PACE.ceiling / TELEGRAM_PACE.per_second
    return Pace(rate, TELEGRAM_PACE.chat_interval / faster, ceiling)


def _telegram(settings: Settings, account: str, token: str, images: ImageSource) -> Channel:
    from bot.channels import telegram  # 25 MB of a platform that many wards do not use

    return telegram.TelegramChannel(
        token,
        settings.telegram_base_url,
        _webhook(settings, account, settings.telegram_webhook_secret),
        account=account,
        commands=commands(),
        images=images,
    )


def _zalo_bot(settings: Settings, account: str, token: str, database: Database, images: ImageSource) -> Channel:
    from bot.channels import zalo_bot

    return zalo_bot.ZaloBotChannel(
        token,
        settings.zalo_bot_base_url,
        _webhook(settings, account, settings.zalo_bot_webhook_secret),
        account=account,
        images=images,
        menus=SentMenus(database, account),
        meter=TableMeter(database, account),
    )


def _zalo_oa(
    settings: Settings, account: str, credentials: Credentials, database: Database, images: ImageSource
) -> Channel:
    from bot.channels import zalo_oa

    if settings.public_url is None:
        raise OperatorError("A Zalo Official Account sends to a webhook only: set BDHVS_PUBLIC_URL (https).")
    return zalo_oa.ZaloOaChannel(
        oa_settings(settings, credentials),
        oa_tokens(settings, database, account, credentials),
        account=account,
        images=images,
        menus=SentMenus(database, account),
        meter=TableMeter(database, account),
    )


def oa_settings(settings: Settings, credentials: Credentials) -> OaSettings:
    """The Official Account's settings."""
    from bot.channels.zalo_oa_tokens import OaSettings

    return OaSettings(
        credentials["app_id"],
        credentials["app_secret"],
        credentials["oa_secret"],
        settings.zalo_oa_base_url,
        settings.zalo_oa_oauth_url,
    )


def oa_tokens(settings: Settings, database: Database, account: str, credentials: Credentials) -> TokenTable:
    """Where the tokens of an Official Account are kept."""
    from bot.store.oa_tokens import TokenTable

    earlier = settings.data_dir / OA_TOKENS if ward_of(account) is None else None
    return TokenTable(database, account, credentials["app_id"], earlier)


def _webhook(settings: Settings, account: str, secret: SecretStr | None) -> WebhookSettings | None:
    if secret is None:
        return None
    if settings.public_url is None:
        raise OperatorError(
            "A webhook needs BDHVS_PUBLIC_URL, the https address the platform can reach. Set it, or remove the "
            "webhook secret to receive by long polling."
        )
    given = secret.get_secret_value()
    try:
        shared = WebhookSettings(settings.public_url + webhook_path(account), given)
    except ValueError as error:
        raise OperatorError(f"Webhook secret: {error}") from error
    if ward_of(account) is None:
        return shared
    # Every ward's bot is told its own secret: who learns one learns no other.
    own = hmac.new(given.encode("ascii"), account.encode("utf-8"), hashlib.sha256).hexdigest()
    return WebhookSettings(shared.url, own)
