"""A lesson written down as it was: who began it can finish it after its file has changed, and an old answer can be
read with the very question it answered. The written form is one line of text without personal data.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lessons.models import Card, Lesson, Option, Picture, Question, QuestionKind

FORMAT = 1  # raise when the models change in a way that old texts cannot be read
UNPACKED_LIMIT = 256 * 1024  # bytes; the longest lesson takes 8 000


class LessonVersionError(ValueError):
    """The text is no lesson that this program can read."""


def lesson_to_json(lesson: Lesson) -> dict[str, Any]:
    """Everything of a lesson but the line numbers of its file."""
    body = asdict(lesson)
    for part in (*body["cards"], *body["questions"]):
        del part["line"]
    return {"format": FORMAT, **body}


def lesson_from_json(body: Mapping[str, Any]) -> Lesson:
    """The lesson again. Raises LessonVersionError for anything else."""
    try:
        if body["format"] != FORMAT:
            raise LessonVersionError(f"a lesson of format {body['format']}; this program reads {FORMAT}")
        return Lesson(
            id=body["id"],
            course_id=body["course_id"],
            title=body["title"],
            minutes=body["minutes"],
            version=body["version"],
            cards=tuple(Card(card["text"], _picture(card)) for card in body["cards"]),
            practice=body["practice"],
            questions=tuple(_question(question) for question in body["questions"]),
            file=body["file"],
        )
    except LessonVersionError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise LessonVersionError(f"not a lesson: {error}") from error


def question_to_json(question: Question) -> dict[str, Any]:
    """A question alone, without the line of its file."""
    body = asdict(question)
    del body["line"]
    return body


def question_from_json(body: Mapping[str, Any]) -> Question:
    """The question again. Raises KeyError or TypeError for anything else."""
    return _question(body)


def _picture(part: Mapping[str, Any]) -> Picture | None:
    return None if part["picture"] is None else Picture(**part["picture"])


def _question(body: Mapping[str, Any]) -> Question:
    return Question(
        **{
            **body,
            "kind": QuestionKind(body["kind"]),
            "options": tuple(Option(**option) for option in body["options"]),
            "correct": tuple(body["correct"]),
            "sources": tuple(body["sources"]),
            "prompts": tuple(body["prompts"]),
            "picture": _picture(body),
        }
    )


def pack(lesson: Lesson) -> str:
    """A lesson as 2 000 to 3 000 ASCII characters."""
    written = json.dumps(lesson_to_json(lesson), ensure_ascii=False, sort_keys=True).encode("utf-8")
    return base64.b85encode(zlib.compress(written, 9)).decode("ascii")


def unpack(packed: str) -> Lesson:
    """The lesson again. Raises LessonVersionError when the text is damaged or of another program."""
    try:
        unpacker = zlib.decompressobj()
        written = unpacker.decompress(base64.b85decode(packed), UNPACKED_LIMIT)
        if not unpacker.eof:
            raise LessonVersionError("a packed lesson is cut or far too long")
        body = json.loads(written)
    except (ValueError, zlib.error) as error:
        raise LessonVersionError(f"a packed lesson is damaged: {error}") from error
    if not isinstance(body, dict):
        raise LessonVersionError("not a lesson: a JSON object is expected")
    return lesson_from_json(body)
