"""Where a channel finds a picture of the material."""

from __future__ import annotations

from pathlib import PurePosixPath

from lessons.models import Lesson, Picture


def picture_path(lesson: Lesson, picture: Picture | None) -> str | None:
    """The picture's address on this server, below the courses folder; None without a picture."""
    return None if picture is None else f"/static/{PurePosixPath(lesson.file).parent / picture.file}"


def picture_alt(picture: Picture | None) -> str:
    """What the picture shows, in words."""
    return "" if picture is None else picture.alt
