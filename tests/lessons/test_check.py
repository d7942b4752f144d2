"""The strict editor: what it lets pass and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons.check import check_courses
from lessons.check_answers import LENGTH_SHARE, POSITION_SHARE
from lessons.check_words import sentences, syllables
from lessons.similarity import alike
from tests.lessons.material import COURSE, LESSON, write_courses


def messages(folder: Path) -> list[str]:
    return [problem.message for problem in check_courses(folder)]


def lesson_of_singles(lesson: int, options: list[tuple[str, str, str]], right: str) -> str:
    """A lesson of single-choice questions with these options and the right one at one place."""
    lines = [f"id: bai-{lesson}", "title: Bài", "minutes: 5", "source: chung", "cards:"]
    lines += [f"  - text: {word}" for word in ("Mặt trời mọc.", "Con gà gáy.", "Nước chảy xuôi.")]
    lines += ["practice: Làm thử.", "questions:"]
    for number, (first, second, third) in enumerate(options, 1):
        lines += [f"  - id: q{number}", "    kind: single", "    difficulty: 1"]
        lines += [f"    text: Hỏi {first} hay {second} hay {third}?", "    options:"]
        lines += [f"      a: {first}", f"      b: {second}", f"      c: {third}", f"    correct: {right}"]
        lines += ["    why: Vì thế.", "    why_not:", f"      {'b' if right == 'a' else 'a'}: Không phải."]
    return "\n".join(lines) + "\n"


WORDS = ["mèo mun", "chó vện", "gà tre", "vịt bầu", "cá chép", "ong mật", "bò vàng", "dê núi", "lợn ỉ", "trâu mộng"]


def singles(right: str) -> list[str]:
    triples = [(WORDS[n], WORDS[(n + 3) % 10], WORDS[(n + 7) % 10]) for n in range(10)]
    return [lesson_of_singles(1, triples[:5], right), lesson_of_singles(2, triples[5:], right)]


def test_the_shipped_courses_pass() -> None:
    assert [str(problem) for problem in check_courses()] == []


def test_a_sound_small_course_passes(tmp_path: Path) -> None:
    assert messages(write_courses(tmp_path)) == []


def test_the_right_option_always_at_one_place_is_told(tmp_path: Path) -> None:
    first, second = singles("b")
    write_courses(tmp_path, lesson=first)
    (tmp_path / "01-khoa-mot" / "02-bai.yaml").write_text(second, encoding="utf-8")
    assert any("stands at place 2 in 10 of 10" in message for message in messages(tmp_path))
    assert POSITION_SHARE < 1


@pytest.mark.parametrize(("right", "word"), [("Đây là câu đúng", "longest"), ("Ờ", "shortest")])
def test_the_right_option_standing_out_by_length_is_told(tmp_path: Path, right: str, word: str) -> None:
    options = [(f"{right} {n}", f"Câu sai {WORDS[n]}", f"Câu hỏng {WORDS[n - 1]}") for n in range(10)]
    write_courses(tmp_path, lesson=lesson_of_singles(1, options[:5], "a"))
    second = lesson_of_singles(2, options[5:], "a")
    (tmp_path / "01-khoa-mot" / "02-bai.yaml").write_text(second, encoding="utf-8")
    told = any(f"is the {word} in" in message for message in messages(tmp_path))
    assert told is (word == "shortest" or LENGTH_SHARE < 0.5)


def test_one_far_longer_right_option_is_told(tmp_path: Path) -> None:
    write_courses(tmp_path, lesson=LESSON.replace("a: Nút xanh", "a: Nút tròn màu xanh ở phía dưới"))
    assert any("far longer" in message for message in messages(tmp_path))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("Thẻ thứ ba.", "Máy có NFC rồi.", "'NFC' is not explained"),
        ("text: Nút nào để gọi?", "text: Nút NFC ở đâu?", "'NFC' was not explained on a card"),
        ("Thẻ thứ ba.", "Chữ " + "nối chữ " * 15 + ".", "a sentence of 31 syllables"),
        ("title: Bài một", "title: " + "Bài rất dài " * 6, "title: 71 characters"),
        ("    why_not:\n      b: Nút đỏ là dừng.\n", "", "no 'why_not'"),
        ("Thẻ thứ ba.", "Mục số hai.", "the same as 01-khoa-mot/01-bai-mot.yaml:7"),
        ("text: Nước đá lạnh.", "text: Nút nào để gọi đây?", "this question is"),
    ],
)
def test_a_weakness_is_told(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in LESSON
    write_courses(tmp_path, lesson=LESSON.replace(before, after, 1))
    assert any(message in told for told in messages(tmp_path)), messages(tmp_path)


def test_an_abbreviation_explained_once_may_be_used_later(tmp_path: Path) -> None:
    lesson = LESSON.replace("Mục số hai.", "NFC (chạm để nối) rất tiện.").replace("Thẻ thứ ba.", "Bật NFC lên.")
    assert messages(write_courses(tmp_path, lesson=lesson)) == []


def test_a_source_that_nothing_names_is_told(tmp_path: Path) -> None:
    write_courses(tmp_path, course=COURSE + "  thua: Nguồn thừa\n")
    assert messages(tmp_path) == ["no question names this source: Nguồn thừa"]


def test_mistakes_of_loading_are_among_the_problems(tmp_path: Path) -> None:
    write_courses(tmp_path, lesson=LESSON.replace("correct: a", "correct: z", 1))
    assert any("'correct' names 'z'" in message for message in messages(tmp_path))


def test_sentences_and_syllables_are_counted_as_read() -> None:
    text = "Mở máy lên. Chọn:\n1. Cài đặt\n2. Wi-Fi"
    assert [syllables(part) for part in sentences(text)] == [3, 1, 1, 2, 1, 2]


def test_likeness_ignores_case_and_punctuation() -> None:
    texts = ["Bạn làm gì khi mất máy?", "bạn làm gì, khi mất máy", "Trời hôm nay đẹp quá."]
    assert [(first, second) for first, second, _ in alike(texts, 0.9)] == [(0, 1)]


def test_multiple_choice_always_all_but_one_is_told(tmp_path: Path) -> None:
    def multiples(first: int) -> str:
        lines = [f"id: bai-{first}", "title: Bài", "minutes: 5", "source: chung", "cards:"]
        lines += [f"  - text: {word}" for word in ("Mặt trời mọc.", "Con gà gáy.", "Nước chảy xuôi.")]
        lines += ["practice: Làm thử.", "questions:"]
        for number in range(1, 6):
            words = [WORDS[(first + number + step) % 10] for step in range(3)]
            lines += [f"  - id: q{number}", "    kind: multiple", "    difficulty: 1"]
            lines += [f"    text: Chọn {words[0]} cùng {words[1]}.", "    options:"]
            lines += [f"      {name}: {word}" for name, word in zip("abc", words, strict=True)]
            lines += ["    correct: [a, b]", "    why: Vì thế.", "    why_not:", "      c: Không phải."]
        return "\n".join(lines) + "\n"

    write_courses(tmp_path, lesson=multiples(0))
    assert not any("multiple-choice" in message for message in messages(tmp_path))
    (tmp_path / "01-khoa-mot" / "02-bai.yaml").write_text(multiples(5), encoding="utf-8")
    assert any("10 of 10 multiple-choice questions have 2 right of 3" in message for message in messages(tmp_path))


def test_true_false_that_are_all_false_are_told(tmp_path: Path) -> None:
    statements = "".join(
        f"  - id: q{n}\n    kind: true_false\n    difficulty: 1\n    text: {word} biết bay.\n"
        "    correct: false\n    why: Không bay được.\n    why_not: Không có cánh.\n"
        for n, word in enumerate(("Mèo mun", "Chó vện", "Dê núi", "Trâu mộng"), 1)
    )
    write_courses(tmp_path, lesson=LESSON[: LESSON.index("  - id: q1")] + statements)
    assert any("0% of the true/false statements are true" in message for message in messages(tmp_path))


@pytest.mark.parametrize("figure", ["01/7/2025", "20.000 đồng", "03 ngày làm việc", "1900 0368", "156"])
def test_a_figure_written_out_is_told_where_it_stands(tmp_path: Path, figure: str) -> None:
    lesson = LESSON.replace("Thẻ thứ ba.", f"Nhớ {figure} nhé.")
    write_courses(tmp_path, lesson=lesson)
    line = lesson[: lesson.index(figure)].count("\n") + 1
    told = [problem for problem in check_courses(tmp_path) if "must be a fact" in problem.message]
    assert [problem.line for problem in told] == [line]


def test_made_up_figures_may_stand_in_options(tmp_path: Path) -> None:
    lesson = LESSON.replace("b: Nút đỏ\n", "b: Ngày 01/7/2025\n").replace("a: Nút xanh", "a: Ngày hôm nay nhé")
    assert not any("must be a fact" in message for message in messages(write_courses(tmp_path, lesson=lesson)))
