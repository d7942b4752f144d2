"""Writes small course folders for the tests, one valid lesson that a test then spoils."""

from __future__ import annotations

from pathlib import Path

COURSE = """\
id: khoa-mot
title: Khóa một
summary: Một khóa nhỏ
skill: dung-thiet-bi
audience: Mọi người
order: 1
sources:
  chung: Kỹ năng chung
"""

LESSON = """\
id: bai-mot
title: Bài một
minutes: 5
source: chung
cards:
  - text: Phần mở đầu.
  - text: Mục số hai.
  - text: Thẻ thứ ba.
practice: Làm thử một lần.
questions:
  - id: q1
    kind: single
    difficulty: 1
    text: Nút nào để gọi?
    options:
      a: Nút xanh
      b: Nút đỏ
      c: Nút vàng
    correct: a
    why: Nút xanh là gọi.
    why_not:
      b: Nút đỏ là dừng.
  - id: q2
    kind: true_false
    difficulty: 1
    text: Nước đá lạnh.
    correct: true
    why: Đá là nước đông lại.
    why_not: Nước nóng mới không lạnh.
  - id: q3
    kind: multiple
    difficulty: 2
    text: Những con nào biết bay?
    options:
      a: Chim sẻ
      b: Con bò
      c: Con ong
    correct: [a, c]
    why: Chim và ong có cánh.
    why_not:
      b: Bò không có cánh.
  - id: q4
    kind: order
    difficulty: 2
    text: Xếp các số từ bé đến lớn.
    options:
      a: Số ba
      b: Số một
      c: Số hai
    correct: [b, c, a]
    why: Một, hai rồi mới đến ba.
"""


def write_courses(folder: Path, *, course: str = COURSE, lesson: str = LESSON) -> Path:
    """A courses folder with one course of one lesson."""
    (folder / "skills.yaml").write_text("dung-thiet-bi: Dùng điện thoại\n", encoding="utf-8")
    place = folder / "01-khoa-mot"
    place.mkdir()
    (place / "course.yaml").write_text(course, encoding="utf-8")
    (place / "01-bai-mot.yaml").write_text(lesson, encoding="utf-8")
    return folder
