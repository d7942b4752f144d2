"""The deadline that staff confirmed of their plan goes before the one that the program read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, select

from bot.jobs.telling_staff import tell_of_reports
from bot.reports.deadlines import deadlines_in_force, deadlines_of
from bot.store.database import Database
from bot.store.tables import Chat, Outbox, StaffAccount, StaffChat, StaffMembership, WardPlan
from knowledge.deadlines import ReportDeadline

READ = (
    ReportDeadline("hung-dao", "Kế hoạch 1", 5, (12,), "Hằng năm gửi báo cáo trước ngày 05/12"),
    ReportDeadline("hung-dao", "Kế hoạch 1", 20, (3, 6, 9, 12), "Gửi báo cáo trước ngày 20 hàng quý"),
    ReportDeadline("tu-ky", "Kế hoạch 2", 15, (12,), "Hằng năm gửi báo cáo trước ngày 15/12"),
)
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 9:00 in Vietnam
SAID = {"day": 5, "month": 12, "text": "gửi báo cáo trước ngày 05/12"}


def confirm(database: Database, deadline: dict[str, int] | None, confirmed: bool = True) -> None:
    def unit(session: Session) -> None:
        row = WardPlan(ward_code="hung-dao", file_name="kh.docx", uploaded_by="Lan", status="ready")
        row.found, row.confirmed = {"title": "Kế hoạch 1", "deadline": SAID}, {"deadline": deadline}
        if confirmed:
            row.confirmed_by, row.confirmed_at = "Lan", MORNING
        session.add(row)

    database.write_now(unit)


@pytest.mark.parametrize(
    ("deadline", "confirmed", "due"),
    [
        ({"day": 12, "month": 11}, False, [(4, 12), (19, 12)]),
        ({"day": 5, "month": 12}, True, [(4, 12), (19, 12)]),
        ({"day": 30, "month": 11}, True, [(29, 11), (19, 12)]),
        (None, True, [(19, 12)]),
    ],
)
def test_what_staff_confirmed_replaces_the_yearly_day_that_was_read(
    database: Database, deadline: dict[str, int] | None, confirmed: bool, due: list[tuple[int, int]]
) -> None:
    confirm(database, deadline, confirmed)
    found = database.read_now(lambda session: deadlines_of(session, READ, "hung-dao"))
    days = sorted(one.next_due(date(2026, 11, 21)) for one in found)
    assert [(day.day, day.month) for day in days] == due
    others = database.read_now(lambda session: deadlines_of(session, READ, "tu-ky"))
    assert others == [READ[2]]


def test_staff_are_told_the_day_they_confirmed_and_not_the_sentence_it_contradicts(database: Database) -> None:
    confirm(database, {"day": 30, "month": 11})

    def unit(session: Session) -> list[str]:
        session.add(StaffAccount(id=1, username="lan", name="Lan"))
        session.add(Chat(id=1, channel="telegram", address="1", state={}))
        session.flush()
        session.add(StaffMembership(staff_id=1, ward_code="hung-dao", role="staff"))
        session.add(StaffChat(staff_id=1, chat_id=1, linked_at=MORNING))
        session.flush()
        tell_of_reports(session, deadlines_in_force(session, READ[:1]), MORNING)
        session.flush()
        return [row.body["text"] for row in session.exec(select(Outbox))]

    (said,) = database.write_now(unit)
    assert "chậm nhất 29/11/2026" in said and "Lan xác nhận" in said and "05/12" not in said
