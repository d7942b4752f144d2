"""A deleted person leaves no trace: every table, file, index, log and new backup is searched."""

from __future__ import annotations

import logging
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, func
from sqlmodel import Session, select

from bot.channels.message import Button, Reply
from bot.channels.message_json import reply_to_json
from bot.conversation.router import Conversation
from bot.delivery.notices import queue_notice
from bot.jobs.retention import Keep, forget_what_is_due, remove_old_backups
from bot.papers.certificates import CertificatePapers
from bot.papers.personal_data import PersonalDataPapers
from bot.store.contest_tables import Contest, ContestAnswer, ContestMark, ContestParticipant
from bot.store.database import Database
from bot.store.desk import answer_request, open_request
from bot.store.held import HELD
from bot.store.linking import merge_persons
from bot.store.merging import BY_STAFF, merge
from bot.store.restore import back_up
from bot.store.rights import RightsRepository
from bot.store.staff_answers import Draft, follow, publish
from bot.store.tables import (
    AuditEntry,
    Broadcast,
    Certificate,
    Chat,
    ClassAttendance,
    ClassSession,
    DistinctPair,
    Inbox,
    Person,
    ResidentialGroup,
    StaffAccount,
    StaffChat,
    UnansweredQuestion,
    utc_now,
)
from bot.store.team import invite
from tests.conversation.test_linking import Accounts, answer, code_in

# Every one of these is found somewhere before the deletion. "x7q" begins what the person is known by.
TELLTALES = (
    "x7qten",
    "x7qgiay",
    "x7qdiachi",
    "x7qmay",
    "x7qhoi",
    "x7qnhan",
    "x7qtra",
    "x7qsoan",
    "x7qdau",
    "X7QMA-2RTPX",
)


class Known(Accounts):
    """Accounts whose addresses and message ids can be searched for."""

    def add(self, number: int, channel: str) -> None:
        row = Chat(id=number, channel=channel, address=f"x7qdiachi{number}", state={})
        self.database.write_now(lambda session: session.add(row))


def tell_everything(people: Known) -> None:
    """A life that leaves something wherever something may be left; chats 1 and 2 are the person's."""
    now = people.now

    def ward(session: Session) -> None:
        for group in (1, 2):
            session.add(ResidentialGroup(id=group, ward_code="hung-dao", name=f"Tổ {group}", join_code=f"c{group}"))

    people.do(ward)
    for number, channel in ((1, "telegram"), (2, "web"), (3, "web")):
        people.add(number, channel)
    people.says(1, "/start c1")
    people.says(1, "đồng ý")
    people.says(1, "nhận tin")
    people.says(1, "/sua Bác xqten")
    people.do(lambda session: setattr(session.get_one(Person, session.get_one(Chat, 1).person_id), "called", "x7qten"))
    people.says(1, f"/vaitro {people.do(lambda s: invite(s, 'hung-dao', 'volunteer', (1,), 'Mai', now))}")
    people.says(1, "/dangkyho")
    people.says(1, "Bà Năm")
    people.says(1, "/thongbao x7qsoan họp tối mai")
    people.says(2, f"/lienket {code_in(people.says(1, '/lienket'))}")
    people.taps(2, "Đúng")
    people.says(1, "x7qhoi bao giờ có thư viện ở ngõ này")
    people.says(1, "gặp cán bộ")
    people.says(1, "x7qnhan gửi cán bộ")
    people.says(1, "/matre")
    people.taps(1, "Tôi đồng ý cho trẻ")
    people.do(lambda session: tell_the_rest(session, people))


