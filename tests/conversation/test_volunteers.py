"""Volunteers and leaders: a role by invitation, and what they do for their groups from the chat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from bot.conversation.router import Conversation
from bot.delivery.broadcasts import SECOND_PERSON_ABOVE, Audience
from bot.indicators.figures import ward_figures
from bot.store.consents import SPOKEN
from bot.store.database import Database
from bot.store.forget import forget_person
from bot.store.tables import (
    Broadcast,
    Chat,
    ClassAttendance,
    ClassSession,
    CommunityRole,
    Consent,
    Person,
    ResidentialGroup,
)
from bot.store.team import SPOKEN_CONSENT, invite
from tests.conversation.test_linking import NOON, Accounts
from tests.indicators.lives import answer


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


@pytest.mark.parametrize(("learners", "told"), [(4, False), (5, True)])
def test_a_resident_sees_how_the_group_does_once_enough_learn_in_it(ward: Accounts, learners: int, told: bool) -> None:
    def learn(session: Session) -> None:
        session.get_one(ResidentialGroup, 1).adults = 200
        own = session.get_one(Chat, 2).person_id
        others = [Person(ward_code="hung-dao", group_id=1) for _ in range(learners - 1)]
        session.add_all(others)
        session.flush()
        for person in (own, *(other.id for other in others)):
            answer(session, person or 0, 1, "vneid", "v1", 0, True, NOON - timedelta(days=1), questions=1)

    ward.do(learn)
    said = ward.says(2, "tiến độ của tôi")
    assert ("Tổ 1: tỷ lệ người trưởng thành tham gia học đến nay là 2,5 %." in said) == told
    assert "Trả lời đúng 1/1 câu" in said


def test_a_message_is_shown_with_its_readers_and_needs_the_confirming_tap(ward: Accounts) -> None:
    invited(ward)
    said = ward.says(1, "/thongbao Tối thứ tư họp lớp")
    assert "Tối thứ tư họp lớp" in said and "Gửi cho 2 người" in said
    row = ward.do(lambda session: session.exec(select(Broadcast)).one())
    assert (row.status, Audience.from_json(row.audience)) == ("draft", Audience((1,)))
    assert "đang gửi" in ward.taps(1, "Gửi cho 2 người")
    assert ward.do(lambda session: session.exec(select(Broadcast.status)).one()) == "scheduled"
    assert [button.label for button in ward.replies[0].buttons] == ["Tạm dừng gửi", "Hủy phần chưa gửi"]
    assert "Tối thứ tư" in str(row.body["text"])


def test_a_leaders_message_says_so(ward: Accounts) -> None:
    invited(ward, "leader")
    assert "Tin từ tổ trưởng nơi bạn ở: họp lớp" in ward.says(1, "/thongbao họp lớp")


def test_it_can_wait_for_the_morning(ward: Accounts) -> None:
    invited(ward)
    ward.says(1, "/thongbao x")
    assert "lúc 08:00 ngày 22/11/2026" in ward.taps(1, "Gửi lúc 8 giờ sáng mai")
    row = ward.do(lambda session: session.exec(select(Broadcast)).one())
    assert row.start_at == datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def test_at_night_it_is_told_when_it_leaves(ward: Accounts) -> None:
    invited(ward)
    ward.now = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
    ward.says(1, "/thongbao x")
    assert "lúc 07:00 ngày 22/11/2026" in ward.taps(1, "Gửi cho 2 người")


def test_the_readers_can_be_narrowed_to_a_group_or_an_age(ward: Accounts) -> None:
    invited(ward, groups=(1, 2))

    def older(session: Session) -> None:
        session.get_one(Person, session.get_one(Chat, 2).person_id).age_band = "60+"

    ward.do(older)
    ward.says(1, "/thongbao x")
    ward.taps(1, "Đổi người nhận")
    assert [button.label for button in ward.replies[0].buttons][1:4] == ["Tổ 1", "Tổ 2", "60+"]
    choices = ward.replies
    assert "Gửi cho 1 người" in ward.taps(1, "60+")
    ward.replies = choices
    assert "Chưa có ai" in ward.taps(1, "Tổ 2")
    ward.replies = choices
    assert "Gửi cho 2 người" in ward.taps(1, "Mọi người")
    row = ward.do(lambda session: session.exec(select(Broadcast)).one())
    assert (row.recipients, Audience.from_json(row.audience)) == (2, Audience((1, 2)))
    for payload in ("1vo:1:g:9", "1vo:1", "1vo:9:e", "1vr:9", "1vr:x"):
        assert "đã cũ" in ward.says(1, "", payload)


def test_the_author_pauses_resumes_and_cancels_from_the_chat(ward: Accounts) -> None:
    invited(ward)
    ward.says(1, "/thongbao x")
    ward.taps(1, "Gửi cho")
    assert "Đã tạm dừng" in ward.taps(1, "Tạm dừng")
    assert "gửi tiếp" in ward.taps(1, "Gửi tiếp")
    assert "Đã hủy" in ward.taps(1, "Hủy phần")
    assert ward.do(lambda session: session.exec(select(Broadcast.status)).one()) == "cancelled"
    for number, payload in ((1, "1vw:1:resume"), (1, "1vw:1:explode"), (2, "1vw:1:cancel")):
        assert "đã cũ" in ward.says(number, "", payload)


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


def session_begun(ward: Accounts, conversation: Conversation, *names: str) -> str:
    """A leader of both groups has chosen Tổ 1 and the first lesson; the group has these people by name."""
    invited(ward)

    def people(session: Session) -> None:
        for called in names:
            session.add(Person(ward_code="hung-dao", group_id=1, called=called))

    ward.do(people)
    course = conversation.catalogue.courses[0]
    ward.says(1, "/buoihoc")
    ward.taps(1, course.title[:12])
    ward.taps(1, course.lessons[0].title[:12])
    return course.lessons[0].id


def recorded(ward: Accounts) -> tuple[int, list[str | None]]:
    def unit(session: Session) -> tuple[int, list[str | None]]:
        row = session.exec(select(ClassSession)).one()
        named = select(Person.called).join(ClassAttendance).where(ClassAttendance.session_id == row.id)
        return row.present, sorted(session.exec(named), key=str)

    present: tuple[int, list[str | None]] = ward.do(unit)
    return present


def test_a_session_is_recorded_with_its_number(ward: Accounts, conversation: Conversation) -> None:
    lesson = session_begun(ward, conversation)
    assert not ward.replies[0].buttons, "where buttons are numbered a typed number must not mean one"
    assert "một số từ 1" in ward.says(1, "nhiều lắm")
    assert "12 người" in ward.says(1, "12")
    row = ward.do(lambda session: session.exec(select(ClassSession)).one())
    assert (row.group_id, row.lesson_id, row.present) == (1, lesson, 12)


def test_people_are_marked_by_name_each_once_and_others_are_counted(ward: Accounts, conversation: Conversation) -> None:
    session_begun(ward, conversation, *(f"Bác {number}" for number in range(1, 12)))
    ward.taps(1, "Chọn theo tên")
    assert [button.label for button in ward.replies[0].buttons][:2] == ["☐ Bác 1", "☐ Bác 2"]
    ward.taps(1, "☐ Bác 1")
    assert ward.replies[0].edit and ward.replies[0].buttons[0].label == "☑ Bác 1"
    ward.taps(1, "☐ Bác 2")
    ward.taps(1, "☑ Bác 2")
    ward.taps(1, "Trang sau")
    ward.taps(1, "☐ Bác 11")
    assert "Đã chọn 2 người" in ward.taps(1, "Xong (2 người)")
    assert "từ 0 đến" in ward.says(1, "vài người")
    assert "5 người" in ward.says(1, "3")
    assert recorded(ward) == (5, ["Bác 1", "Bác 11"])


def test_a_number_alone_will_do_where_names_are_listed(ward: Accounts, conversation: Conversation) -> None:
    session_begun(ward, conversation, "Bác 1")
    ward.taps(1, "Chọn theo tên")
    ward.taps(1, "☐ Bác 1")
    list_shown = ward.replies
    ward.says(1, "", "1va:n")
    assert "7 người" in ward.says(1, "7")
    assert recorded(ward) == (7, [])
    ward.replies = list_shown
    assert "đã cũ" in ward.taps(1, "☑ Bác 1"), "the session is recorded already"


def test_nobody_marked_and_nobody_else_is_no_session(ward: Accounts, conversation: Conversation) -> None:
    session_begun(ward, conversation, "Bác 1")
    ward.taps(1, "Chọn theo tên")
    ward.taps(1, "Xong (0 người)")
    assert "từ 1 đến" in ward.says(1, "0")
    assert "Đã bỏ" in ward.says(1, "thôi")
    assert ward.do(lambda session: len(session.exec(select(ClassSession)).all())) == 0


def test_who_was_marked_sees_it_and_takes_it_away_with_the_rest(ward: Accounts, conversation: Conversation) -> None:
    ward.says(2, "/sua Bác Lan")
    session_begun(ward, conversation)
    ward.taps(1, "Chọn theo tên")
    ward.taps(1, "☐ Bác Lan")
    ward.taps(1, "Xong")
    ward.says(1, "0")
    assert "Buổi học trực tiếp có ghi tên bác: 1" in ward.says(2, "/dulieucuatoi")
    ward.says(2, "/xoa")
    ward.taps(2, "Xóa hết")
    assert recorded(ward) == (1, [])


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
