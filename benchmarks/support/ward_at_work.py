"""What lies on a ward's pages beside its figures: names, chats, questions, talks, a contest, an audit log."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from benchmarks.indicators import WARD
from bot.conversation.purposes import LEARNING, MESSAGES
from bot.staff.accounts import GROUP_ROLES, Role, account_named, add_account
from bot.staff.sessions import start_session
from bot.store.contest_setup import ContestPlan, create
from bot.store.contest_tables import ContestAnswer, ContestParticipant
from bot.store.contests import OPEN
from bot.store.sql import table_of
from bot.store.tables import (
    AuditEntry,
    Broadcast,
    Certificate,
    Chat,
    Consent,
    HumanLine,
    HumanRequest,
    Inbox,
    Office,
    Outbox,
    Person,
    RightsRequest,
    StaffAnswerRow,
    UnansweredQuestion,
    utc_now,
)
from lessons.catalogue import Catalogue
from lessons.contest.draw import Wanted
from lessons.contest.rules import Rules

BATCH = 5_000
WITH_CHAT = 2  # one resident in so many writes to the bot; the others were enrolled by volunteers
ASKED, LOGGED, CERTIFICATES, PLAYERS = 1_000, 20_000, 20_000, 2_000
LISTED, OFFICES = 200, 40
CONTEST_QUESTIONS = 20
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đào")
MIDDLES = ("Thị", "Văn", "Đức", "Thu", "Minh", "Ngọc", "Hữu", "Thanh", "Xuân", "Quang")
GIVEN = ("Lan", "Hùng", "Hoa", "Ân", "Hà", "Tám", "Bình", "Dung", "Giang", "Khánh", "Liên", "Mai", "Nam", "Oanh")
# Questions as residents ask them, put together from parts: many mean the same, more do not.
BEGINNINGS = ("", "cho hỏi ", "bác ơi ", "Dạ em hỏi ", "tôi muốn biết ")
MATTERS = (
    "lớp học ở nhà văn hóa tổ {n}", "đăng ký tạm trú cho con mới sinh", "cấp lại bìa hộ khẩu giấy", "lịch cắt điện",
    "tiền điện tháng {n}", "lớp võ của phường", "nhà văn hóa tổ {n}", "thẻ xe buýt cho người già", "loa phường",
    "xin việc cho cháu", "tiêm phòng chó mèo", "đăng ký xe máy điện", "thu gom rác cồng kềnh", "vay vốn hộ nghèo",
    "học bơi mùa hè", "sửa đèn đường ngõ {n}", "khám sức khỏe người cao tuổi", "tách thửa đất", "giấy phép sửa nhà",
    "wifi miễn phí ở nhà văn hóa",
)  # fmt: skip
ENDINGS = (" khi nào?", " ở đâu?", " bao nhiêu tiền?", " cần giấy tờ gì?", " hỏi ai?", " thế nào", "")
ROLES = (Role.ADMINISTRATOR, Role.LEADER, Role.VOLUNTEER, Role.READ_ONLY)


def add(session: Session, residents: int, groups: int, scale: float, catalogue: Catalogue) -> dict[Role, str]:
    """Make the ward of ``benchmarks.indicators.fill`` one at work; the token of a session of each role."""
    choose, now = random.Random(8), utc_now()
    tokens = {role: _account(session, role, now) for role in ROLES}
    _people(session, choose, now, residents)
    _asked(session, choose, now, groups, _some(ASKED, scale))
    _talks_and_messages(session, choose, now, _some(LISTED, scale))
    _lists(session, choose, now, residents, scale)
    _contest(session, choose, now, min(residents, _some(PLAYERS, scale)), catalogue)
    return tokens


def _some(full: int, scale: float) -> int:
    return max(10, round(full * scale))


def _account(session: Session, role: Role, now: datetime) -> str:
    group = 1 if role in GROUP_ROLES else None
    add_account(session, role.value, "Nguyễn Thị Lan", {WARD: role}, group)
    session.flush()
    account = account_named(session, role.value)
    assert account is not None and account.id is not None
    return start_session(session, account.id, now)


def _many(session: Session, table: type, rows: Iterable[dict[str, Any]]) -> None:
    _run(session, insert(table), rows)


def _run(session: Session, statement: Any, rows: Iterable[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            session.connection().execute(statement, batch)
            batch = []
    if batch:
        session.connection().execute(statement, batch)


def _people(session: Session, choose: random.Random, now: datetime, residents: int) -> None:
    """Names and ages; every second one writes to the bot, and a part of these agreed to be sent messages."""
    person, bands = table_of(Person), ("16-29", "30-44", "45-59", "60+")
    named = update(person).where(person.c.id == bindparam("number")).values(called=bindparam("name"))
    _run(session, named.values(age_band=bindparam("band")), (
        {"number": n, "name": " ".join(map(choose.choice, (FAMILIES, MIDDLES, GIVEN))), "band": choose.choice(bands)}
        for n in range(1, residents + 1)
    ))  # fmt: skip
    writing = range(1, residents + 1, WITH_CHAT)
    _many(session, Chat, (
        {"id": n, "channel": choose.choice(("web", "telegram", "zalo-bot")), "address": f"a{n}", "person_id": n,
         "ward_code": WARD, "state": {}, "reachable": choose.random() < 0.95, "created_at": now,
         "last_seen_at": now - timedelta(hours=choose.randrange(24 * 40))}
        for n in writing
    ))  # fmt: skip
    _many(session, Consent, (
        {"person_id": n, "purpose": purpose, "version": "2026-11-22", "given_at": now, "how": "self"}
        for purpose, every in ((LEARNING, 1), (MESSAGES, WITH_CHAT)) for n in range(1, residents + 1, every)
        if purpose == LEARNING or choose.random() < 0.8
    ))  # fmt: skip


def question(choose: random.Random) -> str:
    """A question as somebody may ask it."""
    matter = choose.choice(MATTERS).format(n=choose.randrange(1, 12))
    return (choose.choice(BEGINNINGS) + matter + choose.choice(ENDINGS))[:1].upper() + matter


def _asked(session: Session, choose: random.Random, now: datetime, groups: int, count: int) -> None:
    _many(session, UnansweredQuestion, (
        {"ward_code": WARD if n % 5 else None, "group_id": choose.randrange(1, groups + 1) if n % 3 else None,
         "text": question(choose), "reason": "no_passage", "asked_at": now - timedelta(minutes=count - n)}
        for n in range(count)
    ))  # fmt: skip
    _many(session, StaffAnswerRow, (
        {"ward_code": WARD, "question": question(choose), "text": "Tối thứ bảy, tại nhà văn hóa.", "author": "Lan",
         "answered_at": now} for n in range(count // 5)
    ))  # fmt: skip


def _talks_and_messages(session: Session, choose: random.Random, now: datetime, count: int) -> None:
    """Talks with staff, messages that the bot could not answer, notices that failed, broadcasts that are over."""
    chats = [1 + WITH_CHAT * (n % 5) for n in range(count)]
    _many(session, HumanRequest, (
        {"id": n, "chat_id": chat, "ward_code": WARD, "opened_at": now - timedelta(hours=n),
         "closed_at": now if n % 2 else None} for n, chat in enumerate(chats, 1)
    ))  # fmt: skip
    _many(session, HumanLine, (
        {"request_id": n, "text": question(choose), "at": now, "author": "Lan" if line % 2 else None}
        for n in range(1, count + 1) for line in range(4)
    ))  # fmt: skip
    _many(session, Inbox, (
        {"channel": "web", "message_id": f"m{n}", "chat_id": chat, "body": {"text": question(choose)},
         "received_at": now, "status": "poison"} for n, chat in enumerate(chats[: count // 2])
    ))  # fmt: skip
    _many(session, Outbox, (
        {"chat_id": chat, "channel": "web", "body": {"text": "Tin"}, "status": "failed", "error": "blocked",
         "created_at": now, "not_before": now} for chat in chats
    ))  # fmt: skip
    audience = {"groups": [], "unfinished": None, "age_bands": []}
    _many(session, Broadcast, (
        {"ward_code": WARD, "body": {"text": "Mời bà con học bài mới.", "buttons": [], "citations": []},
         "audience": audience, "recipients": 3, "author": "Lan", "status": "done", "start_at": now,
         "started_at": now, "ended_at": now, "created_at": now} for _ in chats
    ))  # fmt: skip


def _lists(session: Session, choose: random.Random, now: datetime, residents: int, scale: float) -> None:
    """Certificates, the directory, requests about personal data, the audit log."""
    _many(session, Certificate, (
        {"code": f"C{n}", "person_id": n, "ward_code": WARD, "course_id": "vneid", "course_title": "VNeID",
         "name": " ".join(map(choose.choice, (FAMILIES, MIDDLES, GIVEN))), "lessons": 5, "finished_on": now.date(),
         "issued_at": now} for n in range(1, min(residents, _some(CERTIFICATES, scale)) + 1)
    ))  # fmt: skip
    _many(session, Office, (
        {"ward_code": WARD, "name": f"Nhà văn hóa tổ {n}", "checked_on": now.date(), "entered_by": "Lan",
         "changed_at": now} for n in range(_some(OFFICES, scale))
    ))  # fmt: skip
    _many(session, RightsRequest, (
        {"ward_code": WARD, "kind": "delete", "source": "office", "received_at": now, "due_on": now.date()}
        for _ in range(_some(LISTED, scale))
    ))  # fmt: skip
    _many(session, AuditEntry, (
        {"at": now - timedelta(minutes=n), "ward_code": WARD, "staff_id": 1, "detail": f"Tổ dân phố số {n}",
         "action": choose.choice(("group_change", "answer", "export", "sign_in"))}
        for n in range(_some(LOGGED, scale))
    ))  # fmt: skip


def _contest(session: Session, choose: random.Random, now: datetime, players: int, catalogue: Catalogue) -> None:
    begin = now - timedelta(hours=2)
    plan = ContestPlan(
        "Hội thi kỹ năng số", begin, now + timedelta(days=1), Rules(minimum_players=1), "Lan",
        wanted=Wanted({1: CONTEST_QUESTIONS}),
    )  # fmt: skip
    contest = create(session, WARD, plan, catalogue)
    contest.status = OPEN
    session.flush()
    _many(session, ContestParticipant, (
        {"id": n, "contest_id": contest.id, "code": f"P{n}", "player": f"p{n}", "person_id": n, "group_id": 1 + n % 5,
         "channel": "web", "joined_at": begin, "position": CONTEST_QUESTIONS} for n in range(1, players + 1)
    ))  # fmt: skip
    _many(session, ContestAnswer, (
        {"contest_id": contest.id, "participant_id": n, "number": number, "asked_at": begin,
         "received_at": begin + timedelta(seconds=choose.randrange(1, 29)), "chosen": "a"}
        for n in range(1, players + 1) for number in range(1, CONTEST_QUESTIONS + 1)
    ))  # fmt: skip
