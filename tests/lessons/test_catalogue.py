"""Loading courses: what a resident gets, and what an author is told about a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons.catalogue import Catalogue, MaterialError, QuestionKind, load_courses
from tests.lessons.material import COURSE, LESSON, write_courses


def problems_of(folder: Path, **texts: str) -> list[str]:
    with pytest.raises(MaterialError) as caught:
        load_courses(write_courses(folder, **texts))
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_course_is_loaded_with_its_lesson_questions_and_sources(tmp_path: Path) -> None:
    catalogue = load_courses(write_courses(tmp_path))
    lesson = catalogue.lesson("bai-mot")
    assert lesson is not None
    assert [question.kind for question in lesson.questions] == list(QuestionKind)[:4]
    assert lesson.questions[0].sources == ("Kỹ năng chung",)
    assert lesson.questions[2].correct == ("a", "c")
    assert catalogue.course("khoa-mot") is not None
    assert catalogue.course("khong-co") is None


def test_the_next_lesson_is_the_first_unfinished_one(shipped: Catalogue) -> None:
    first, second = shipped.lessons[:2]
    assert shipped.next_lesson(set()) == first
    assert shipped.next_lesson({first.id}) == second
    assert shipped.next_lesson({second.id}) == first
    assert shipped.next_lesson({lesson.id for lesson in shipped.lessons}) is None


def test_the_version_changes_with_the_words_and_not_with_comments(tmp_path: Path) -> None:
    versions = []
    for name, text in {
        "same": LESSON,
        "comment": "# ghi chú\n\n" + LESSON,
        "word": LESSON.replace("Mục số hai", "Mục hai"),
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        versions.append(load_courses(write_courses(folder, lesson=text)).lessons[0].version)
    assert versions[0] == versions[1] != versions[2]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("    correct: a\n", "    correct: d\n", "'correct' names 'd', which is not an option"),
        ("    kind: multiple", "    kind: nhieu", "'kind: nhieu' must be one of"),
        ("    why: Nút xanh là gọi.", "    whi: Nút xanh là gọi.", "unknown field 'whi'"),
        ("    correct: [b, c, a]", "    correct: [b, c]", "names every option once"),
        ("    correct: [a, c]", "    correct: [a, b, c]", "at least two correct options and one wrong one"),
        ("      b: Nút đỏ là dừng.", "      a: Nút đỏ là dừng.", "'why_not' names 'a'"),
        ("      c: Nút vàng", "      c: Nút đỏ", "option 'Nút đỏ' occurs twice"),
        ("  - id: q2", "  - id: q1", "question id 'bai-mot.q1' occurs twice"),
        ("minutes: 5", "minutes: lâu", "must be a whole number from 1 to 20"),
        ("  - text: Thẻ thứ ba.\n", "", "2 cards; there must be 3 to 7"),
        ("Thẻ thứ ba.", "Chữ " * 81, "at most 320"),
        ("source: chung", "source: sach", "source 'sach' is not in course.yaml"),
        ("Thẻ thứ ba.", "Phí {{fact:phi}}.", "no fact 'phi' in facts.yaml"),
        ("  - text: Thẻ thứ ba.", "  - {text: Ba, picture: {file: no.svg, alt: x}}", "picture file 'no.svg'"),
        ("text: Nước đá lạnh.", "text: Nước đá: lạnh.", "not valid YAML"),
        ("difficulty: 2", "skill: bay\n    difficulty: 2", "skill 'bay' is not in skills.yaml"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in LESSON
    spoilt = LESSON.replace(before, after, 1)
    problems = problems_of(tmp_path, lesson=spoilt)
    told = next(problem for problem in problems if message in problem)
    file, line, _ = told.split(":", 2)
    assert file == "01-khoa-mot/01-bai-mot.yaml"
    assert 1 <= int(line) <= spoilt.count("\n")


def test_the_line_is_the_line_of_the_field(tmp_path: Path) -> None:
    spoilt = LESSON.replace("    correct: a\n", "    correct: d\n")
    told = problems_of(tmp_path, lesson=spoilt)[0]
    assert told.startswith(f"01-khoa-mot/01-bai-mot.yaml:{line_of(spoilt, '    correct: d')}:")


def test_all_mistakes_of_all_files_are_collected(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        course=COURSE.replace("title: Khóa một\n", ""),
        lesson=LESSON.replace("practice: Làm thử một lần.\n", "").replace("difficulty: 1", "difficulty: 9"),
    )
    assert any("course.yaml" in problem and "'title' is missing" in problem for problem in problems)
    assert any("'practice' is missing" in problem for problem in problems)
    assert sum("'difficulty: 9'" in problem for problem in problems) == 2


def test_facts_are_worded_and_an_unknown_one_is_a_mistake(tmp_path: Path) -> None:
    class Facts:
        def fill(self, text: str) -> str:
            if "{{fact:phi}}" not in text:
                raise KeyError("no fact named in " + text)
            return text.replace("{{fact:phi}}", "miễn phí")

    good, bad = tmp_path / "good", tmp_path / "bad"
    for folder, fact in ((good, "phi"), (bad, "khac")):
        folder.mkdir()
        write_courses(folder, lesson=LESSON.replace("Thẻ thứ ba.", f"Lệ phí: {{{{fact:{fact}}}}}.".replace(": ", " ")))
    assert load_courses(good, Facts()).lessons[0].cards[2].text == "Lệ phí miễn phí."
    with pytest.raises(MaterialError, match="no fact named"):
        load_courses(bad, Facts())


def test_the_same_id_in_two_courses_is_a_mistake(tmp_path: Path) -> None:
    write_courses(tmp_path)
    copy = tmp_path / "02-khoa-hai"
    copy.mkdir()
    (copy / "course.yaml").write_text(COURSE.replace("khoa-mot", "khoa-hai"), encoding="utf-8")
    (copy / "01-bai.yaml").write_text(LESSON, encoding="utf-8")
    with pytest.raises(MaterialError) as caught:
        load_courses(tmp_path)
    messages = [problem.message for problem in caught.value.problems]
    assert "order '1' is already used by 01-khoa-mot/course.yaml" in messages
    assert "lesson id 'bai-mot' is already used by 01-khoa-mot/01-bai-mot.yaml" in messages


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    write_courses(tmp_path)
    (tmp_path / "01-khoa-mot" / "01-bai-mot.yaml").write_bytes("title: Bài".encode("cp1258", "replace") + b"\xff")
    with pytest.raises(MaterialError, match=r"01-bai-mot\.yaml:1: not saved as UTF-8"):
        load_courses(tmp_path)


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="no courses folder"):
        load_courses(tmp_path / "nowhere")
