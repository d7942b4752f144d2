"""Native polls and quizzes, with the fields that Bot API 9.6 and 10.0 require."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from .parameters import Parameters
from .switches import bad_request

if TYPE_CHECKING:
    from .emulator import TelegramEmulator

QUESTION = 300
OPTION = 100
OPTIONS = 12
EXPLANATION = 200
EXPLANATION_LINES = 2

_numbers = itertools.count(5_000_000_000)


async def send_poll(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """A poll or quiz."""
    chat = server.chats.writable(given.text("chat_id"))
    question, options = given.text("question"), given.nested("options") or []
    texts = [option["text"] if isinstance(option, dict) else str(option) for option in options]
    if not 1 <= len(question) <= QUESTION:
        raise bad_request("poll question length must not exceed 300")
    if not 1 <= len(texts) <= OPTIONS:
        raise bad_request("poll must have at least 1 and at most 12 options")
    if any(not 1 <= len(text) <= OPTION for text in texts):
        raise bad_request("poll options length must not exceed 100")
    poll = {
        "id": str(next(_numbers)),
        "question": question,
        "options": [{"text": text, "voter_count": 0, "persistent_id": f"o{place}"} for place, text in enumerate(texts)],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": given.boolean("is_anonymous") if "is_anonymous" in given.values else True,
        "type": given.text("type") or "regular",
        "allows_multiple_answers": given.boolean("allows_multiple_answers"),
        "allows_revoting": given.text("type") != "quiz",
        "members_only": False,
        **_quiz_fields(given, len(texts)),
    }
    server.flood.take(chat.id)
    return server.chats.add_from_bot(chat, {"poll": poll}, None)


def _quiz_fields(given: Parameters, options: int) -> dict[str, Any]:
    if given.text("type") != "quiz":
        return {}
    correct = given.nested("correct_option_ids")
    if correct is None and "correct_option_id" in given.values:
        correct = [given.integer("correct_option_id")]
    if not correct or not all(0 <= place < options for place in correct):
        raise bad_request("wrong correct option ID specified")
    explanation = given.text("explanation")
    if len(explanation) > EXPLANATION or explanation.count("\n") > EXPLANATION_LINES:
        raise bad_request("POLL_EXPLANATION_TOO_LONG")
    return {"correct_option_ids": correct, **({"explanation": explanation} if explanation else {})}
