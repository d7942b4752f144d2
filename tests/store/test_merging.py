"""Two persons become one and two again; whatever happens to them, every count stays right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import Session, SQLModel, col, select

from bot.conversation.ports import ChatContext
from bot.indicators import daily
from bot.indicators.figures import ward_figures
from bot.store import consents
from bot.store.database import Database
from bot.store.duplicates import merge_pair
from bot.store.forget import forget_person
from bot.store.linking import merge_persons
from bot.store.merging import BY_STAFF, merge, newest, unmerge
from bot.store.repositories import bind, load_context, save_context
from bot.store.tables import (
    Attempt,
    Certificate,
    Chat,
    CommunityRole,
    Consent,
    Person,
    PersonMerge,
    ResidentialGroup,
)

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
WARD = "hung-dao"
# Some seconds on each database; with 300 examples of 40 steps the same holds.
RUNS = settings(max_examples=10, stateful_step_count=20, deadline=None, derandomize=True, database=None)
LESSONS, QUESTIONS, GROUPS = ("a", "b"), 2, (1, 2)


def answer(session: Session, person_id: int, group: int, number: int, lesson: str, question: int, right: bool) -> None:
    session.add(
        Attempt(
            key=f"k{number}",
            person_id=person_id,
            ward_code=WARD,
            group_id=group,
            course_id="c",
            lesson_id=lesson,
            lesson_version="1",
            question_id=f"{lesson}{question}",
            question_count=QUESTIONS,
            chosen="x",
            correct=right,
            answered_at=NOON + timedelta(seconds=number),
        )
    )


def add_groups(session: Session) -> None:
    for group in GROUPS:
        session.add(ResidentialGroup(id=group, ward_code=WARD, name=f"Tổ {group}", join_code=f"c{group}"))
    session.flush()


def rich(session: Session) -> None:
    """Two people with everything that can collide."""
    add_groups(session)
    for number in (1, 2):
        session.add(Person(id=number, ward_code=WARD, group_id=number, called=f"Bác {number}", created_at=NOON))
        session.flush()
        session.add(Chat(id=number, channel="web", address=f"a{number}", person_id=number, ward_code=WARD, state={}))
        consents.give(session, number, "learning", "1", NOON)
        session.add(CommunityRole(person_id=number, ward_code=WARD, role="volunteer", groups=[number], given_at=NOON))
        session.add(
            Certificate(
                code=f"C{number}",
                person_id=number,
                ward_code=WARD,
                course_id="c",
                course_title="Khóa",
                name=f"Lan {number}",
                lessons=1,
                finished_on=date(2026, 11, number),
                issued_at=NOON + timedelta(days=number),
            )
        )
        answer(session, number, number, number, "a", number, True)
    session.add(Person(id=3, called="Trẻ", enrolled_by=2, created_at=NOON))
    session.flush()
    consents.give(session, 3, "learning", "1", NOON, consents.GUARDIAN, 2)


def everything(session: Session) -> dict[str, list[Any]]:
    session.flush()
    return {
        table.name: sorted(map(repr, session.execute(table.select()).all()))
        for table in SQLModel.metadata.sorted_tables
        if table.name != "ward"
    }


def test_undoing_a_merge_gives_both_back_all_they_had(database: Database) -> None:
    database.write_now(rich)

    def unit(session: Session) -> None:
        before = everything(session)
        record = merge(session, 2, session.get_one(Person, 1), merge_persons, BY_STAFF, NOON)
        session.expire_all()
        assert [row.id for row in session.exec(select(Person).order_by(col(Person.id)))] == [1, 3]
        assert {row.person_id for row in session.exec(select(Attempt))} == {1}
        assert [row.code for row in session.exec(select(Certificate))] == ["C1"]
        assert {row.group_id for row in session.exec(select(Chat))} == {1}
        assert unmerge(session, session.get_one(PersonMerge, record.id)) == [1, 2]
        session.execute(Chat.__table__.update().values(group_id=None))  # type: ignore[attr-defined]
        assert everything(session) == before

    database.write_now(unit)


def test_what_happens_after_a_merge_stays_with_the_person_who_was_kept(database: Database) -> None:
    database.write_now(rich)

    def unit(session: Session) -> None:
        record = merge(session, 2, session.get_one(Person, 1), merge_persons, BY_STAFF, NOON)
        answer(session, 1, 1, 99, "b", 1, True)
        session.get_one(Person, 1).called = "Bác Lan"
        unmerge(session, record)
        owners = {row.key: row.person_id for row in session.exec(select(Attempt))}
        assert owners == {"k1": 1, "k2": 2, "k99": 1}
        assert [session.get_one(Person, one).called for one in (1, 2)] == ["Bác Lan", "Bác 2"]

    database.write_now(unit)


def test_the_last_merge_is_undone_first(database: Database) -> None:
    database.write_now(rich)

    def unit(session: Session) -> None:
        before = everything(session)
        first = merge(session, 2, session.get_one(Person, 1), merge_persons, BY_STAFF, NOON)
        second = merge(session, 1, session.get_one(Person, 3), merge_persons, BY_STAFF, NOON)
        session.refresh(first)
        assert first.kept_id == 3
        with pytest.raises(ValueError, match="later merge"):
            unmerge(session, first)
        unmerge(session, second)
        unmerge(session, session.get_one(PersonMerge, first.id))
        session.execute(Chat.__table__.update().values(group_id=None))  # type: ignore[attr-defined]
        assert everything(session) == before

    database.write_now(unit)


def test_deletion_takes_what_would_undo_a_merge(database: Database) -> None:
    database.write_now(rich)

    def unit(session: Session) -> None:
        merge(session, 2, session.get_one(Person, 1), merge_persons, BY_STAFF, NOON)
        forget_person(session, 1)
        assert session.exec(select(PersonMerge)).all() == []
        assert "Bác 2" not in repr(everything(session))

    database.write_now(unit)


class Lives(RuleBasedStateMachine):
    """People who enrol, learn, move, are merged, split, deleted and enrol again, beside a plain model of them."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.database.engine, expire_on_commit=False)
        add_groups(self.session)
        for number in range(1, 5):
            self.session.add(Chat(id=number, channel="web", address=f"a{number}", state={}))
        self.session.flush()
        self.owner: dict[int, int] = {}  # of an answer
        self.answers: dict[int, tuple[str, int, bool, int]] = {}  # lesson, question, right, group
        self.group: dict[int, int] = {}  # of a person
        self.merges: dict[int, tuple[int, int, set[int]]] = {}  # merge: gone, the group of gone, its answers
        self.removed: Counter[int] = Counter()  # lessons done by the deleted, by group
        self.count = 0

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    def context(self, number: int) -> tuple[Chat, ChatContext]:
        chat = self.session.get_one(Chat, number)
        return chat, load_context(chat)

    @rule(number=st.integers(1, 4), group=st.sampled_from(GROUPS))
    def enrols(self, number: int, group: int) -> None:
        _, context = self.context(number)
        if context.person_id is None:
            context.ward_code, context.group_id = WARD, group
            person = bind(self.session).people.enrol(context, "learning", "1", NOON)
            self.group[person.id] = group
            save_context(self.session, context)
            self.session.flush()

    @precondition(lambda self: self.group)
    @rule(data=st.data(), lesson=st.sampled_from(LESSONS), question=st.integers(1, QUESTIONS), right=st.booleans())
    def answers_a_question(self, data: st.DataObject, lesson: str, question: int, right: bool) -> None:
        person = data.draw(st.sampled_from(sorted(self.group)))
        self.count += 1
        answer(self.session, person, self.group[person], self.count, lesson, question, right)
        self.session.flush()
        self.owner[self.count] = person
        self.answers[self.count] = (lesson, question, right, self.group[person])

    @precondition(lambda self: self.group)
    @rule(data=st.data(), group=st.sampled_from(GROUPS))
    def moves(self, data: st.DataObject, group: int) -> None:
        person = data.draw(st.sampled_from(sorted(self.group)))
        bind(self.session).people.move(person, WARD, group)
        self.session.flush()
        self.group[person] = group

    @precondition(lambda self: len(self.group) > 1)
    @rule(data=st.data())
    def are_merged(self, data: st.DataObject) -> None:
        pair = data.draw(st.lists(st.sampled_from(sorted(self.group)), min_size=2, max_size=2, unique=True))
        record = merge_pair(self.session, *(self.session.get_one(Person, one) for one in pair), NOON)
        (gone,) = {*pair} - {record.kept_id}
        mine = {number for number, owner in self.owner.items() if owner == gone}
        self.merges[record.id or 0] = (gone, self.group.pop(gone), mine)
        self.owner.update(dict.fromkeys(mine, record.kept_id))

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def are_split(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(sorted(self.group)))
        record = newest(self.session, person)
        if record is None:
            return
        gone, group, mine = self.merges.pop(record.id or 0)
        assert unmerge(self.session, record) == [person, gone]
        self.group[gone] = group
        self.owner.update({number: gone for number in mine if self.owner.get(number) == person})

    @precondition(lambda self: self.group)
    @rule(data=st.data())
    def is_deleted(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(sorted(self.group)))
        self.removed += Counter(self.finished(person))
        gone = {record.id for record in self.session.exec(select(PersonMerge).where(PersonMerge.kept_id == person))}
        self.merges = {number: merged for number, merged in self.merges.items() if number not in gone}
        forget_person(self.session, person)
        self.session.expire_all()
        del self.group[person]
        self.owner = {number: owner for number, owner in self.owner.items() if owner != person}

    def finished(self, person: int) -> list[int]:
        """The groups in which this person finished lessons: where the answer was given that made each whole."""
        found = []
        for lesson in LESSONS:
            seen: set[int] = set()
            for number in sorted(n for n, owner in self.owner.items() if owner == person):
                of, question, _, group = self.answers[number]
                if of == lesson and len(seen) < QUESTIONS:
                    seen.add(question)
                    if len(seen) == QUESTIONS:
                        found.append(group)
        return found

    @invariant()
    def every_figure_is_right(self) -> None:
        daily.make(self.session, WARD, NOON)
        figures = {one.group_id: one for one in ward_figures(self.session, WARD, NOON).groups}
        done = self.removed + Counter(group for person in self.group for group in self.finished(person))
        for group in GROUPS:
            mine = [one for one in self.answers.values() if one[3] == group]
            assert figures[group].residents == sum(whose == group for whose in self.group.values())
            assert figures[group].answers == len(mine)
            assert figures[group].right_answers == sum(right for _, _, right, _ in mine)
            assert figures[group].lessons_done == done[group]

    @invariant()
    def nobody_has_what_is_anothers(self) -> None:
        kept = {int(row.key[1:]): row.person_id for row in self.session.exec(select(Attempt))}
        assert kept == self.owner
        assert set(self.session.exec(select(Person.id))) == set(self.group)
        assert {row.person_id for row in self.session.exec(select(Consent))} == set(self.group)


@pytest.fixture
def lives(database: Database) -> Iterator[type[Lives]]:
    Lives.database = database
    yield Lives


def test_merges_splits_deletions_and_new_enrolments_keep_every_count_right(lives: type[Lives]) -> None:
    run_state_machine_as_test(lives, settings=RUNS)
