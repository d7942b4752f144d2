"""What no longer stands is never quoted as if it did: ended, replaced or amended documents say so in the answer."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from indexer.build import write_whole
from indexer.sections import load_plans
from knowledge.answer import Answerer
from knowledge.answer_types import ANSWER_LIMIT, AnswerKind
from knowledge.encoder import Encoder
from knowledge.facts import load_facts
from knowledge.guides import load_guides
from knowledge.index import load_index

MATERIAL = Path("knowledge")
PLANS = ("hung-dao", "tu-ky")
GUIDES = ("vneid-quen-mat-khau", "vneid-kich-hoat")
DEADLINE = "hạn gửi báo cáo kết quả phong trào thi đua hằng năm"
PASSWORD = "quên mật khẩu vneid thì làm thế nào"
Made = Callable[..., Answerer]


@pytest.fixture(scope="module")
def folder(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of four documents."""
    base = tmp_path_factory.mktemp("standing")
    (base / "services").mkdir()
    for guide in GUIDES:
        shutil.copy(MATERIAL / "services" / f"{guide}.md", base / "services")
    passages = [one for one in load_plans(MATERIAL / "plans") if one.document.id in PLANS]
    for guide_read in load_guides(base / "services", load_facts(MATERIAL / "facts.yaml")):
        passages += guide_read.passages()
    write_whole(passages, base / "index", encoder=encoder)
    return base / "index"


@pytest.fixture
def made(folder: Path, encoder: Encoder) -> Made:
    """An answerer over the four documents, what one says of itself changed, asked on a day."""

    def make(document: str = "", today: date = date(2026, 11, 21), **fields: str) -> Answerer:
        index = load_index(folder)
        index.documents = tuple(
            replace(one, **fields) if one.id == document else one  # type: ignore[arg-type]
            for one in index.documents
        )
        return Answerer(index, encoder, lambda: today)

    return make


def answer_of(answerer: Answerer, question: str) -> str:
    answer = answerer.answer(question, "hung-dao")
    assert answer.kind is AnswerKind.ANSWER
    assert len(answer.text) <= ANSWER_LIMIT
    return answer.text


def test_what_stands_needs_no_note(made: Made) -> None:
    answerer = made()
    assert "05/12" in answer_of(answerer, DEADLINE)
    assert "Lưu ý: văn bản này" not in answer_of(answerer, DEADLINE) + answer_of(answerer, PASSWORD)


@pytest.mark.parametrize(
    ("until", "today", "ended"),
    [
        ("2030", date(2030, 12, 31), ""),
        ("2030", date(2031, 1, 1), "2030"),
        ("2030-06", date(2030, 6, 30), ""),
        ("2030-06", date(2030, 7, 1), "06/2030"),
        ("2030-06-15", date(2030, 6, 16), "15/06/2030"),
    ],
)
def test_a_plan_says_that_it_ended_from_the_day_after(made: Made, until: str, today: date, ended: str) -> None:
    said = answer_of(made("hung-dao", today, valid_until=until), DEADLINE)
    assert said.startswith("Theo kế hoạch của phường Hưng Đạo:")
    assert (f"chỉ áp dụng đến {ended}, bạn nên hỏi lại" in said) is bool(ended)


@pytest.mark.parametrize(("document", "question"), [("hung-dao", DEADLINE), ("vneid-quen-mat-khau", PASSWORD)])
def test_an_amended_or_replaced_document_says_so(made: Made, document: str, question: str) -> None:
    by = "Kế hoạch số 9/KH-UBND ngày 05/01/2027"
    assert f"đã được sửa đổi, bổ sung bởi {by}." in answer_of(made(document, amended_by=by), question)
    assert f"đã được thay thế bằng {by}." in answer_of(made(document, replaced_by=by), question)


def test_a_guide_that_ended_says_so(made: Made) -> None:
    said = answer_of(made("vneid-quen-mat-khau", valid_until="2026-11-20"), PASSWORD)
    assert "chỉ áp dụng đến 20/11/2026" in said


def test_a_comparison_marks_the_plan_that_ended(made: Made) -> None:
    answerer = made("hung-dao", date(2031, 1, 1))
    answer = answerer.answer("so sánh hạn gửi báo cáo hằng năm của phường Hưng Đạo và xã Tứ Kỳ")
    assert answer.kind is AnswerKind.ANSWER
    assert "Phường Hưng Đạo (đã hết thời hạn)" in answer.text


def test_a_restored_scan_says_so_first_in_its_source(made: Made) -> None:
    answerer = made("tu-ky", source="Một tên tệp rất dài " * 10)
    cited = answerer.answer(DEADLINE, "tu-ky").citations[0]
    assert (cited.source or "").startswith("văn bản quét, đã khôi phục dấu tự động; ")
