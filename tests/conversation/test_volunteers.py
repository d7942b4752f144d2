"""Volunteers and leaders: a role by invitation, and what they do for their groups from the chat."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from bot.conversation.router import Conversation
from bot.delivery.broadcasts import SECOND_PERSON_ABOVE, Audience
from bot.indicators.figures import ward_figures
from bot.store.consents import SPOKEN
from bot.store.database import Database
from bot.store.forget import forget_person
from bot.store.tables import Broadcast, Chat, ClassSession, CommunityRole, Consent, Person, ResidentialGroup
from bot.store.team import SPOKEN_CONSENT, invite
from tests.conversation.test_linking import NOON, Accounts


@pytest.fixture
def ward(database: Database, conversation: Conversation) -> Accounts:
    """Two groups of phường Hưng Đạo, a resident (2) of the first, and somebody (1) who is to help there."""
    accounts = Accounts(database, conversation)

    def unit(session: Session) -> None:
        for number in (1, 2):
            session.add(ResidentialGroup(id=number, ward_code="hung-dao", name=f"Tổ {number}", join_code=f"c{number}"))

    accounts.do(unit)
    for number, channel in ((1, "telegram"), (2, "telegram")):
        accounts.add(number, channel)
        accounts.says(number, "/start c1")
        accounts.says(number, "đồng ý")
        accounts.says(number, "nhận tin")
    return accounts


def invited(ward: Accounts, role: str = "volunteer", groups: tuple[int, ...] = (1,)) -> str:
    code: str = ward.do(lambda session: invite(session, "hung-dao", role, groups, "Mai", NOON))
    return ward.says(1, f"/vaitro {code}")


def test_a_code_gives_the_role_once(ward: Accounts) -> None:
    code = ward.do(lambda session: invite(session, "hung-dao", "volunteer", (1,), "Mai", NOON))
    said = ward.says(1, f"/vaitro {code}")
    assert "tình nguyện viên của: Tổ 1" in said
    assert "không đúng" in ward.says(2, f"/vaitro {code}")
    assert "không đúng" in ward.says(2, "/vaitro")


@pytest.mark.parametrize("command", ["/nhom", "/day", "/thongbao xin chào", "/dangkyho", "/buoihoc"])
def test_others_may_not(ward: Accounts, command: str) -> None:
    assert "dành cho tình nguyện viên" in ward.says(2, command)


def test_a_message_is_shown_with_its_readers_and_needs_the_confirming_tap(ward: Accounts) -> None:
    invited(ward)
    said = ward.says(1, "/thongbao Tối thứ tư họp lớp")
    assert "Tối thứ tư họp lớp" in said and "Gửi cho 2 người" in said
    row = ward.do(lambda session: session.exec(select(Broadcast)).one())
    assert (row.status, Audience.from_json(row.audience)) == ("draft", Audience((1,)))
    assert "đang gửi" in ward.taps(1, "Gửi cho 2 người")
    assert ward.do(lambda session: session.exec(select(Broadcast.status)).one()) == "scheduled"
    assert "Tối thứ tư" in str(row.body["text"])


def test_a_stranger_cannot_confirm_another_ones_draft(ward: Accounts) -> None:
    invited(ward)
    ward.says(1, "/thongbao x")
    ward.says(2, "", "1vc:1")
    assert ward.do(lambda session: session.exec(select(Broadcast.status)).one()) == "draft"


def test_a_message_to_very_many_goes_to_staff_first(ward: Accounts) -> None:
    invited(ward)
    ward.says(1, "/thongbao x")
    replies = ward.replies

    def many(session: Session) -> None:
        session.exec(select(Broadcast)).one().recipients = SECOND_PERSON_ABOVE + 1

    ward.do(many)
    ward.replies = replies
    assert "cán bộ phường, xã xác nhận" in ward.taps(1, "Gửi cho")


def test_a_lesson_is_sent_to_who_has_not_finished_it(ward: Accounts, conversation: Conversation) -> None:
    invited(ward)
    course = conversation.catalogue.courses[0]
    ward.says(1, "/day")
    ward.taps(1, course.title[:12])
    ward.taps(1, course.lessons[0].title[:12])
    ward.taps(1, "Gửi cho")
    row = ward.do(lambda session: session.exec(select(Broadcast)).one())
    assert row.audience["unfinished"] == course.lessons[0].id
    assert row.body["buttons"][0]["payload"] == f"1le:{course.lessons[0].id}"


def test_a_neighbour_without_a_phone_counts_once(ward: Accounts) -> None:
    invited(ward, groups=(1, 2))
    ward.says(1, "/dangkyho")
    ward.taps(1, "Tổ 2")
    assert "gõ lại tên" in ward.says(1, "0912345678")
    assert "được đếm một lần" in ward.says(1, "Bà Năm")
    ward.says(1, "/dangkyho")
    ward.taps(1, "Tổ 2")
    assert "đã có người tên" in ward.says(1, "bà năm")
    figures = ward.do(
        lambda session: {one.name: one.residents for one in ward_figures(session, "hung-dao", NOON).groups}
    )
    assert figures == {"Tổ 1": 2, "Tổ 2": 1}
    consent = ward.do(lambda session: session.exec(select(Consent).where(Consent.how == SPOKEN)).one())
    assert (consent.purpose, consent.version, consent.witness_id) == ("learning", SPOKEN_CONSENT, ward.person_of(1))


def test_a_session_is_recorded_with_its_number(ward: Accounts, conversation: Conversation) -> None:
    invited(ward)
    course = conversation.catalogue.courses[0]
    ward.says(1, "/buoihoc")
    ward.taps(1, course.title[:12])
    ward.taps(1, course.lessons[0].title[:12])
    assert "một số từ 1" in ward.says(1, "nhiều lắm")
    assert "12 người" in ward.says(1, "12")
    row = ward.do(lambda session: session.exec(select(ClassSession)).one())
    assert (row.group_id, row.lesson_id, row.present) == (1, course.lessons[0].id, 12)


def test_my_groups_progress(ward: Accounts) -> None:
    invited(ward, "leader", (1, 2))
    said = ward.says(1, "/nhom")
    assert "Tổ 1: 2 người tham gia" in said and "Tổ 2: 0 người tham gia" in said


def test_a_command_given_up_leaves_typed_words_to_the_bot(ward: Accounts) -> None:
    invited(ward)
    ward.says(1, "/dangkyho")
    assert "Đã bỏ" in ward.taps(1, "Thôi")
    ward.says(1, "Bà Năm")
    assert ward.do(lambda session: len(session.exec(select(Person)).all())) == 2


def test_deletion_takes_the_role_and_keeps_the_sessions_and_neighbours(ward: Accounts) -> None:
    invited(ward)
    ward.says(1, "/dangkyho")
    ward.says(1, "Bà Năm")

    def unit(session: Session) -> tuple[int, list[int | None]]:
        person = session.get_one(Chat, 1).person_id
        forget_person(session, person, 1)
        session.expire_all()
        roles = len(session.exec(select(CommunityRole)).all())
        return roles, list(session.exec(select(Person.enrolled_by).where(Person.called == "Bà Năm")))

    assert ward.do(unit) == (0, [None])
