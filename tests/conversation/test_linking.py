"""One person with several accounts: progress is merged once, and an account that is taken away starts anew."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, select

from bot.channels.message import Message, Reply
from bot.conversation.ports import ChatContext
from bot.conversation.router import Conversation
from bot.delivery.outbox import NOTICE
from bot.store.database import Database
from bot.store.forget import forget_person
from bot.store.linking import LINK_MINUTES, LinkRepository
from bot.store.merging import person_columns
from bot.store.repositories import bind, load_context, save_context
from bot.store.tables import (
    Attempt,
    Certificate,
    Chat,
    CommunityRole,
    Consent,
    LinkCode,
    Outbox,
    Person,
    ResidentialGroup,
)

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


class Accounts:
    """Chats of one database, driven as the worker drives them."""

    def __init__(self, database: Database, conversation: Conversation | None = None) -> None:
        self.database = database
        self.conversation = conversation
        self.now = NOON
        self.count = 0
        self.replies: list[Reply] = []

    def add(self, number: int, channel: str) -> None:
        row = Chat(id=number, channel=channel, address=f"a{number}", state={})
        self.database.write_now(lambda session: session.add(row))

    def says(self, number: int, text: str, payload: str | None = None) -> str:
        self.count += 1
        assert self.conversation is not None
        conversation = self.conversation

        def unit(session: Session) -> None:
            chat = session.get_one(Chat, number)
            context = load_context(chat)
            message = Message(chat.channel, chat.address, f"m{self.count}", text, self.now, payload)
            self.replies = conversation.handle(context, message, bind(session, chat.channel))
            save_context(session, context)

        self.database.write_now(unit)
        return "\n".join(reply.text for reply in self.replies)

    def taps(self, number: int, label: str) -> str:
        for reply in self.replies:
            for button in reply.buttons:
                if button.label.startswith(label):
                    return self.says(number, "", button.payload)
        raise AssertionError(f"no button {label!r}")

    def do(self, unit: Any) -> Any:
        return self.database.write_now(unit)

    def person_of(self, number: int) -> int | None:
        return self.database.read_now(lambda session: session.get_one(Chat, number).person_id)


@pytest.fixture
def two(database: Database, conversation: Conversation) -> Accounts:
    """Somebody who agreed on Telegram and on Zalo."""
    accounts = Accounts(database, conversation)
    for number, channel in ((1, "telegram"), (2, "zalo-bot")):
        accounts.add(number, channel)
        accounts.says(number, "đồng ý")
    return accounts


def answer(session: Session, person: int | None, key: str) -> None:
    if person is not None:
        session.add(
            Attempt(
                key=key,
                person_id=person,
                course_id="c",
                lesson_id="l",
                lesson_version="1",
                question_id=key,
                question_count=9,
                chosen="a",
                correct=True,
                answered_at=NOON,
            )
        )


def code_in(said: str) -> str:
    return said.split("/lienket ")[1].split()[0]


def test_a_code_links_two_accounts_and_the_first_is_told(two: Accounts) -> None:
    for number in (1, 2):
        two.do(lambda session, number=number: answer(session, session.get_one(Chat, number).person_id, f"k{number}"))
    code = code_in(two.says(1, "liên kết tài khoản"))
    assert "gộp" in two.says(2, f"/lienket {code.lower()}")
    assert "Đã liên kết" in two.taps(2, "Đúng")
    assert two.person_of(1) == two.person_of(2) is not None
    kept = two.do(lambda session: [(row.key, row.person_id) for row in session.exec(select(Attempt))])
    assert sorted(kept) == [("k1", two.person_of(1)), ("k2", two.person_of(1))]
    assert two.do(lambda session: len(session.exec(select(Person)).all())) == 1
    (notice,) = two.do(lambda session: [(row.chat_id, row.priority) for row in session.exec(select(Outbox))])
    assert notice == (1, NOTICE)


def test_two_roles_become_one_with_the_groups_of_both(two: Accounts) -> None:
    def helps(session: Session) -> None:
        for group in (1, 2, 3):
            session.add(ResidentialGroup(id=group, ward_code="hung-dao", name=f"Tổ {group}", join_code=f"c{group}"))
        for number, ward, role, groups in (
            (1, "hung-dao", "volunteer", [1, 2]),
            (2, "hung-dao", "leader", [2, 3]),
            (2, "tu-ky", "volunteer", []),
        ):
            person = session.get_one(Chat, number).person_id or 0
            session.add(CommunityRole(person_id=person, ward_code=ward, role=role, groups=groups, given_at=NOON))

    two.do(helps)
    code = code_in(two.says(1, "/lienket"))
    two.says(2, f"/lienket {code}")
    two.taps(2, "Đúng")
    held = two.do(
        lambda session: [
            (row.person_id, row.ward_code, row.role, row.groups) for row in session.exec(select(CommunityRole))
        ]
    )
    person = two.person_of(1)
    assert sorted(held) == [(person, "hung-dao", "leader", [1, 2, 3]), (person, "tu-ky", "volunteer", [])]
    assert all(group in two.says(2, "/nhom") for group in ("Tổ 1", "Tổ 2", "Tổ 3"))


def test_a_code_works_once_and_for_ten_minutes(two: Accounts) -> None:
    code = code_in(two.says(1, "/lienket"))
    two.now += timedelta(minutes=LINK_MINUTES)
    assert "không đúng" in two.says(2, f"/lienket {code}")
    two.now -= timedelta(minutes=1)
    two.says(2, f"/lienket {code}")
    two.taps(2, "Đúng")
    assert "không đúng" in two.says(2, f"/lienket {code}")
    newer = code_in(two.says(1, "/lienket"))
    assert "đã liên kết rồi" in two.says(2, f"/lienket {newer}")


@pytest.mark.parametrize("code", ["WRONG123", "a", "' OR 1=1", "x" * 300, "đường"])
def test_a_wrong_code_is_refused(two: Accounts, code: str) -> None:
    assert "không đúng" in two.says(2, f"/lienket {code}")


@pytest.mark.parametrize("first", ["telegram", "telegram@tu-ky"])
def test_another_wards_own_account_says_that_it_is_for_its_residents_and_what_to_do(
    database: Database, conversation: Conversation, first: str
) -> None:
    accounts = Accounts(database, conversation)
    for number, channel in ((1, first), (2, "telegram@hung-dao")):
        accounts.add(number, channel)
        accounts.says(number, "đồng ý")
    lives_in(accounts, 1, "tu-ky")
    code = code_in(accounts.says(1, "/lienket"))
    refused = accounts.says(2, f"/lienket {code}")
    assert "chỉ dành cho người dân Phường Hưng Đạo" in refused
    assert "không đúng" not in refused and "Tứ Kỳ" not in refused
    assert ("/phuong" in refused) is (first == "telegram"), "on a ward's own account there is no other to choose"
    if first == "telegram":
        lives_in(accounts, 1, "hung-dao")
        accounts.says(2, f"/lienket {code_in(accounts.says(1, '/lienket'))}")
        assert "Đã liên kết" in accounts.taps(2, "Đúng")


def lives_in(accounts: Accounts, number: int, ward: str) -> None:
    def unit(session: Session) -> None:
        chat = session.get_one(Chat, number)
        chat.ward_code = session.get_one(Person, chat.person_id).ward_code = ward

    accounts.do(unit)


def test_who_never_confirms_is_not_linked(two: Accounts) -> None:
    code = code_in(two.says(1, "/lienket"))
    two.says(2, f"/lienket {code}")
    two.taps(2, "Thôi")
    assert two.person_of(1) != two.person_of(2)


def test_anonymous_residents_are_asked_to_agree_first(database: Database, conversation: Conversation) -> None:
    accounts = Accounts(database, conversation)
    accounts.add(1, "web")
    assert "đồng ý" in accounts.says(1, "/lienket")


def test_an_account_taken_away_starts_anew_and_the_progress_stays(two: Accounts) -> None:
    two.do(lambda session: answer(session, session.get_one(Chat, 2).person_id, "k"))
    code = code_in(two.says(1, "/lienket"))
    two.says(2, f"/lienket {code}")
    two.taps(2, "Đúng")
    person = two.person_of(1)
    two.says(1, "hủy liên kết")
    assert "Đã tách" in two.taps(1, "Tách tài khoản Zalo")
    assert (two.person_of(1), two.person_of(2)) == (person, None)
    assert two.do(lambda session: [row.person_id for row in session.exec(select(Attempt))]) == [person]
    assert "chưa liên kết" in two.says(1, "hủy liên kết")


def test_a_stranger_can_take_no_account_away(two: Accounts) -> None:
    two.says(2, "", "1uy:1")
    assert two.person_of(1) is not None


def test_every_table_that_names_a_person_follows_the_link_and_the_deletion(database: Database) -> None:
    named = {column.table.name for column in person_columns()}
    assert {"attempt", "consent", "chat", "link_code"} <= named

    def unit(session: Session) -> None:
        one, two = Person(), Person()
        session.add_all([one, two])
        session.flush()
        chats = [Chat(channel="web", address=str(n), person_id=(one.id, two.id)[n], state={}) for n in (0, 1)]
        session.add_all(chats)
        session.add(Consent(person_id=two.id or 0, purpose="p", version="1", given_at=NOON))
        session.flush()
        links = LinkRepository(session)
        context = load_context(chats[1])
        assert links.link(context, links.make_code(one.id or 0, NOON), NOON)
        for column in person_columns():
            assert session.execute(select(column).where(column == two.id)).all() == [], column
        forget_person(session, one.id, chats[0].id or 0)
        for column in person_columns():
            assert session.execute(select(column).where(column == one.id)).all() == [], column

    database.write_now(unit)
    assert SQLModel.metadata.tables.keys() >= named


def certificate(person_id: int, code: str, days: int, revoked: bool = False, course: str = "c") -> Certificate:
    return Certificate(
        code=code,
        person_id=person_id,
        ward_code="hung-dao",
        course_id=course,
        course_title="Khóa",
        name="Lan",
        lessons=5,
        finished_on=NOON.date(),
        issued_at=NOON + timedelta(days=days),
        revoked_at=NOON if revoked else None,
    )


@pytest.mark.parametrize(
    ("mine", "others", "kept"),
    [
        ([], [("B", 0, False, "c")], {"B"}),
        ([("A", 0, False, "c")], [("B", 1, False, "c"), ("D", 1, False, "d")], {"A", "D"}),
        ([("A", 1, False, "c")], [("B", 0, False, "c")], {"B"}),
        ([("A", 0, False, "c")], [("B", 1, True, "c")], {"B"}),
        ([("A", 1, True, "c")], [("B", 0, False, "c")], {"A"}),
    ],
    ids=["the only one", "mine is earlier", "theirs is earlier", "theirs is revoked", "mine is revoked"],
)
def test_one_certificate_a_course_is_left_and_a_revoked_one_stays_revoked(
    two: Accounts, mine: list[Any], others: list[Any], kept: set[str]
) -> None:
    def issue(session: Session) -> None:
        for number, papers in ((1, mine), (2, others)):
            person = session.get_one(Chat, number).person_id or 0
            session.add_all(certificate(person, *paper) for paper in papers)

    two.do(issue)
    code = code_in(two.says(1, "/lienket"))
    assert "tờ cấp trước" in two.says(2, f"/lienket {code}")
    two.taps(2, "Đúng")
    left = two.do(lambda session: [(row.code, row.person_id) for row in session.exec(select(Certificate))])
    assert sorted(left) == [(code, two.person_of(1)) for code in sorted(kept)]


class Model:
    """Persons as sets of answers, beside the database."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.answers: dict[int, set[str]] = {}
        self.owner: dict[int, int | None] = dict.fromkeys(range(1, 6))

    def step(self, session: Session, key: str) -> None:
        number = self.chance.choice(list(self.owner))
        chat = session.get_one(Chat, number)
        context = load_context(chat)
        kind = self.chance.choice((self.agree, self.answer, self.answer, self.link, self.link, self.unlink))
        kind(session, number, context, key)
        save_context(session, context)

    def agree(self, session: Session, number: int, context: ChatContext, key: str) -> None:
        person = bind(session).people.enrol(context, "learning", "1", NOON)
        self.owner[number] = person.id
        self.answers.setdefault(person.id, set())

    def answer(self, session: Session, number: int, context: ChatContext, key: str) -> None:
        person = self.owner[number]
        if person is not None:
            answer(session, person, key)
            self.answers[person].add(key)

    def link(self, session: Session, number: int, context: ChatContext, key: str) -> None:
        other, before = self.owner[self.chance.choice(list(self.owner))], self.owner[number]
        if other is None:
            return
        links = LinkRepository(session)
        code = links.make_code(other, NOON)
        assert links.link(context, code, NOON)
        assert not links.link(context, code, NOON), "a code works once"
        if before is not None and before != other:
            self.answers[other] |= self.answers.pop(before)
            self.owner = {one: other if whose == before else whose for one, whose in self.owner.items()}
        self.owner[number] = other

    def unlink(self, session: Session, number: int, context: ChatContext, key: str) -> None:
        target, person = self.chance.choice(list(self.owner)), self.owner[number]
        mine = [one for one, whose in self.owner.items() if person is not None and whose == person]
        possible = target in mine and len(mine) > 1
        assert LinkRepository(session).unlink(context, target) is possible
        if possible:
            self.owner[target] = None


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_linked_and_taken_away_each_answer_counts_once(database: Database, seed: int) -> None:
    accounts, model = Accounts(database), Model(seed)
    for number in model.owner:
        accounts.add(number, "web")
    for count in range(40):
        accounts.do(lambda session, count=count: model.step(session, f"{seed}-{count}"))
    kept: dict[int, set[str]] = {one: set() for one in model.answers}
    for key, person in accounts.do(lambda session: list(session.exec(select(Attempt.key, Attempt.person_id)))):
        kept[person].add(key)
    assert kept == model.answers
    assert accounts.do(lambda session: {row.id: row.person_id for row in session.exec(select(Chat))}) == model.owner
    assert accounts.do(lambda session: set(session.exec(select(Person.id)))) == set(model.answers)


def test_codes_that_are_over_go(database: Database) -> None:
    from bot.jobs.retention import forget_what_is_due

    def unit(session: Session) -> list[str]:
        session.add(Person(id=1))
        session.flush()
        LinkRepository(session).make_code(1, NOON)
        session.flush()
        forget_what_is_due(session, NOON + timedelta(hours=1))
        return list(session.exec(select(col(LinkCode.code_hash))))

    assert database.write_now(unit) == []
