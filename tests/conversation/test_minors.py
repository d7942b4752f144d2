"""Who is under 16: anonymous, until an adult's code; and what the adult can take back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from bot.conversation.router import Conversation
from bot.store.database import Database
from bot.store.linking import LINK_MINUTES
from bot.store.tables import Attempt, Consent, Person
from tests.conversation.memory import Stored
from tests.conversation.resident import Resident
from tests.conversation.test_linking import Accounts, answer, code_in


def test_a_child_stays_anonymous_and_cannot_agree_alone(resident: Resident, stored: Stored) -> None:
    resident.says("/start HD07")
    said = resident.taps("Tôi dưới 16 tuổi")
    assert "dùng ẩn danh" in said and "/matre" in said
    assert "cần một người lớn" in resident.says("đồng ý")
    assert stored.people == {} and resident.chat.group_id == 7
    resident.says("học bài")
    assert resident.buttons


def test_a_slip_of_the_finger_can_be_undone(resident: Resident, stored: Stored) -> None:
    resident.says("/start HD07")
    resident.taps("Tôi dưới 16 tuổi")
    resident.taps("Bấm nhầm")
    resident.taps("Đồng ý")
    assert len(stored.people) == 1


def test_who_agrees_and_then_says_to_be_a_child_is_forgotten_but_for_the_place(
    resident: Resident, stored: Stored
) -> None:
    resident.says("/start HD07")
    resident.taps("Đồng ý")
    assert "đã xóa" in resident.taps("Dưới 16 tuổi")
    assert stored.people == {} and resident.chat.group_id == 7
    assert "cần một người lớn" in resident.says("đồng ý")


@pytest.fixture
def family(database: Database, conversation: Conversation) -> Accounts:
    """An adult (1) who agreed, and a child (2)."""
    accounts = Accounts(database, conversation)
    accounts.add(1, "telegram")
    accounts.add(2, "web")
    accounts.says(1, "đồng ý")
    accounts.says(2, "tôi dưới 16 tuổi")
    return accounts


def permitted(family: Accounts) -> str:
    family.says(1, "/matre")
    return code_in(family.taps(1, "Tôi đồng ý cho trẻ"))


def remembered(family: Accounts) -> Accounts:
    family.says(2, f"/lienket {permitted(family)}")
    family.taps(2, "Đồng ý")
    return family


def child_of(family: Accounts) -> Person:
    number = family.person_of(2)
    found: Person = family.database.read_now(lambda session: session.get_one(Person, number))
    return found


def test_an_adults_code_and_the_childs_own_word_let_results_be_kept(family: Accounts) -> None:
    code = permitted(family)
    assert "Còn bạn có đồng ý không" in family.says(2, f"/lienket {code}")
    assert family.person_of(2) is None
    family.taps(2, "Đồng ý")
    assert child_of(family).age_band == "<16"
    consent = family.do(lambda session: session.exec(select(Consent).where(Consent.how == "guardian")).one())
    assert (consent.purpose, consent.person_id, consent.witness_id) == (
        "learning",
        family.person_of(2),
        family.person_of(1),
    )


def test_a_code_for_a_child_works_once_and_for_ten_minutes_and_links_no_accounts(family: Accounts) -> None:
    code = permitted(family)
    family.now += timedelta(minutes=LINK_MINUTES)
    assert "không đúng" in family.says(2, f"/lienket {code}")
    remembered(family)
    assert family.person_of(1) != family.person_of(2)
    family.add(3, "web")
    family.says(3, f"/lienket {code}")
    assert family.person_of(3) is None


def test_a_child_may_agree_to_learning_alone(family: Accounts) -> None:
    remembered(family)
    said = family.says(2, "/rutdongy")
    assert "Giữ kết quả học" in said and "Nêu tên" not in said and "Nhận tin" not in said
    family.says(2, "", "1at:board")
    family.says(2, "nhận tin")
    assert family.do(lambda session: session.exec(select(Consent.purpose)).all()) == ["learning", "learning"]
    assert "người lớn" in family.says(2, "/matre")


def test_the_adult_takes_the_agreement_back_and_the_results_go(family: Accounts) -> None:
    remembered(family)
    family.do(lambda session: answer(session, child_of(family).id, "k"))
    family.says(2, "/sua Tí")
    family.says(1, "/rutdongy")
    assert "không lấy lại được" in family.taps(1, "Rút lại cho trẻ: Tí")
    family.taps(1, "Xóa hết")
    assert family.person_of(2) is None
    assert family.do(lambda session: session.exec(select(Attempt)).all()) == []
    assert family.person_of(1) is not None


def test_nobody_else_can_take_it_back(family: Accounts) -> None:
    remembered(family)
    child = child_of(family).id
    family.add(3, "web")
    family.says(3, "đồng ý")
    for payload in (f"1cd:{child}", f"1cx:{child}"):
        assert "đã cũ" in family.says(3, "", payload)
    assert "đã cũ" in family.says(1, "", f"1cx:{child}"), "not without having been asked"
    assert child_of(family).id == child


def test_an_adult_who_deletes_their_data_leaves_the_childs(family: Accounts) -> None:
    remembered(family)
    family.says(1, "/xoa")
    family.taps(1, "Xóa hết")
    consent = family.do(lambda session: session.exec(select(Consent)).one())
    assert (consent.how, consent.witness_id) == ("guardian", None)
