"""Questions go out to Excel, CSV and Word and come back the same; mistakes are told by row and column."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from lessons.catalogue import SHIPPED_COURSES, load_courses
from lessons.exchange_files import FILE_LIMIT, FORMULA_STARTS
from lessons.exchange_texts import columns, texts
from lessons.material_source import Edit, OverlaidMaterial, ShippedMaterial, item_hash
from lessons.models import QuestionKind
from lessons.question_exchange import (
    ExchangedQuestion,
    Format,
    export_questions,
    import_questions,
    questions_of,
    template,
    with_questions,
)
from tests.lessons.material import LESSON
from tests.lessons.test_material_source import NOW

GOOD = {
    "id": "q1",
    "kind": "Một ý đúng",
    "difficulty": "2",
    "text": "Nút nào để gọi?",
    "a": "Nút xanh",
    "b": "Nút đỏ",
    "correct": "A",
    "why": "Nút xanh là gọi.",
    "why_not": "B: Nút đỏ là dừng.",
}


def as_csv(*rows: dict[str, str], delimiter: str = ",", headings: dict[str, str] | None = None) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow((headings or columns()).values())
    writer.writerows([row.get(name, "") for name in (headings or columns())] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def problems(*rows: dict[str, str]) -> list[str]:
    return [str(problem) for problem in import_questions(as_csv(*rows), "cau-hoi.csv").problems]


@pytest.mark.parametrize("kind", list(Format))
def test_the_template_can_be_filled_in_and_read(kind: Format) -> None:
    imported = import_questions(template(kind), f"Mẫu.{kind.value.upper()}")
    assert imported.problems == ()
    assert [question.kind for question in imported.questions] == [QuestionKind.SINGLE, QuestionKind.TRUE_FALSE]
    assert imported.questions[0].reasons == ((1, "Nút màu đỏ là từ chối cuộc gọi."),)


@pytest.mark.parametrize("kind", list(Format))
def test_shipped_questions_come_back_and_keep_the_version_of_their_lesson(kind: Format) -> None:
    shipped = ShippedMaterial(SHIPPED_COURSES)
    catalogue = load_courses(shipped)
    lessons = catalogue.lessons if kind is Format.CSV else catalogue.lessons[::9]
    edits = []
    for lesson in lessons:
        text = shipped.read(lesson.file)
        questions = questions_of(text)
        imported = import_questions(export_questions(questions, kind), f"x.{kind.value}")
        assert imported.problems == ()
        assert imported.questions == questions
        body = with_questions(text, imported.questions)
        edits.append(Edit(1, lesson.file, item_hash(text), body, "lan", "hung", NOW))
    edited = load_courses(OverlaidMaterial(shipped, edits, NOW))
    assert [lesson.version for lesson in edited.lessons] == [lesson.version for lesson in catalogue.lessons]


LETTER = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Lo", "So"))
START = st.sampled_from([*FORMULA_STARTS[:4], "'", "'=", "A", "B: ", "{{fact:", '"', ";", "Đ"])


@st.composite
def written(draw: st.DrawFn, limit: int = 40) -> str:
    """A text as people write it, often beginning as a formula does; never empty."""
    import unicodedata

    text = draw(START) + draw(st.text(LETTER, max_size=limit))
    return unicodedata.normalize("NFC", " ".join(text.split())).strip() or "x"


@st.composite
def questions(draw: st.DrawFn) -> list[ExchangedQuestion]:
    made = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(list(QuestionKind)))
        count = 0 if kind is QuestionKind.TRUE_FALSE else draw(st.integers(3, 5))
        options = tuple(f"{draw(written(20))} {place}" for place in range(count))
        everything = draw(st.permutations(range(count)))
        correct = {
            QuestionKind.SINGLE: tuple(everything[:1]),
            QuestionKind.TRUE_FALSE: (draw(st.integers(0, 1)),),
            QuestionKind.MULTIPLE: tuple(sorted(everything[:2])),
            QuestionKind.ORDER: tuple(everything),
            QuestionKind.MATCH: tuple(range(count)),
        }[kind]
        pairs = kind is QuestionKind.MATCH
        prompts = tuple(f"{draw(written(20)).replace('=', '-')} {place}" for place in range(count)) if pairs else ()
        wrong = [place for place in range(count or 2) if place not in correct]
        reasons = tuple((place, draw(written())) for place in wrong)
        names = st.sampled_from(["", "an-toan-so", "ky-nang"])
        picture = draw(st.sampled_from(["", "hinh.svg", "pictures/a-b.png"]))
        question = ExchangedQuestion(
            f"q{number + 1}",
            kind,
            draw(st.integers(1, 3)),
            f"{draw(written())}\n{number}",
            options,
            correct,
            draw(written()),
            reasons,
            draw(names),
            draw(st.sampled_from(["", "mot-nguon", "mot-nguon, hai-nguon"])),
            picture,
            draw(written()) if picture else "",
            prompts,
        )
        made.append(question)
    return made


@pytest.mark.parametrize("kind", list(Format))
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=questions())
def test_any_question_comes_back_as_it_went_out(kind: Format, made: list[ExchangedQuestion]) -> None:
    imported = import_questions(export_questions(made, kind), f"x.{kind.value}")
    assert [str(problem) for problem in imported.problems] == []
    assert list(imported.questions) == made


@settings(max_examples=40, deadline=None, derandomize=True)
@given(made=questions())
def test_any_question_comes_back_from_a_lesson_file(made: list[ExchangedQuestion]) -> None:
    assert list(questions_of(with_questions(LESSON, made))) == made


@pytest.mark.parametrize("start", [start for start in FORMULA_STARTS if start.strip()])
def test_no_cell_can_run_as_a_formula(start: str) -> None:
    made = questions_of(LESSON)[0]
    made = replace(made, text=f"{start}HYPERLINK(1)", options=(f"{start}1+1", "hai", "ba"))
    lines = list(csv.reader(io.StringIO(export_questions([made], Format.CSV).decode("utf-8-sig"))))
    assert not any(cell.startswith(FORMULA_STARTS) for line in lines for cell in line)
    sheet = load_workbook(io.BytesIO(export_questions([made], Format.XLSX))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert import_questions(export_questions([made], Format.CSV), "x.csv").questions == (made,)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_vietnamese_excel_writes_it(delimiter: str) -> None:
    imported = import_questions(as_csv(GOOD, delimiter=delimiter), "x.csv")
    assert imported.problems == () and imported.questions[0].text == "Nút nào để gọi?"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"kind": "Trắc nghiệm"}, "Dòng 2, ô “Loại câu”: “Trắc nghiệm” không phải loại câu"),
        ({"difficulty": "khó"}, "Dòng 2, ô “Mức độ”: ghi 1 (dễ), 2 (vừa) hoặc 3 (khó)."),
        ({"difficulty": "9"}, "ô “Mức độ”"),
        ({"difficulty": "²"}, "ô “Mức độ”"),
        ({"text": ""}, "Dòng 2, ô “Câu hỏi”: chưa ghi."),
        ({"text": "dài " * 60}, "ô “Câu hỏi”: dài 239 ký tự, tối đa 200"),
        ({"b": ""}, "cần từ 2 đến 5 ý"),
        ({"b": "", "c": "Nút vàng"}, "ô “Ý B”: ý B để trống mà ý sau có chữ"),
        ({"b": "nút  XANH"}, "ý A và ý B giống nhau"),
        ({"correct": "D"}, "ô “Đáp án”: có “D” nhưng không có ý đó"),
        ({"correct": "A, B"}, "câu này có đúng một đáp án"),
        ({"correct": "A A"}, "ý A ghi hai lần"),
        ({"correct": ""}, "ô “Đáp án”: chưa ghi"),
        ({"kind": "Nhiều ý đúng"}, "cần ít nhất hai ý đúng và một ý sai"),
        ({"kind": "Xếp thứ tự"}, "cần ghi đủ mọi ý, theo thứ tự đúng"),
        ({"kind": "Đúng/Sai"}, "câu Đúng sai không ghi các ý"),
        ({"kind": "Đúng sai", "a": "", "b": ""}, "ô “Đáp án”: ghi Đúng hoặc Sai"),
        ({"why_not": ""}, "ô “Vì sao sai”: chưa ghi"),
        ({"why_not": "Nút đỏ là dừng."}, "ghi chữ của ý trước lý do"),
        ({"why_not": "A: Không."}, "ý A là đáp án đúng nên không có lý do sai"),
        ({"why_not": "E: Không."}, "có “E” nhưng không có ý đó"),
        ({"kind": "Ghép đôi", "correct": "", "why_not": ""}, "ô “Ý A”: ghi cả cặp với dấu bằng"),
        ({"kind": "Ghép đôi", "a": "x = y", "b": "z = t"}, "cần từ 3 đến 5 ý"),
        ({"kind": "Ghép đôi"}, "ô “Đáp án”: câu Ghép đôi để trống ô này"),
        ({"kind": "Ghép đôi"}, "ô “Vì sao sai”: câu Ghép đôi để trống ô này"),
        ({"id": "Câu 1"}, "ô “Mã câu”: “Câu 1” không dùng được"),
        ({"skill": "An toàn"}, "ô “Mã kỹ năng”"),
        ({"picture": "../x.svg", "alt": "ảnh"}, "ô “Tệp ảnh”"),
        ({"picture": "x.svg"}, "có ảnh thì cần lời tả ảnh"),
        ({"text": "a\x07b"}, "có ký tự lạ"),
    ],
)
def test_a_mistake_is_told_by_row_and_column(changed: dict[str, str], told: str) -> None:
    assert any(told in problem for problem in problems(GOOD | changed)), problems(GOOD | changed)


def test_good_rows_are_kept_beside_bad_ones_and_ids_are_given() -> None:
    rows = [
        GOOD | {"id": "", "text": "Một?"},
        GOOD | {"id": "q9", "difficulty": "5", "text": "Hai?"},
        GOOD | {"text": "Ba?"},
    ]
    imported = import_questions(as_csv(*rows), "x.csv")
    assert [(question.id, question.text) for question in imported.questions] == [("q2", "Một?"), ("q1", "Ba?")]
    assert [problem.place for problem in imported.problems] == ["Dòng 3"]


def test_the_same_id_or_question_twice_names_the_first_place() -> None:
    told = problems(GOOD, GOOD | {"text": "NÚT nào, để gọi?"})
    assert any("mã “q1” đã có ở Dòng 2" in problem for problem in told)
    assert any("giống câu ở Dòng 2" in problem for problem in told)


def test_a_line_with_breaks_in_its_cells_does_not_shift_the_next_places() -> None:
    told = problems(GOOD | {"text": "Một\nhai\nba?"}, {}, GOOD | {"id": "q2", "kind": "?", "text": "Khác?"})
    assert [problem.split(",")[0] for problem in told] == ["Dòng 6"]


def test_missing_unknown_and_doubled_columns_are_told() -> None:
    headings = dict(columns())
    headings["kind"], headings["alt"] = "Loai", "Câu hỏi"
    imported = import_questions(as_csv(GOOD, headings=headings), "x.csv")
    told = " ".join(str(problem) for problem in imported.problems)
    assert "thiếu “Loại câu”" in told and "“Loai” không có trong mẫu" in told
    headings["kind"] = columns()["kind"]
    doubled = import_questions(as_csv(GOOD, headings=headings), "x.csv")
    assert "“Câu hỏi” có hai lần" in " ".join(str(problem) for problem in doubled.problems)


def sheet_of(changes: dict[str, object]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(columns().values()))
    sheet.append([{**GOOD, **changes}.get(name) for name in columns()])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"text": "=1+1"}, "ô “Câu hỏi”: ô này là công thức"),
        ({"a": date(2026, 1, 2)}, "ô “Ý A”: Excel đã đổi ô này thành ngày tháng"),
    ],
)
def test_what_excel_made_of_a_cell_is_told(changes: dict[str, object], told: str) -> None:
    imported = import_questions(sheet_of(changes), "x.xlsx")
    assert any(told in str(problem) for problem in imported.problems)
    assert len(imported.problems) == 1 and imported.questions == ()


def test_numbers_and_truth_values_of_excel_are_understood() -> None:
    changes: dict[str, object] = {"kind": "Đúng sai", "difficulty": 2.0, "a": None, "b": None, "correct": True}
    imported = import_questions(sheet_of({**changes, "why_not": "Không."}), "x.xlsx")
    assert imported.problems == ()
    assert (imported.questions[0].difficulty, imported.questions[0].correct) == (2, (0,))


def test_word_tables_name_the_question() -> None:
    document = docx.Document(io.BytesIO(template(Format.DOCX)))
    document.tables[1].rows[1].cells[1].text = "Tự luận"
    out = io.BytesIO()
    document.save(out)
    told = [str(problem) for problem in import_questions(out.getvalue(), "x.docx").problems]
    assert told and all(problem.startswith("Câu thứ 2 trong tệp") for problem in told)


def zipped(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"x", "x.exe", "chỉ nhận tệp XLSX, CSV hoặc DOCX"),
        (b"x", "khong-duoi", "chỉ nhận"),
        (b"", "x.csv", "không có câu hỏi nào"),
        (b"", "x.xlsx", "tệp hỏng"),
        (b"PK\x03\x04", "x.docx", "tệp hỏng"),
        (10, "x.docx", "tệp hỏng"),
        (10, "x.xlsx", "tệp hỏng"),
        (90_000_000, "x.xlsx", "tệp hỏng"),
        ("Mã câu".encode("utf-16"), "x.csv", "không ở dạng UTF-8"),
        (b"0" * (FILE_LIMIT + 1), "x.csv", "lớn hơn 5 MB"),
        (b'"' + b"a" * 200_000, "x.csv", "tệp hỏng"),
    ],
)
def test_what_is_no_such_file_is_told(content: bytes | int, name: str, told: str) -> None:
    """A number stands for a package that unfolds to so many bytes."""
    imported = import_questions(zipped(content) if isinstance(content, int) else content, name)
    assert imported.questions == ()
    assert [told in str(problem) for problem in imported.problems] == [True]


def test_too_many_questions_are_refused() -> None:
    rows = [GOOD | {"id": "", "text": f"Câu số {number}?"} for number in range(1002)]
    assert "có hơn 1000 câu" in problems(*rows)[0]


def test_a_lesson_keeps_everything_but_its_questions() -> None:
    text = LESSON.replace("questions:", "# Ghi chú của phường\nquestions:")
    changed = with_questions(text, questions_of(text)[:1])
    assert "# Ghi chú của phường" in changed and changed.count("- id: q") == 1
    assert changed.split("questions:")[0] == text.split("questions:")[0]
    for wrong in ("", "id: x", "questions: chưa có", "- a"):
        with pytest.raises(ValueError, match="no 'questions'"):
            questions_of(wrong)


def test_every_message_can_be_said() -> None:
    import re
    from pathlib import Path

    import lessons

    code = "".join(path.read_text(encoding="utf-8") for path in Path(lessons.__file__).parent.glob("exchange_*.py"))
    code += Path(lessons.__file__).with_name("question_exchange.py").read_text(encoding="utf-8")
    assert [name for name in texts()["messages"] if not re.search(rf'"{name}"', code)] == []
