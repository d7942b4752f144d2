"""The repositories in memory and those of the database let a resident live the same life."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from bot.channels.message import Message
from bot.conversation.ports import GroupView, WardView
from bot.conversation.router import Conversation
from bot.store.database import Database
from bot.store.repositories import bind, load_context, save_context
from bot.store.staff_answers import Draft, follow, publish
from bot.store.tables import (
    Attempt,
    Chat,
    Consent,
    Person,
    ResidentialGroup,
    StaffAnswerFollower,
    UnansweredQuestion,
    utc_now,
)
from knowledge.wards import load_wards
from lessons.catalogue import Catalogue
from tests.conversation.conftest import GROUPS
from tests.conversation.memory import Stored, memory_repositories
from tests.conversation.resident import Resident


class StoredResident(Resident):
    """A resident whose chat lives in the database, as the worker keeps it."""

    def __init__(self, conversation: Conversation, database: Database) -> None:
        super().__init__(conversation, memory_repositories([], [])[0], Stored())
        self.database = database
        database.write_now(lambda session: session.add(Chat(id=1, channel="web", address="a")))

    def handle(self, message: Message) -> None:
        def unit(session: Session) -> None:
            row = session.get_one(Chat, 1)
            self.chat = load_context(row)
            self.replies = self.conversation.handle(self.chat, message, bind(session))
            save_context(session, self.chat)

        self.database.write_now(unit)


@pytest.fixture
def pair(conversation: Conversation, database: Database) -> Iterator[tuple[Resident, StoredResident]]:
    """The same resident over memory and over the database."""
    for group in GROUPS:
        row = ResidentialGroup(id=group.id, ward_code=group.ward_code, name=group.name, join_code=group.join_code)
        database.write_now(lambda session, row=row: session.add(row))  # type: ignore[misc]
    wards = [WardView(ward.code, ward.name[:1].upper() + ward.name[1:], ward.successor) for ward in load_wards().wards]
    groups = [GroupView(group.id, group.ward_code, group.name, group.join_code) for group in GROUPS]
    repositories, stored = memory_repositories(wards, groups)
    yield Resident(conversation, repositories, stored), StoredResident(conversation, database)


def lesson(catalogue: Catalogue) -> list[str]:
    """A lesson from its first card to the score, always the first option."""
    first = catalogue.lessons[0]
    return [f"tap:1le:{first.id}", *["Tiếp"] * len(first.cards), "Vào câu hỏi", *["first"] * 30, "tiến độ của tôi"]


def test_both_stores_give_the_same_life(pair: tuple[Resident, StoredResident], catalogue: Catalogue) -> None:
    script = [
        "quên mật khẩu vneid",
        "/start HD07",
        "/dongy",
        "/sua Bác Lan",
        *lesson(catalogue),
        "ôn tập",
        "tap:1rv",
        "làm 10 câu",
        "Tôi chưa biết",
        "chế độ dễ đọc",
        "học tiếp",
        "chế độ thường",
        "cách xưng hô",
        "Cô",
        "chào",
        "hạn nộp báo cáo thi đua",
        "Chưa đúng",
        "bao giờ có thư viện ở ngõ này",
        "Báo cho tôi khi có trả lời",
        "Đúng",
        "nơi hỏi trực tiếp",
        "đổi phường",
        "Xã Tứ Kỳ",
        "thôn la tỉnh",
        "/rutdongy",
        "Đồng ý: Nêu tên trên bảng chung",
        "nhận tin",
        "/sua",
        "Sửa nhóm tuổi",
        "46 đến 60 tuổi",
        "/dulieucuatoi",
        "dừng",
        "/rutdongy",
        "Rút lại: Giữ kết quả học",
        "Đúng, rút lại",
        "tiến độ của tôi",
        "/andanh",
        "/xoa",
        "Xóa hết",
        "chào",
    ]
    for step in script:
        said = []
        for resident in pair:
            if step == "first":
                said.append(resident.says("", resident.buttons[0].payload))
            elif step.startswith("tap:"):
                said.append(resident.says("", step.removeprefix("tap:")))
            else:
                said.append(resident.says(step))
        assert said[0] == said[1], step
        memory, database = pair
        assert memory.labels == database.labels, step
        assert memory.chat.state.keys() == database.chat.state.keys(), step
        assert memory.chat.ward_code == database.chat.ward_code, step
        assert memory.chat.group_id == database.chat.group_id, step


def _follow_an_answer(session: Session) -> None:
    row = publish(session, "hung-dao", Draft("Bao giờ họp tổ?", "Tối thứ sáu."), "Lan", utc_now())
    follow(session, row.id or 0, 1, row.version, utc_now())


def test_deletion_leaves_no_row_of_the_person(pair: tuple[Resident, StoredResident], catalogue: Catalogue) -> None:
    _, resident = pair
    resident.says("/start HD07")
    resident.taps("Đồng ý")
    for step in lesson(catalogue)[:12]:
        if step == "first":
            resident.says("", resident.buttons[0].payload)
        else:
            resident.says("", step.removeprefix("tap:")) if step.startswith("tap:") else resident.says(step)
    resident.says("bao giờ có thư viện ở ngõ này")
    resident.says("Báo cho tôi khi có trả lời")
    resident.database.write_now(_follow_an_answer)
    assert "Bao giờ họp tổ?" in resident.says("/dulieucuatoi")
    assert resident.database.read_now(lambda session: session.exec(select(Attempt)).first()) is not None
    resident.says("/xoa")
    resident.taps("Xóa hết")
    for table in (Person, Consent, Attempt, UnansweredQuestion, StaffAnswerFollower):
        assert resident.database.read_now(lambda session, table=table: session.exec(select(table)).all()) == []  # type: ignore[misc]
    chat = resident.database.read_now(lambda session: session.get_one(Chat, 1))
    assert (chat.person_id, chat.ward_code, chat.group_id, chat.state) == (None, None, None, {})
