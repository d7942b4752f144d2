"""Which messaging platforms this installation is connected to, by its settings."""

from __future__ import annotations

from bot.channels.base import Channel
from bot.channels.telegram import WEBHOOK_PATH, TelegramChannel
from bot.channels.webhook import WebhookSettings
from bot.delivery.pacing import TELEGRAM_PACE, Pace
from bot.errors import OperatorError
from bot.settings import Settings
from bot.texts import commands


def connected_channels(settings: Settings) -> list[tuple[Channel, Pace]]:
    """The channels with a token, and how fast each may be written to."""
    connected: list[tuple[Channel, Pace]] = []
    if settings.telegram_token:
        connected.append((_telegram(settings), TELEGRAM_PACE))
    return connected


def _telegram(settings: Settings) -> TelegramChannel:
    webhook = None
    if settings.telegram_webhook_secret:
        webhook = _webhook(settings, WEBHOOK_PATH, settings.telegram_webhook_secret.get_secret_value())
    assert settings.telegram_token is not None
    try:
        return TelegramChannel(
            settings.telegram_token.get_secret_value(), settings.telegram_base_url, webhook, commands=commands()
        )
    except ValueError as error:
        raise OperatorError(f"BDHVS_TELEGRAM_TOKEN: {error}") from error


def _webhook(settings: Settings, path: str, secret: str) -> WebhookSettings:
    if settings.public_url is None:
        raise OperatorError(
            "A webhook needs BDHVS_PUBLIC_URL, the https address the platform can reach. Set it, or remove the "
            "webhook secret to receive by long polling."
        )
    try:
        return WebhookSettings(settings.public_url + path, secret)
    except ValueError as error:
        raise OperatorError(f"Webhook secret: {error}") from error