def tell_the_rest(session: Session, people: Known) -> None:
    now = people.now
    chat = session.get_one(Chat, 1)
    person_id = chat.person_id or 0
    request = open_request(session, 1)
    assert request is not None
    answer_request(session, request, "Mai", Reply("x7qtra lời"), "x7qtra lời", now)
    answer(session, person_id, "telegram:x7qmay")
    session.add(
        Certificate(
            code="X7QMA-2RTPX",
            person_id=person_id,
            ward_code="hung-dao",
            course_id="c",
            course_title="Khóa",
            name="x7qgiay",
            lessons=1,
            finished_on=now.date(),
            issued_at=now,
        )
    )
    session.add(AuditEntry(at=now, ward_code="hung-dao", action="certificate_revoke", detail="X7QMA-2RTPX"))
    session.add(
        ClassSession(
            key="telegram:x7qmay2",
            ward_code="hung-dao",
            group_id=1,
            lesson_id="l",
            present=3,
            recorded_by=person_id,
            held_at=now,
        )
    )
    session.flush()
    taught = session.exec(select(ClassSession.id)).one() or 0
    session.add(ClassAttendance(session_id=taught, person_id=person_id))
    contest = Contest(ward_code="hung-dao", code="C1", name="Thi", starts_at=now, ends_at=now, seed="s", created_by="")
    session.add(contest)
    session.flush()
    seat = ContestParticipant(contest_id=contest.id or 0, code="s1", player="p1", person_id=person_id, joined_at=now)
    session.add(seat)
    session.flush()
    played = {"contest_id": contest.id or 0, "participant_id": seat.id or 0}
    session.add(ContestAnswer(**played, number=1, asked_at=now, received_at=now, chosen="a"))
    session.add(ContestMark(**played, kind="cookie", mark="x7qdau"))
    session.add(StaffAccount(id=1, username="mai", name="Mai"))
    session.flush()
    session.add(StaffChat(staff_id=1, chat_id=1, linked_at=now))
    session.add(
        Inbox(
            channel="telegram",
            message_id="x7qmay3",
            chat_id=1,
            body={"text": "x7qhoi"},
            received_at=now,
            status="done",
            done_at=now,
        )
    )
    queue_notice(session, chat, [Reply("Chào x7qten", (Button("x", "1mn"),))], now)
    session.add(UnansweredQuestion(ward_code="hung-dao", text="x7qhoi", tell_chat_id=1, asked_at=now))
    row = publish(session, "hung-dao", Draft("Bao giờ họp?", "Mai."), "Lan", now)
    follow(session, row.id or 0, 2, row.version, now)
    other = Person(ward_code="hung-dao", group_id=1, called="x7qten cũ", created_at=now)
    session.add(other)
    session.flush()
    stranger = Person(ward_code="hung-dao", group_id=1, called="Mai", created_at=now)
    session.add(stranger)
    session.flush()
    session.add(DistinctPair(first_id=person_id, second_id=stranger.id or 0))
    merge(session, other.id or 0, session.get_one(Person, person_id), merge_persons, BY_STAFF, now)
    session.add(
        Broadcast(
            ward_code="hung-dao",
            body=reply_to_json(Reply("tin")),
            audience={},
            author="x7qten",
            author_chat_id=1,
            start_at=now,
        )
    )


def tables_of(database: Database) -> str:
    """Every row of every table, as the database has it."""
    metadata = MetaData()
    with database.engine.connect() as connection:
        metadata.reflect(connection)
        return "\n".join(
            f"{table.name}: {row}" for table in metadata.sorted_tables for row in connection.execute(table.select())
        )


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder; of a zip, what is in it."""
    found: dict[str, bytes] = {}
    for file in (one for one in folder.rglob("*") if one.is_file()):
        found[file.name] = file.read_bytes()
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as archive:
                found |= {f"{file.name}/{name}": archive.read(name) for name in archive.namelist()}
    return found


def traces(database: Database, folder: Path, logged: str) -> set[str]:
    """The telltales that are still somewhere."""
    everything = {"tables": tables_of(database).encode(), "log": logged.encode(), **files_of(folder)}
    return {telltale for telltale in TELLTALES for body in everything.values() if telltale.encode() in body}


@pytest.mark.timeout(300)  # the first of a run builds the index
def test_a_deleted_person_leaves_no_trace(
    database: Database, conversation: Conversation, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    people = Known(database, conversation)
    people.now = utc_now()
    tell_everything(people)
    held = people.do(lambda session: [count_of(session, one.table) for one in HELD])
    assert all(held), "a table that holds personal data is not searched: let the life above fill it"
    papers, data = (
        CertificatePapers(database, None, tmp_path / "papers"),
        PersonalDataPapers(database, tmp_path / "papers"),
    )
    path = people.do(lambda session: RightsRepository(session).export(load(session), people.now))
    assert papers.file("/chung-nhan/X7QMA-2RTPX.png") and data.file(path)
    (tmp_path / "backups").mkdir()
    back_up(database.url, tmp_path / "backups" / "before-upgrade-1.zip")
    assert traces(database, tmp_path, "") == set(TELLTALES)

    people.says(1, "/xoa")
    people.taps(1, "Xóa hết")

    immediately = tables_of(database)
    assert {one for one in TELLTALES if one in immediately} <= {"x7qdiachi", "x7qmay"}, "but for the empty address"
    later = people.now + timedelta(days=91)
    pass_time(database, tmp_path, later)
    papers.forget_files()
    data.forget_files()
    back_up(database.url, tmp_path / "backups" / "new.zip")
    assert traces(database, tmp_path, caplog.text) == set()


def count_of(session: Session, table: type[object]) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def load(session: Session) -> object:
    from bot.store.repositories import load_context

    return load_context(session.get_one(Chat, 1))


def pass_time(database: Database, folder: Path, now: object) -> None:
    """What the jobs do in the days and weeks after, the files being that old."""
    from datetime import datetime

    assert isinstance(now, datetime)
    for file in folder.rglob("*.*"):
        if file.suffix in (".zip", ".png", ".json"):
            os.utime(file, (now.timestamp() - 100 * 86400,) * 2)
    database.write_now(lambda session: forget_what_is_due(session, now))
    remove_old_backups(folder / "backups", now, Keep().backups)
    database.drop_old_pages()
