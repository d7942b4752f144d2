"""The rows of search: their code at a small size, and how figures become verdicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import comparison, own_questions, repairing, retrieval, searching
from benchmarks.larger_material import larger_material
from indexer.evaluate import Measured, Share
from indexer.query_forms import FORMS
from indexer.question_sets import OUTSIDE, PLAN, SERVICE, Case
from indexer.repair_evaluate import Outcome
from knowledge.documents import DocumentInfo, DocumentKind, Passage

SCALE = 0.02  # 200 passages and 40 questions
GUIDE = DocumentInfo("khai-sinh", DocumentKind.GUIDE, "Đăng ký khai sinh")
PASSAGES = (
    Passage("a", GUIDE, ("Các bước",), "Nộp tờ khai và giấy chứng sinh."),
    Passage("b", replace(GUIDE, id="ket-hon", title="Đăng ký kết hôn"), ("Các bước",), "Hai người cùng ký tờ khai."),
    Passage("c", replace(GUIDE, id="tam-tru", title="Đăng ký tạm trú"), ("Các bước",), "Khai trên cổng dịch vụ công."),
)


def test_larger_material_is_the_shipped_one_and_variations_always_the_same() -> None:
    some = larger_material(1600)
    assert len(some) == 1600
    assert some == larger_material(1600)
    added = [passage for passage in some if passage.document.id.startswith("variation-")]
    assert {passage.document.kind for passage in added} == {DocumentKind.PLAN, DocumentKind.GUIDE}
    assert len({passage.text for passage in added}) > 0.9 * len(added)
    assert len(some) - len(added) > 1000


@pytest.mark.timeout(300)
def test_asking_and_building_are_measured() -> None:
    rows = list(searching.rows(SCALE, searching.SIZES[:1]))
    assert [row.bar.split(",")[0] for row in rows] == ["ask", "ask", "full index of 10"]
    assert all(row.ratio is not None and row.ratio > 0 for row in rows)
    assert "reports of progress" in rows[-1].figure


def test_memory_is_judged_where_it_has_a_limit() -> None:
    found = {"ours": {"per_second": 100.0, "median": 0.01, "p95": 0.02}, "resident": 800.0}
    rows = list(searching.asking_rows(searching.SIZES[1], 200_000, found, "so"))
    assert [row.holds for row in rows] == [True, False]
    assert rows[1].figure == "800 MiB"


def shares(right: int, answered: int, outside: int) -> tuple[Share, ...]:
    return tuple(
        Share(kind, form, 500, right if kind != OUTSIDE else outside, answered)
        for kind in (PLAN, SERVICE, OUTSIDE)
        for form in FORMS
    )


def test_own_questions_hold_when_every_share_does() -> None:
    rows = list(own_questions.judged(Measured(shares(480, 490, 490), 0.04, ())))
    assert all(row.holds for row in rows)
    assert "n = 500" in rows[0].figure and "(" in rows[0].figure


def test_own_questions_tell_what_does_not_hold() -> None:
    rows = list(own_questions.judged(Measured(shares(472, 480, 480), 0.06, ())))
    broken = {row.bar for row in rows if not row.holds}
    assert any("plan questions, plain" in bar for bar in broken)
    assert not any("plan questions, noisy: right" in bar for bar in broken)
    assert sum("answered or taken as an action" in bar for bar in broken) == len(FORMS)
    assert sum("not answered" in bar for bar in broken) == 2 * len(FORMS)
    assert any("calibration" in bar for bar in broken)


def test_a_restoration_with_a_wrong_number_does_not_hold() -> None:
    good = Outcome(syllables=1000, damaged=900, wrong=4, numbers=20, wrong_numbers=0, seconds=1.0)
    rows = list(repairing.judged([good, good], True, 0.5))
    assert [row.holds for row in rows] == [True, True]
    rows = list(repairing.judged([good, replace(good, wrong=7, wrong_numbers=1)], True, 0.5))
    assert [row.holds for row in rows] == [False, False]


def test_absent_retrieval_sets_are_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(retrieval.FOLDER_SETTING, str(tmp_path))
    rows = list(retrieval.rows(1.0))
    assert [row.holds for row in rows] == [False]
    assert retrieval.FOLDER_SETTING in rows[0].figure


def test_retrieval_is_judged_by_the_bars_of_its_sets() -> None:
    names = ("health_questions", retrieval.PUBLIC_SERVICES, "university_rules", "web_questions")
    theirs = {name: dict.fromkeys(FORMS, 60.0) for name in names}
    results = [
        {"name": name, "lexical_share": 0.7, "forms": {form: {"hybrid": {retrieval.FIGURE: 60.9}} for form in FORMS}}
        for name in names
    ]
    rows = list(retrieval.judged(results, theirs))
    assert [row.holds for row in rows if retrieval.PUBLIC_SERVICES in row.bar] == [False] * len(FORMS)
    assert all(row.holds for row in rows if retrieval.PUBLIC_SERVICES not in row.bar)


def test_somebody_elses_search_answers_in_a_process_of_its_own(tmp_path: Path) -> None:
    cases = [
        ("plain", Case(SERVICE, "đăng ký kết hôn", None, guides=("ket-hon",))),
        ("plain", Case(SERVICE, "đăng ký tạm trú", None, guides=("khai-sinh",))),
    ]
    comparison.write_work(tmp_path / "work.json", PASSAGES, [case for _, case in cases])
    found = comparison.other_result("bm25s", tmp_path, PASSAGES, cases)
    assert found.right == [True, False]
    assert len(found.seconds) == 2


def test_what_cannot_run_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "work.json").write_text("{}", encoding="utf-8")
    with pytest.raises(comparison.NotRunError, match="KeyError") as raised:
        comparison.other_result("bm25s", tmp_path, PASSAGES, [])
    assert "\n" not in str(raised.value)


def test_the_comparison_holds_only_when_every_form_is_better_and_the_slow_ones_are_slower() -> None:
    cases = [(form, Case(SERVICE, "?", None)) for form in FORMS]
    good, poor = comparison.Result([True] * 3, [0.002] * 3), comparison.Result([False] * 3, [0.009] * 3)
    assert comparison.beside("haystack", cases, good, poor).holds
    assert not comparison.beside("haystack", cases, good, comparison.Result([False, True, False], [0.009] * 3)).holds
    assert not comparison.beside("minilm", cases, good, comparison.Result([False] * 3, [0.001] * 3)).holds
    assert comparison.beside("bm25s", cases, good, comparison.Result([False] * 3, [0.001] * 3)).holds
