"""The Bot API methods that are emulated: name in lower case -> (what it answers, what it does)."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from .chats import Chat
from .markup import checked_keyboard, formatted, found_entities, utf16
from .parameters import Parameters
from .polls import send_poll
from .switches import bad_request
from .webhooks import delete_webhook, get_updates, get_webhook_info, set_webhook

if TYPE_CHECKING:
    from .emulator import TelegramEmulator

TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024
ANSWER_LENGTH = 200
COMMANDS = 100
CHAT_ACTIONS = frozenset({"typing", "upload_photo", "upload_document", "record_voice", "find_location"})
PHOTO_BYTES = 10 * 1024 * 1024
FILE_BYTES = 50 * 1024 * 1024
IMAGE_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"

Method = Callable[["TelegramEmulator", Parameters], Awaitable[Any]]


async def get_me(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """The bot's account."""
    del given
    return {
        **server.account,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def _written(given: Parameters, field: str, longest: int, too_long: str) -> dict[str, Any]:
    """The text or caption with its entities, under the names of the Message object."""
    entities_name = "entities" if field == "text" else "caption_entities"
    text, marked = formatted(given.text(field), given.text("parse_mode"))
    marked = given.nested(entities_name) or marked
    text = text.rstrip() if marked else text.strip()
    if utf16(text) > longest:
        raise bad_request(too_long)
    entities = sorted([*marked, *found_entities(text)], key=lambda entity: int(entity["offset"]))
    return {field: text, **({entities_name: entities} if entities else {})} if text else {}


async def send_message(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """A text."""
    chat = server.chats.writable(given.text("chat_id"))
    content = _written(given, "text", TEXT_LENGTH, "message is too long")
    if not content:
        raise bad_request("message text is empty")
    keyboard = checked_keyboard(given.nested("reply_markup"))
    server.flood.take(chat.id)
    return server.chats.add_from_bot(chat, content, keyboard)


async def edit_message_text(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """Another text and keyboard in the place of a message."""
    chat = server.chats.writable(given.text("chat_id"))
    message = server.chats.own_message(chat, given.integer("message_id"))
    content = _written(given, "text", TEXT_LENGTH, "message is too long")
    if not content:
        raise bad_request("message text is empty")
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    keyboard = checked_keyboard(given.nested("reply_markup"))
    return _replace(server, message, content, keyboard)


async def edit_reply_markup(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """Another keyboard, or none, under a message."""
    chat = server.chats.writable(given.text("chat_id"))
    message = server.chats.own_message(chat, given.integer("message_id"))
    return _replace(server, message, {}, checked_keyboard(given.nested("reply_markup")))


def _replace(
    server: TelegramEmulator, message: dict[str, Any], content: dict[str, Any], keyboard: dict[str, Any] | None
) -> dict[str, Any]:
    changes: dict[str, Any] = {**content, "reply_markup": keyboard}
    if "text" in content:
        changes.setdefault("entities", None)
    if all(message.get(name) == value for name, value in changes.items()):
        raise bad_request(NOT_MODIFIED)
    message.update(changes, edit_date=int(server.clock()))
    for name in [name for name, value in message.items() if value is None]:
        del message[name]
    return message


async def delete_message(server: TelegramEmulator, given: Parameters) -> bool:
    """Remove a message."""
    chat = server.chats.writable(given.text("chat_id"))
    if chat.messages.pop(given.integer("message_id"), None) is None:
        raise bad_request("message to delete not found")
    return True


async def answer_callback_query(server: TelegramEmulator, given: Parameters) -> bool:
    """Stop the spinner of a tapped button; once."""
    if utf16(given.text("text")) > ANSWER_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    if given.text("callback_query_id") not in server.open_taps:
        raise bad_request(TOO_OLD)
    server.open_taps.discard(given.text("callback_query_id"))
    return True


async def send_chat_action(server: TelegramEmulator, given: Parameters) -> bool:
    """Typing and the like."""
    server.chats.writable(given.text("chat_id"))
    if given.text("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


async def set_my_commands(server: TelegramEmulator, given: Parameters) -> bool:
    """The bot's menu."""
    commands = given.nested("commands") or []
    if len(commands) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        name, description = command.get("command", ""), command.get("description", "")
        allowed = 1 <= len(name) <= 32 and name.replace("_", "").isalnum() and name.isascii()
        if not allowed or name != name.lower():
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    server.commands = commands
    return True


async def get_my_commands(server: TelegramEmulator, given: Parameters) -> list[dict[str, str]]:
    """The bot's menu."""
    del given
    return server.commands


async def send_photo(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """A picture: an upload, an address, or the id of one sent before."""
    chat, caption, keyboard = _media(server, given)
    upload = given.upload("photo")
    if upload is not None and len(upload[1]) > PHOTO_BYTES:
        raise bad_request("file of size is too big for a photo; the maximum size is 10485760 bytes")
    if upload is not None and not upload[1].startswith(IMAGE_BEGINNINGS):
        raise bad_request("IMAGE_PROCESS_FAILED")
    size = {**_stored(server, upload, given.text("photo"), "photos"), "width": 90, "height": 90}
    server.flood.take(chat.id)
    return server.chats.add_from_bot(chat, {"photo": [size], **caption}, keyboard)


async def send_document(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """A file: an upload, an address, or the id of one sent before."""
    chat, caption, keyboard = _media(server, given)
    upload = given.upload("document")
    document = _stored(server, upload, given.text("document"), "documents")
    if upload is not None:
        document["file_name"] = upload[0]
    server.flood.take(chat.id)
    return server.chats.add_from_bot(chat, {"document": document, **caption}, keyboard)


async def send_audio(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """A sound with its title: an upload, an address, or the id of one sent before."""
    chat, caption, keyboard = _media(server, given)
    audio = _stored(server, given.upload("audio"), given.text("audio"), "music")
    audio.update({"duration": 1, **({"title": given.text("title")} if given.text("title") else {})})
    server.flood.take(chat.id)
    return server.chats.add_from_bot(chat, {"audio": audio, **caption}, keyboard)


def _media(server: TelegramEmulator, given: Parameters) -> tuple[Chat, dict[str, Any], dict[str, Any] | None]:
    chat = server.chats.writable(given.text("chat_id"))
    caption = _written(given, "caption", CAPTION_LENGTH, "message caption is too long")
    return chat, caption, checked_keyboard(given.nested("reply_markup"))


def _stored(server: TelegramEmulator, upload: tuple[str, bytes] | None, reference: str, folder: str) -> dict[str, Any]:
    """Keep an uploaded file, or look up a reference; addresses are taken without being fetched."""
    if upload is None:
        if not reference.startswith(("http://", "https://")) and reference not in server.files:
            raise bad_request("wrong file identifier/HTTP URL specified")
        file_id, data = reference, server.files.get(reference, ("", b""))[1]
    else:
        data = upload[1]
        if not data:
            raise bad_request("file must be non-empty")
        if len(data) > FILE_BYTES:
            raise bad_request("file is too big")
        file_id = f"AgAC{hashlib.sha256(data).hexdigest()[:24]}"
        server.files[file_id] = (f"{folder}/{file_id}", data)
    unique = hashlib.sha256(file_id.encode("utf-8")).hexdigest()[:16]
    return {"file_id": file_id, "file_unique_id": unique, "file_size": len(data)}


async def get_file(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """Where a file can be downloaded."""
    file_id = given.text("file_id")
    if file_id not in server.files:
        raise bad_request("invalid file_id")
    path, data = server.files[file_id]
    return {"file_id": file_id, "file_unique_id": file_id[-16:], "file_size": len(data), "file_path": path}


METHODS: dict[str, tuple[str, Method]] = {
    "getme": ("User", get_me),
    "getupdates": ("[Update]", get_updates),
    "setwebhook": ("boolean", set_webhook),
    "deletewebhook": ("boolean", delete_webhook),
    "getwebhookinfo": ("WebhookInfo", get_webhook_info),
    "sendmessage": ("Message", send_message),
    "editmessagetext": ("Message", edit_message_text),
    "editmessagereplymarkup": ("Message", edit_reply_markup),
    "deletemessage": ("boolean", delete_message),
    "answercallbackquery": ("boolean", answer_callback_query),
    "sendchataction": ("boolean", send_chat_action),
    "setmycommands": ("boolean", set_my_commands),
    "getmycommands": ("[BotCommand]", get_my_commands),
    "sendphoto": ("Message", send_photo),
    "senddocument": ("Message", send_document),
    "sendaudio": ("Message", send_audio),
    "sendpoll": ("Message", send_poll),
    "getfile": ("File", get_file),
}
