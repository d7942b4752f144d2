"""A ward in which something waits on every page of the staff site."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from sqlmodel import select

from bot.editing import fact_item, overlaid
from bot.staff.accounts import GROUP_ROLES, Role
from bot.store import material_edits
from bot.store.answer_drafts import Author, propose
from bot.store.contest_setup import ContestPlan, create
from bot.store.contest_tables import ContestAnswer, ContestParticipant
from bot.store.contests import OPEN
from bot.store.rights import new_request
from bot.store.staff_answers import Draft
from bot.store.tables import (
    Attempt,
    Broadcast,
    Chat,
    Consent,
    HumanLine,
    HumanRequest,
    Person,
    ResidentialGroup,
    StaffAccount,
    StaffAnswerRow,
    UnansweredQuestion,
    WardTarget,
    utc_now,
)
from lessons.contest.draw import Wanted
from lessons.contest.rules import Rules
from lessons.material_source import Edit
from tests.support.house import House

WARD = "hung-dao"
EDITED = fact_item("vneid-passcode-length")
GROUPS = ("Tổ dân phố Đông Hòa", "Tổ dân phố Ấp Bắc", "Tổ 2", "Tổ 10")
LEARNERS = 12
NAMES = {
    "administrator": "Nguyễn Thị Lan",
    "staff": "Trần Văn Hùng",
    "leader": "Phạm Thị Hoa",
    "volunteer": "Vũ Đức Ân",
    "second": "Lê Thu Hà",
}  # nobody's: they are seen in the handbook's pictures
ASKED = ("Đăng ký tạm trú cho con mới sinh cần giấy gì?", "Mấy giờ nhà văn hóa tổ 2 mở cửa học?")


def fill(house: House) -> None:
    """Groups, learners, questions, a talk with staff, requests, a message, and an account of every role."""
    for number, name in enumerate(GROUPS):
        house.group(WARD, name, 200 + 50 * number)
    for role in Role:
        if role is Role.CITY_READER:
            house.staff(role.value, {}, reads_city=True)
        else:
            house.staff(role.value, {WARD: role}, 1 if role in GROUP_ROLES else None)
    house.staff("second", {WARD: Role.STAFF})
    house.database.write_now(lambda session: _fill(session, house))
    house.database.write_now(lambda session: _edit(session, house))
    house.database.write_now(lambda session: _contest(session, house))


def _fill(session: Any, house: House) -> None:
    now = utc_now()
    groups = session.exec(select(ResidentialGroup).order_by(ResidentialGroup.id)).all()
    for number in range(LEARNERS):
        called = "Bà Đào Thị Ấn" if number in (0, 2) else f"Ông {number}"
        person = Person(ward_code=WARD, group_id=groups[number % 2].id, called=called, age_band="60+")
        session.add(person)
        session.flush()
        session.add(Consent(person_id=person.id or 0, purpose="learning", version="2026-11-22", given_at=now))
        learn_real_lesson(session, house, person)
    for account in session.exec(select(StaffAccount)):
        account.name = NAMES.get(account.username, account.name)
    chat = Chat(channel="telegram", address="1", person_id=1, ward_code=WARD, state={})
    session.add(chat)
    session.flush()
    session.add(Consent(person_id=1, purpose="messages", version="2026-11-22", given_at=now))
    for text in ASKED:
        session.add(UnansweredQuestion(ward_code=WARD, text=text, asked_at=now, group_id=groups[0].id))
    talk = HumanRequest(chat_id=chat.id or 0, ward_code=WARD, opened_at=now - timedelta(hours=1))
    session.add(talk)
    session.flush()
    session.add(HumanLine(request_id=talk.id or 0, text="Tôi quên mật khẩu VNeID", at=now))
    session.add(HumanLine(request_id=talk.id or 0, text="Bác ra trụ sở nhé", author="Lan", at=now))
    session.add(new_request(WARD, "delete", "office", now - timedelta(days=30)))
    session.add(
        StaffAnswerRow(
            ward_code=WARD, question="Lớp học mở khi nào?", text="Tối thứ bảy, tại nhà văn hóa.", author="Lan",
            answered_at=now,
        )
    )  # fmt: skip
    draft = Draft("Mấy giờ nhà văn hóa mở cửa?", "Từ 7 giờ 30, thứ hai đến thứ sáu.")
    second = session.exec(select(StaffAccount).where(StaffAccount.username == "second")).one()
    propose(session, WARD, draft, Author(second.name, second.id), now)
    session.add(WardTarget(ward_code=WARD, measure="participation", percent=60.0))
    body = {"text": "Mời bà con học bài mới.", "buttons": [], "citations": []}
    audience = {"groups": [], "unfinished": None, "age_bands": []}
    session.add(
        Broadcast(
            ward_code=WARD, body=body, audience=audience, recipients=3, author="Lan", status="draft", start_at=now
        )
    )


def _contest(session: Any, house: House) -> None:
    """A contest in which some have played."""
    now = utc_now()
    plan = ContestPlan(
        "Hội thi kỹ năng số", now - timedelta(hours=2), now + timedelta(days=7), Rules(minimum_players=1), "Lan",
        rules_text="Mỗi người một lần.", prizes=("Giỏ quà",), wanted=Wanted({1: 4}),
    )  # fmt: skip
    contest = create(session, WARD, plan, house.application.material.catalogue)
    contest.status = OPEN
    chance = random.Random(2)
    for number in range(1, 7):
        seat = ContestParticipant(
            contest_id=contest.id or 0, code=f"P{number}", player=f"p{number}", person_id=number,
            group_id=1 + number % 2, channel="web", joined_at=now - timedelta(hours=1), position=4,
        )  # fmt: skip
        session.add(seat)
        session.flush()
        for question in range(1, 5):
            asked = now - timedelta(minutes=10 * question)
            session.add(
                ContestAnswer(
                    contest_id=contest.id or 0, participant_id=seat.id or 0, number=question, asked_at=asked,
                    received_at=asked + timedelta(seconds=chance.randrange(3, 25)), chosen=chance.choice("ab"),
                )
            )  # fmt: skip


def _edit(session: Any, house: House) -> None:
    """A fact with an edit in force whose base was updated, and a draft."""
    shipped = overlaid(house.settings, ()).read(EDITED)
    live = shipped.replace("6 chữ số", "đúng 6 chữ số")
    body = shipped.replace("6 chữ số", "6 số")
    for text, approver in ((live, "Hùng"), (body, None)):
        material_edits.add(session, Edit(0, EDITED, "an older text", text, "Lan", approver, utc_now()), why="Cho rõ")


def learn_real_lesson(session: Any, house: House, person: Person) -> None:
    """Every question of the first lesson once, some wrong."""
    lesson = house.application.material.catalogue.lessons[0]
    chance = random.Random(person.id)
    for question in lesson.questions:
        right = chance.random() < 0.6
        wrong = [one.id for one in question.options if one.id not in question.correct] or [question.options[0].id]
        session.add(
            Attempt(
                key=f"{person.id}-{question.id}",
                person_id=person.id or 0,
                ward_code=person.ward_code,
                group_id=person.group_id,
                course_id=question.course_id,
                lesson_id=lesson.id,
                lesson_version=lesson.version,
                question_id=question.id,
                question_count=len(lesson.questions),
                chosen=",".join(question.correct) if right else wrong[0],
                correct=right,
                answered_at=utc_now() - timedelta(days=chance.randrange(20)),
            )
        )
