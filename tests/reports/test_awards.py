"""Proposals of awards: by stated criteria, and nobody is named who is a child or did not agree to it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from docx import Document
from sqlmodel import Session

from bot.reports.award_list import Papers, award_docx, award_lines, papers_line
from bot.reports.awards import Criteria, Proposal, propose
from bot.store.consents import give, withdraw
from bot.store.database import Database
from bot.store.tables import Attempt, Person, ResidentialGroup
from knowledge.award_papers import award_papers
from tests.reports.made import snapshot, words

PLANS = Path(__file__).parents[2] / "knowledge" / "plans"
NOON = datetime(2026, 6, 1, 5, tzinfo=UTC)
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
TWO_LESSONS = Criteria(groups=1, residents=2, lessons=2, right_percent=50)


def learner(session: Session, number: int, lessons: int, right: bool = True, at: datetime = NOON, **given: str) -> None:
    person = {"called": f"Người {number}", "age_band": "31-45", **given}
    session.add(Person(id=number, ward_code="hung-dao", group_id=1, **person))
    session.flush()
    for lesson in range(lessons):
        for question in range(2):
            key = f"{number}:{lesson}:{question}"
            session.add(
                Attempt(
                    key=key,
                    person_id=number,
                    ward_code="hung-dao",
                    group_id=1,
                    course_id="c",
                    lesson_id=f"l{lesson}",
                    lesson_version="v1",
                    question_id=f"q{question}",
                    question_count=2,
                    chosen="a",
                    correct=right,
                    answered_at=at,
                )
            )


def proposal(database: Database, criteria: Criteria = TWO_LESSONS) -> Proposal:
    return database.read_now(lambda session: propose(session, snapshot(), *YEAR, criteria))


def test_who_meets_the_criteria_is_named_only_with_consent_age_and_name(database: Database) -> None:
    def unit(session: Session) -> None:
        session.add(ResidentialGroup(id=1, ward_code="hung-dao", name="Tổ 1", join_code="t1"))
        session.flush()
        learner(session, 1, 2)
        learner(session, 2, 4)
        learner(session, 3, 3)
        learner(session, 4, 1)
        learner(session, 5, 3, right=False)
        learner(session, 6, 3, at=YEAR[0] - timedelta(days=1))
        learner(session, 7, 3, age_band="<16")
        learner(session, 8, 3, age_band=None)  # type: ignore[arg-type]
        learner(session, 9, 3, called=None)  # type: ignore[arg-type]
        learner(session, 10, 3)
        for number in (1, 2, 3, 4, 5, 6, 7, 8, 9):
            give(session, number, "board", "2026-11-22", NOON)
        give(session, 10, "learning", "2026-11-22", NOON)

    database.write_now(unit)
    found = proposal(database)
    assert [(one.called, one.group, one.lessons) for one in found.learners] == [
        ("Người 2", "Tổ 1", 4),
        ("Người 3", "Tổ 1", 3),
    ]
    assert found.unnamed == 4, "a child, an unknown age, no name, no consent"
    database.write_now(lambda session: withdraw(session, 2, "board", NOON))
    assert [one.called for one in proposal(database).learners] == ["Người 3", "Người 1"]


def test_the_best_groups_are_those_whose_figure_is_published(database: Database) -> None:
    found = proposal(database)
    assert found.indicator is not None and [one.name for one in found.groups] == ["Tổ 2"]
    assert [one.name for one in proposal(database, Criteria(groups=9)).groups] == ["Tổ 2", "Tổ 1"], "Tổ 3 is hidden"


def test_the_list_says_its_criteria_whom_it_leaves_out_and_the_plans_papers(database: Database) -> None:
    found = Proposal(snapshot().indicators[0], snapshot().indicators[0].groups[:1], (), 3)
    papers = Papers("Kế hoạch A", False, award_papers(PLANS / "hung-dao.md"))
    lines = award_lines(TWO_LESSONS, found, "21/11/2026")
    made = award_docx(found, lines, papers, words(), "Phường Hưng Đạo", "Đề nghị khen thưởng", date(2026, 11, 21))
    document = Document(io.BytesIO(made))
    said = "\n".join(one.text for one in document.paragraphs)
    assert "ít nhất 2 bài" in said and "từ 50%" in said and "có 3 người đủ tiêu chí" in said
    assert "Tờ trình đề nghị khen thưởng" in said and "Mẫu số 08 Nghị định 152/2025/NĐ-CP" in said
    assert "Kế hoạch của phường Hưng Đạo không liệt kê hồ sơ" in said and "Tổ 1" in document.tables[1].cell(1, 1).text


def test_only_a_plan_that_lists_papers_is_said_to() -> None:
    assert len(award_papers(PLANS / "hung-dao.md")) == 4
    assert award_papers(PLANS / "tu-ky.md") == ()
    assert "Bạn hỏi cơ quan" in papers_line(None, "Xã Tứ Kỳ")
