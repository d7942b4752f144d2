"""The Bot API client: python-telegram-bot with our own update intake, and its errors in our words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.base import (
    AmbiguousError,
    ChannelError,
    NotConnectedError,
    PermanentError,
    RetryAfterError,
    TemporaryError,
    TokenRefusedError,
    UnreachableError,
)
from bot.channels.http import quiet_client_logs
from bot.channels.telegram_request import LINE_TROUBLE, NOT_SENT, TelegramRequest
from bot.channels.wire import JsonObject

DEFAULT_BASE_URL = "https://api.telegram.org"
TOKEN_FORM = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{20,100}")
# python-telegram-bot otherwise warns at every RetryAfter it builds (22.8, until its next major version).
os.environ.setdefault("PTB_TIMEDELTA", "1")

# Sends wait this long for an answer: the server itself gives up on a slow datacentre after about 20 s.
SEND_TIMEOUT_SECONDS = 20.0
# As many sends at once as the outbox has in hand, with room for callback answers.
CONNECTIONS = 64
# What the library raises inside when an answer has the right frame and the wrong content.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
# Refusals of the chat rather than of the message (descriptions of the Bot API server, lower case).
CHAT_GONE = (
    "chat not found",
    "peer_id_invalid",
    "user_is_deactivated",
    "not enough rights to send",
    "have no rights to send",
    "chat_write_forbidden",
    "chat_restricted",
)


class Client(Bot):
    """Bot with calls that read only what is needed of an answer."""

    async def raw_updates(
        self, offset: int | None, wait_seconds: int, kinds: Sequence[str], limit: int
    ) -> list[JsonObject]:
        """Updates as they came: one unreadable update must not hide the others, so they are read one by one.

        ``offset`` confirms all before it. Raises TelegramError.
        """
        found = await self._post(
            "getUpdates",
            {"offset": offset, "timeout": wait_seconds, "allowed_updates": list(kinds), "limit": limit},
            read_timeout=SEND_TIMEOUT_SECONDS + wait_seconds,
        )
        if not isinstance(found, list):
            raise NetworkError("getUpdates answered something that is not a list")
        return [update for update in found if isinstance(update, dict)]

    async def send_text(self, chat: str, text: str, keyboard: InlineKeyboardMarkup | None) -> int:
        """Send a message without link previews; its id. Raises TelegramError."""
        values: dict[str, Any] = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        if keyboard is not None:
            values["reply_markup"] = keyboard
        sent: Any = await self._post("sendMessage", values)
        return int(sent["message_id"])


def check_token(token: str) -> None:
    """Raise ValueError for what cannot be a bot token."""
    if not TOKEN_FORM.fullmatch(token):
        raise ValueError(
            "BDHVS_TELEGRAM_TOKEN is not a Telegram bot token (digits, a colon, letters); copy it again from @BotFather"
        )


def build_client(token: str, base_url: str | None) -> Client:
    """A client of the Bot API server at ``base_url``, with or without the ending /bot."""
    check_token(token)
    quiet_client_logs()
    root = (base_url or DEFAULT_BASE_URL).rstrip("/").removesuffix("/bot")
    return Client(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=TelegramRequest(root, CONNECTIONS, SEND_TIMEOUT_SECONDS),
        get_updates_request=TelegramRequest(root, 2, SEND_TIMEOUT_SECONDS),
    )


@contextmanager
def our_errors(client: Bot) -> Iterator[None]:
    """Turn a TelegramError into a ChannelError; the original, which may name the token, is dropped."""
    try:
        yield
    except TelegramError as error:
        failure = channel_error(error, client.token)
    except UNREADABLE as error:
        failure = AmbiguousError(f"Telegram answered something unreadable ({type(error).__name__})")
    else:
        return
    raise failure


def channel_error(error: TelegramError, token: str) -> ChannelError:
    """The error in our words. Order matters: BadRequest and TimedOut are NetworkErrors to the library."""
    reason = error.message.replace(token, "[token]")
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return RetryAfterError(float(wait) if isinstance(wait, int | float) else wait.total_seconds())
    if isinstance(error, Forbidden):
        return UnreachableError(reason)
    if isinstance(error, InvalidToken):
        return TokenRefusedError("Telegram refuses the bot token; set BDHVS_TELEGRAM_TOKEN to the one @BotFather shows")
    if isinstance(error, BadRequest):
        gone = any(phrase in reason.lower() for phrase in CHAT_GONE)
        return UnreachableError(reason) if gone else PermanentError(reason)
    if isinstance(error, ChatMigrated):
        return UnreachableError("the group has become another chat")
    return _temporary_error(error)


def _temporary_error(error: TelegramError) -> ChannelError:
    if isinstance(error, Conflict):
        return TemporaryError(
            "another program receives this bot's messages; stop it, or make a bot of your own with @BotFather"
        )
    cause = error.__cause__
    if isinstance(cause, NOT_SENT):
        return NotConnectedError(f"Telegram cannot be reached ({type(cause).__name__})")
    if isinstance(cause, LINE_TROUBLE):
        return AmbiguousError(f"no answer from Telegram ({type(cause).__name__})")
    kind = "network error" if isinstance(error, NetworkError) else type(error).__name__
    return TemporaryError(f"Telegram answers with trouble ({kind})")
