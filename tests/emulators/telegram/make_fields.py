"""Writes fields.json: the Bot API objects this emulator returns, with every field, its type and whether it is required.

Source: the types of aiogram 3.31.0, which its authors generate from core.telegram.org/bots/api (Bot API 10.3).
Run ``python -m tests.emulators.telegram.make_fields`` after pinning another aiogram.

A field is ``"type"`` or ``"type!"`` (required); ``[type]`` is an array; a name with a capital is another object of
the table; ``any`` stands for objects the emulator never returns.
"""

from __future__ import annotations

import datetime
import json
import types as builtin_types
import typing
from pathlib import Path

import aiogram
from aiogram import types

TABLE = Path(__file__).with_name("fields.json")
OBJECTS = (
    "User",
    "Chat",
    "Message",
    "MessageEntity",
    "PhotoSize",
    "Document",
    "Voice",
    "Sticker",
    "Location",
    "Poll",
    "PollOption",
    "PollAnswer",
    "InlineKeyboardMarkup",
    "InlineKeyboardButton",
    "CallbackQuery",
    "ChatMemberMember",
    "ChatMemberLeft",
    "ChatMemberBanned",
    "ChatMemberUpdated",
    "Update",
    "File",
    "WebhookInfo",
    "BotCommand",
)
SCALARS = {int: "integer", str: "string", bool: "boolean", float: "number", datetime.datetime: "integer"}
# Unions whose member the emulator returns is read off the object itself (its status).
UNIONS = {frozenset({"ChatMemberMember", "ChatMemberLeft", "ChatMemberBanned"}): "ChatMember"}


def type_name(annotation: object) -> str:
    """The table's name of an annotation of aiogram."""
    if isinstance(annotation, type) and annotation in SCALARS:
        return SCALARS[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return type_name(arguments[0])
    if origin is list:
        return f"[{type_name(arguments[0])}]"
    if origin in (typing.Union, builtin_types.UnionType):
        members = [one for one in arguments if one is not type(None)]
        if len(members) == 1:
            return type_name(members[0])
        names = {getattr(one, "__name__", "") for one in members}
        for known, name in UNIONS.items():
            if known <= names:
                return name
        if names <= {"Message", "InaccessibleMessage"}:
            return "Message"
        scalars = {SCALARS.get(one, "any") for one in members}
        return "integer" if scalars == {"integer"} else "any"
    name = getattr(annotation, "__name__", "")
    return name if name in OBJECTS else "any"


def table() -> dict[str, dict[str, str]]:
    """Every object with its fields."""
    return {
        name: {
            field.alias or key: type_name(field.annotation) + ("!" if field.is_required() else "")
            for key, field in getattr(types, name).model_fields.items()
        }
        for name in OBJECTS
    }


def main() -> None:
    """Write the file."""
    objects = ",\n".join(f"  {json.dumps(name)}: {json.dumps(fields)}" for name, fields in table().items())
    source = f"aiogram {aiogram.__version__}, Bot API {aiogram.__api_version__}; see make_fields.py"
    content = f'{{\n "source": {json.dumps(source)},\n "objects": {{\n{objects}\n }}\n}}\n'
    TABLE.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
