"""Where a channel finds a picture of the material."""

from __future__ import annotations

from pathlib import PurePosixPath

from lessons.models import Lesson, Picture


def picture_path(lesson: Lesson, picture: Picture | None) -> str | None:
    """The picture's path below the courses folder, or None without a picture."""
    return None if picture is None else str(PurePosixPath(lesson.file).parent / picture.file)
