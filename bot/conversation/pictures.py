"""Where a channel finds a picture of the material, a card read aloud, a lesson to print."""

from __future__ import annotations

from pathlib import PurePosixPath

from lessons.models import Lesson, Picture

SOUNDS = "/nghe/"
HANDOUTS = "/to-in/"


def picture_path(lesson: Lesson, picture: Picture | None) -> str | None:
    """The picture's address on this server, below the courses folder; None without a picture."""
    return None if picture is None else f"/static/{PurePosixPath(lesson.file).parent / picture.file}"


def sound_path(lesson: Lesson, step: int, part: int | None) -> str:
    """The address of a card (or, after the last, the task) read aloud; ``part`` is a piece of it in easy reading."""
    return f"{SOUNDS}{lesson.id}/{lesson.version}/{step}{'' if part is None else f'-{part}'}.mp3"


def handout_path(lesson_id: str, ward_code: str | None) -> str:
    """The address of a lesson's handout, with the ward that gives it out."""
    return f"{HANDOUTS}{'' if ward_code is None else f'{ward_code}/'}{lesson_id}.pdf"


def picture_alt(picture: Picture | None) -> str:
    """What the picture shows, in words."""
    return "" if picture is None else picture.alt
