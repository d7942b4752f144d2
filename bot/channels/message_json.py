"""Message and Reply as JSON objects: for the inbox, the outbox and the web chat."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.channels.message import Attachment, Button, CitationNote, FileNote, Message, Reply


def message_body(message: Message) -> dict[str, Any]:
    """What of a message is kept besides its ids and time: text, payload, kind of attachment."""
    body: dict[str, Any] = {"text": message.text}
    if message.payload is not None:
        body["payload"] = message.payload
    if message.attachment is not None:
        body["attachment"] = message.attachment.value
    if message.edits is not None:
        body["edits"] = message.edits
    return body


def message_from_body(channel: str, chat: str, message_id: str, received_at: datetime, body: dict[str, Any]) -> Message:
    """The message again, as it was received."""
    attachment = body.get("attachment")
    return Message(
        channel=channel,
        chat=chat,
        id=message_id,
        text=body.get("text", ""),
        received_at=received_at,
        payload=body.get("payload"),
        attachment=None if attachment is None else Attachment(attachment),
        edits=body.get("edits"),
    )


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """A reply as the web chat's JSON; ``image`` and ``files`` are absent when there are none."""
    out: dict[str, Any] = {
        "text": reply.text,
        "buttons": [{"label": button.label, "payload": button.payload} for button in reply.buttons],
        "citations": [
            {"title": note.title, "section": note.section, "passage": note.passage, "note": note.note}
            for note in reply.citations
        ],
    }
    if reply.image is not None:
        out["image"] = reply.image
        out["image_alt"] = reply.image_alt
    if reply.edit:
        out["edit"] = True
    if reply.files:
        out["files"] = [{"path": file.path, "label": file.label} for file in reply.files]
    return out


def reply_from_json(body: dict[str, Any]) -> Reply:
    """The reply again."""
    return Reply(
        text=body["text"],
        buttons=tuple(Button(one["label"], one["payload"]) for one in body["buttons"]),
        citations=tuple(
            CitationNote(one["title"], one["section"], one["passage"], one["note"]) for one in body["citations"]
        ),
        image=body.get("image"),
        image_alt=body.get("image_alt", ""),
        edit=bool(body.get("edit", False)),
        files=tuple(FileNote(one["path"], one["label"]) for one in body.get("files", ())),
    )
