"""A lesson written down is the same lesson again, and nothing else is taken for one."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lessons.catalogue import Catalogue, load_courses
from lessons.lesson_file import content_version
from lessons.models import Lesson
from lessons.versions import UNPACKED_LIMIT, LessonVersionError, lesson_from_json, lesson_to_json, pack, unpack
from tests.lessons.material import LESSON, write_courses

PACKED_LIMIT = 3200  # characters: with the rest of a chat's state well below what a row may take


def without_lines(lesson: Lesson) -> Lesson:
    return replace(
        lesson,
        cards=tuple(replace(card, line=0) for card in lesson.cards),
        questions=tuple(replace(question, line=0) for question in lesson.questions),
    )


def test_every_shipped_lesson_comes_back_whole(shipped: Catalogue) -> None:
    for lesson in shipped.lessons:
        packed = pack(lesson)
        assert packed.isascii() and len(packed) <= PACKED_LIMIT
        assert unpack(packed) == without_lines(lesson)
        assert content_version(unpack(packed)) == lesson.version


def test_a_lesson_is_kept_with_pictures_and_after_its_file_changed(tmp_path: Path) -> None:
    picture = "  - {text: Thẻ thứ ba., picture: {file: hinh.svg, alt: Một hình}}"
    folder = write_courses(tmp_path, lesson=LESSON.replace("  - text: Thẻ thứ ba.", picture))
    file = folder / "01-khoa-mot" / "01-bai-mot.yaml"
    (file.parent / "hinh.svg").write_text("<svg/>", encoding="utf-8")
    before = load_courses(folder).lessons[0]
    packed = pack(before)
    file.write_text(file.read_text(encoding="utf-8").replace("Nút xanh là gọi.", "Nút lục."), encoding="utf-8")
    assert load_courses(folder).lessons[0].version != before.version
    assert unpack(packed) == without_lines(before)


def spoilt(body: Any) -> str:
    return base64.b85encode(zlib.compress(json.dumps(body).encode())).decode()


@pytest.mark.parametrize(
    "packed",
    ["", "không", "abc", spoilt([]), spoilt({}), spoilt({"format": 99}), spoilt({"format": 1, "id": "x"})],
)
def test_what_is_no_lesson_is_refused(packed: str) -> None:
    with pytest.raises(LessonVersionError):
        unpack(packed)


def test_a_cut_or_swollen_text_is_refused(shipped: Catalogue) -> None:
    with pytest.raises(LessonVersionError):
        unpack(pack(shipped.lessons[0])[:-40])
    with pytest.raises(LessonVersionError):
        unpack(base64.b85encode(zlib.compress(b" " * (UNPACKED_LIMIT + 1))).decode())


def test_a_body_with_wrong_parts_is_refused(shipped: Catalogue) -> None:
    body = lesson_to_json(shipped.lessons[0])
    for name, value in (("cards", [{}]), ("questions", [{"kind": "x"}]), ("questions", None), ("format", 2)):
        with pytest.raises(LessonVersionError):
            lesson_from_json({**body, name: value})
