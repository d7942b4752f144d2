"""A Reply as Bot API calls: parts, keyboard, picture, edit in place."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from pathlib import Path

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction, InlineKeyboardButtonLimit, MessageLimit
from telegram.error import BadRequest

from bot.channels.base import PermanentError, RetryAfterError, TemporaryError
from bot.channels.degrade import split_text, units, with_sources, wording
from bot.channels.half_sent import HalfSent
from bot.channels.images import ImageSource, is_address
from bot.channels.message import Button, Reply
from bot.channels.telegram_client import Client, our_errors

log = logging.getLogger(__name__)

TEXT_LIMIT = int(MessageLimit.MAX_TEXT_LENGTH)
CAPTION_LIMIT = int(MessageLimit.CAPTION_LENGTH)
BUTTON_DATA_LIMIT = int(InlineKeyboardButtonLimit.MAX_CALLBACK_DATA)  # bytes
PHOTO_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
SOUND_SUFFIXES = frozenset({".mp3", ".m4a"})
NOT_MODIFIED = "message is not modified"
# The tapped message is gone, too old or a picture: a new message says the same.
CANNOT_EDIT = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
)


@dataclass(frozen=True, slots=True)
class _Step:
    """One message to send; ``file`` is a path or an address."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None
    file: Path | str | None = None


class Sending:
    """Sends replies; a reply tried again after trouble goes on at the part that failed."""

    def __init__(self, client: Client, images: ImageSource) -> None:
        self._client = client
        self._images = images
        self._half_sent = HalfSent()

    async def send(self, chat: str, reply: Reply, edits: str | None) -> str:
        """Send all parts; the id of the last, which carries the buttons. Raises a ChannelError."""
        # A picture or sound may have to be made.
        steps = await asyncio.to_thread(self._plan, reply) if reply.image or reply.files else self._plan(reply)
        target = edits if reply.edit else None
        done = self._half_sent.take(chat, reply)
        sent = ""
        for index in range(done, len(steps)):
            try:
                sent = await self._deliver(chat, steps[index], target if index == 0 else None)
            except (RetryAfterError, TemporaryError):
                self._half_sent.keep(chat, reply, index)
                raise
            except PermanentError as error:
                if steps[index].file is None:
                    raise
                log.warning("Telegram refuses the file %s, only the text is sent: %s", steps[index].file, error)
                return await self.send(chat, replace(reply, image=None, files=()), edits)
        return sent

    async def typing(self, chat: str) -> None:
        """Show "is typing" for up to 5 s. Raises a ChannelError."""
        with our_errors(self._client):
            await self._client.send_chat_action(chat, ChatAction.TYPING)

    def _plan(self, reply: Reply) -> list[_Step]:
        found = [self._file(file.path) for file in reply.files]
        return [*(_Step("", None, file) for file in found if file is not None), *self._main(reply)]

    def _main(self, reply: Reply) -> list[_Step]:
        """The text with its picture and buttons, which stay at the end of the chat."""
        text = with_sources(reply.text, reply.citations)
        file = self._file(reply.image)
        keyboard = _keyboard(reply.buttons)
        if file is not None and units(text) <= CAPTION_LIMIT:
            return [_Step(text, keyboard, file)]
        steps = [_Step(part) for part in split_text(text, TEXT_LIMIT)]
        if not steps:
            raise PermanentError("the reply has no text")
        steps[-1] = replace(steps[-1], keyboard=keyboard)
        return [_Step("", None, file), *steps] if file is not None else steps

    def _file(self, image: str | None) -> Path | str | None:
        if image is None or is_address(image):
            return image
        found = self._images.file(image)
        if found is None:
            log.warning("the file %s is not in the material, only the text is sent", image)
        return found

    async def _deliver(self, chat: str, step: _Step, edits: str | None) -> str:
        with our_errors(self._client):
            if step.file is not None:
                return await self._send_file(chat, step, step.file)
            if edits is not None and edits.isdecimal() and await self._edit(chat, step, int(edits)):
                return edits
            return str(await self._client.send_text(chat, step.text, step.keyboard))

    async def _send_file(self, chat: str, step: _Step, file: Path | str) -> str:
        suffix = Path(str(file)).suffix.lower()
        if suffix in PHOTO_SUFFIXES:
            message = await self._client.send_photo(chat, file, caption=step.text or None, reply_markup=step.keyboard)
        elif suffix in SOUND_SUFFIXES:
            title = str(wording()["sound_title"])
            message = await self._client.send_audio(chat, file, title=title, reply_markup=step.keyboard)
        else:
            message = await self._client.send_document(
                chat, file, caption=step.text or None, reply_markup=step.keyboard
            )
        return str(message.message_id)

    async def _edit(self, chat: str, step: _Step, message_id: int) -> bool:
        """Whether the message now shows the step; False when it cannot be edited."""
        try:
            await self._client.edit_message_text(
                step.text,
                chat_id=chat,
                message_id=message_id,
                reply_markup=step.keyboard,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as error:
            reason = error.message.lower()
            if NOT_MODIFIED in reason:
                return True
            if any(phrase in reason for phrase in CANNOT_EDIT):
                return False
            raise
        return True


def _keyboard(buttons: tuple[Button, ...]) -> InlineKeyboardMarkup | None:
    """One button a row: Vietnamese labels are long and phones are narrow."""
    for button in buttons:
        if not 1 <= len(button.payload.encode("utf-8")) <= BUTTON_DATA_LIMIT:
            raise PermanentError(f"a button's data must have 1 to {BUTTON_DATA_LIMIT} bytes: {button.payload!r}")
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.label, callback_data=button.payload)] for button in buttons]
    )
