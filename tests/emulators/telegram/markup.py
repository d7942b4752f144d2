"""Keyboards and formatted text as the server checks them."""

from __future__ import annotations

import html.parser
import re
from typing import Any

from .switches import bad_request

BUTTONS = 100
DATA_BYTES = 64
# One of these says what a tap does.
ACTIONS = ("callback_data", "url", "switch_inline_query", "web_app", "login_url", "copy_text", "pay")
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}
FOUND = (
    ("bot_command", re.compile(r"(?<!\w)/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}")),
    ("url", re.compile(r"https?://\S+")),
)


def utf16(text: str) -> int:
    """Length in the units that entities count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def found_entities(text: str) -> list[dict[str, Any]]:
    """Commands, mentions and addresses, which the server marks by itself."""
    entities = [
        {"type": kind, "offset": utf16(text[: hit.start()]), "length": utf16(hit.group())}
        for kind, pattern in FOUND
        for hit in pattern.finditer(text)
    ]
    return sorted(entities, key=lambda entity: int(entity["offset"]))


def checked_keyboard(markup: Any) -> dict[str, Any] | None:
    """The inline keyboard as it is shown; None for none. Other kinds of markup are taken and not shown."""
    if not isinstance(markup, dict) or "inline_keyboard" not in markup:
        return None
    rows = [row for row in markup["inline_keyboard"] if row]
    if sum(len(row) for row in rows) > BUTTONS:
        raise bad_request("reply markup is too long")
    for button in (button for row in rows for button in row):
        if not isinstance(button, dict) or not str(button.get("text", "")).strip():
            raise bad_request("inline keyboard button text is empty")
        if sum(action in button for action in ACTIONS) != 1:
            raise bad_request("Text buttons are not allowed in the inline keyboard")
        data = button.get("callback_data")
        if data is not None and not 1 <= len(str(data).encode("utf-8")) <= DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    return {"inline_keyboard": rows} if rows else None


def formatted(text: str, parse_mode: str) -> tuple[str, list[dict[str, Any]]]:
    """The text without its marks, and its entities."""
    if not parse_mode:
        return text, []
    if parse_mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    reader = _Html()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag {reader.open[-1][0]}")
    return reader.text, reader.entities


class _Html(html.parser.HTMLParser):
    """The subset of HTML that messages may hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[dict[str, Any]] = []
        self.open: list[tuple[str, int, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {self.getpos()[1]}')
        self.open.append((tag, utf16(self.text), dict(attrs).get("href")))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {self.getpos()[1]}")
        _, offset, address = self.open.pop()
        entity: dict[str, Any] = {"type": TAGS[tag], "offset": offset, "length": utf16(self.text) - offset}
        if address is not None:
            entity["url"] = address
        self.entities.append(entity)

    def handle_data(self, data: str) -> None:
        self.text += data
