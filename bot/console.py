"""``bdhvs chat``: the assistant in a terminal, with the same conversation code as every channel. Nothing is stored."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from bot.ask import Asker
from bot.channels.message import Message, Reply
from bot.conversation.ports import ChatContext
from bot.conversation.router import Conversation
from bot.errors import OperatorError
from bot.material import load_material
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.repositories import bind
from bot.store.wards import register_wards


def chat(settings: Settings, ward: str | None) -> int:
    """Read lines until end of file; a number taps the button of that number. Lives in a throw-away database."""
    material = load_material(settings)
    if ward is not None and ward not in {one.code for one in material.wards}:
        raise OperatorError(f"There is no ward {ward!r}. Known: {', '.join(one.code for one in material.wards)}")
    conversation = Conversation(Asker(settings), material.catalogue)
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder, 'chat.sqlite3').as_posix()}")
        try:
            upgrade(database.engine, Path(folder))
            database.write_now(lambda session: register_wards(session, material.wards))
            _talk(conversation, database, ChatContext(id=1, channel="console", ward_code=ward))
        finally:
            database.close()
    return 0


def _talk(conversation: Conversation, database: Database, context: ChatContext) -> None:
    replies: list[Reply] = []
    text, payload = "/start", None
    for number in range(1, sys.maxsize):
        message = Message("console", "console", str(number), text, datetime.now(UTC), payload=payload)
        replies = database.write_now(partial(_handle, conversation, context, message))
        for reply in replies:
            _show(reply)
        line = _read()
        if line is None:
            return
        buttons = [button for reply in replies for button in reply.buttons]
        chosen = int(line) if line.isascii() and line.isdigit() else 0
        text, payload = (line, None) if not 1 <= chosen <= len(buttons) else ("", buttons[chosen - 1].payload)


def _handle(conversation: Conversation, context: ChatContext, message: Message, session: Session) -> list[Reply]:
    return conversation.handle(context, message, bind(session))


def _show(reply: Reply) -> None:
    sys.stdout.write(reply.text + "\n")
    for note in reply.citations:
        sys.stdout.write(f"  Nguồn: {note.title} › {note.section}. {note.note}\n")
    for number, button in enumerate(reply.buttons, 1):
        sys.stdout.write(f"  {number}. {button.label}\n")
    sys.stdout.write("\n")


def _read() -> str | None:
    sys.stdout.write("> ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None
