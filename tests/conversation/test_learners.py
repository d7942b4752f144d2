"""Neighbours without a phone: written down once, handed over to a phone, deleted at their wish."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from bot.conversation.router import Conversation
from bot.indicators.figures import ward_figures
from bot.store.database import Database
from bot.store.merging import newest, unmerge
from bot.store.tables import Attempt, Chat, Consent, Person, PersonMerge, ResidentialGroup, RightsRequest
from bot.store.team import invite
from tests.conversation.test_linking import NOON, Accounts, answer, code_in


@pytest.fixture
def ward(database: Database, conversation: Conversation) -> Accounts:
    """A volunteer (1) of Tổ 1 who wrote Bà Năm down, and a phone (2) that nobody has used yet."""
    accounts = Accounts(database, conversation)

    def groups(session: Session) -> None:
        for number in (1, 2):
            session.add(ResidentialGroup(id=number, ward_code="hung-dao", name=f"Tổ {number}", join_code=f"c{number}"))

    accounts.do(groups)
    accounts.add(1, "telegram")
    accounts.add(2, "web")
    accounts.says(1, "/start c1")
    accounts.says(1, "đồng ý")
    code = accounts.do(lambda session: invite(session, "hung-dao", "volunteer", (1,), "Mai", NOON))
    accounts.says(1, f"/vaitro {code}")
    accounts.says(1, "/dangkyho")
    accounts.says(1, "Bà Năm")
    return accounts


def the_learner(ward: Accounts) -> Person:
    found: Person = ward.do(lambda session: session.exec(select(Person).where(Person.called == "Bà Năm")).one())
    return found


def residents(ward: Accounts) -> int:
    count: int = ward.do(lambda session: ward_figures(session, "hung-dao", NOON).total.residents)
    return count


def handed_over(ward: Accounts) -> str:
    ward.says(1, "/hocvien")
    ward.taps(1, "Bà Năm, Tổ 1")
    return code_in(ward.taps(1, "Lấy mã để nối điện thoại"))


def test_the_age_band_is_asked_after_writing_somebody_down(ward: Accounts) -> None:
    ward.taps(1, "Trên 60 tuổi")
    assert the_learner(ward).age_band == "60+"
    ward.says(1, "/hocvien")
    assert "Nhóm tuổi: Trên 60 tuổi" in ward.taps(1, "Bà Năm, Tổ 1")


def test_a_new_phone_takes_the_record_over_and_counts_once(ward: Accounts) -> None:
    ward.do(
        lambda session: answer(session, session.exec(select(Person).where(Person.called == "Bà Năm")).one().id, "k")
    )
    said = ward.says(2, f"/lienket {handed_over(ward)}")
    assert "Bà Năm, Tổ 1" in said
    ward.taps(2, "Đúng là tôi")
    assert ward.person_of(2) == the_learner(ward).id
    assert residents(ward) == 2
    assert "Bà Năm" in ward.says(2, "/dulieucuatoi")
    assert "chưa có ai" in ward.says(1, "/hocvien")


def test_who_enrolled_on_the_phone_already_becomes_one_and_can_be_split_again(ward: Accounts) -> None:
    ward.says(2, "/start c2")
    ward.says(2, "đồng ý")
    mine = ward.person_of(2)
    ward.do(lambda session: answer(session, mine, "k"))
    assert residents(ward) == 3
    ward.says(2, f"/lienket {handed_over(ward)}")
    ward.taps(2, "Đúng là tôi")
    kept = the_learner(ward).id or 0
    assert ward.person_of(2) == kept and residents(ward) == 2
    assert ward.do(lambda session: session.exec(select(Attempt.person_id)).one()) == kept

    def split(session: Session) -> None:
        record = newest(session, kept)
        assert record is not None
        unmerge(session, record)

    ward.do(split)
    assert ward.person_of(2) == mine and residents(ward) == 3
    assert ward.do(lambda session: session.get_one(Chat, 2).group_id) == 2
    assert ward.do(lambda session: session.exec(select(Attempt.person_id)).one()) == mine
    assert ward.do(lambda session: session.exec(select(PersonMerge)).all()) == []


def test_a_child_written_down_by_a_volunteer_is_remembered_as_a_child(ward: Accounts) -> None:
    code = handed_over(ward)
    ward.says(2, "tôi dưới 16 tuổi")
    ward.says(2, f"/lienket {code}")
    ward.taps(2, "Đúng là tôi")
    assert the_learner(ward).age_band == "<16"
    assert "Nêu tên" not in ward.says(2, "/rutdongy")
    consent = ward.do(lambda session: session.exec(select(Consent).where(Consent.person_id == the_id(session))).one())
    assert (consent.how, consent.witness_id) == ("spoken", ward.person_of(1))


def the_id(session: Session) -> int:
    return session.exec(select(Person.id).where(Person.called == "Bà Năm")).one() or 0


def test_the_volunteer_deletes_at_their_wish_and_it_is_logged(ward: Accounts) -> None:
    ward.says(1, "/hocvien")
    ward.taps(1, "Bà Năm, Tổ 1")
    assert "không lấy lại được" in ward.taps(1, "Xóa theo ý người đó")
    ward.taps(1, "Xóa hết")
    assert residents(ward) == 1
    assert ward.do(lambda session: [row.kind for row in session.exec(select(RightsRequest))]) == ["delete"]


def test_who_has_no_role_or_another_group_reaches_nobody(ward: Accounts) -> None:
    learner = the_learner(ward).id
    ward.says(2, "/start c1")
    ward.says(2, "đồng ý")
    for verb in ("hv", "hc", "ha", "hx", "hy"):
        assert "đã cũ" in ward.says(2, "", f"1{verb}:{learner}")
    assert "đã cũ" in ward.says(2, "", f"1hg:{learner}:0")
    assert "dành cho tình nguyện viên" in ward.says(2, "/hocvien")
    me = ward.person_of(1)
    assert "đã cũ" in ward.says(1, "", f"1hx:{me}"), "who has an account decides alone"
    assert the_learner(ward).age_band is None
