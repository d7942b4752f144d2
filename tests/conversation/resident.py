"""A resident who types and taps: drives the conversation as the worker does, state stored as JSON between messages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from bot.channels.message import Attachment, Button, Message, Reply
from bot.conversation.ports import ChatContext, Repositories
from bot.conversation.router import Conversation
from tests.conversation.memory import Stored

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


class Resident:
    """One chat. ``replies`` are those of the last message."""

    def __init__(self, conversation: Conversation, repositories: Repositories, stored: Stored, chat: int = 1) -> None:
        self.conversation = conversation
        self.repositories = repositories
        self.stored = stored
        self.chat = ChatContext(chat, "web")
        self.now = NOON
        self.sent = 0
        self.replies: list[Reply] = []

    def says(self, text: str, payload: str | None = None, attachment: Attachment | None = None) -> str:
        """Send a message; returns everything said in reply."""
        self.sent += 1
        self.now += timedelta(seconds=5)
        message = Message("web", f"chat-{self.chat.id}", f"m{self.sent}", text, self.now, payload, attachment)
        self.handle(message)
        return self.said

    def handle(self, message: Message) -> None:
        """What the worker does with a message."""
        kept = json.loads(json.dumps(self.chat.state))
        self.chat.state = dict(kept)
        before = json.dumps(kept)
        self.replies = self.conversation.handle(self.chat, message, self.repositories)
        assert json.dumps(kept) == before, "a value of the state was changed in place: the store would not see it"

    def taps(self, label: str) -> str:
        """Tap the button whose label begins so; fails when there is none."""
        found = [button for button in self.buttons if button.label.startswith(label)]
        assert found, f"no button {label!r} among {self.labels}"
        return self.says("", found[0].payload)

    @property
    def said(self) -> str:
        return "\n\n".join(reply.text for reply in self.replies)

    @property
    def buttons(self) -> list[Button]:
        return [button for reply in self.replies for button in reply.buttons]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    def agrees(self) -> Resident:
        """Past the first contact, with consent, at Tổ 2 of phường Hưng Đạo."""
        self.says("/start")
        self.taps("Đồng ý")
        self.taps("Phường Hưng Đạo")
        self.taps("Tổ dân phố số 2")
        self.taps("Bỏ qua")
        self.taps("Về trang chính")
        return self

    def stays_anonymous(self) -> Resident:
        """Past the first contact, without consent, at Tổ 2 of phường Hưng Đạo."""
        self.says("/start")
        self.taps("Dùng ẩn danh")
        self.taps("Phường Hưng Đạo")
        self.taps("Tổ dân phố số 2")
        return self
