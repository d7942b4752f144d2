"""An open contest in the chat: found, joined, played, counted; over real databases, as the worker does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.channels.message import Button, Message, Reply
from bot.conversation.purposes import CHILD
from bot.conversation.router import Conversation
from bot.store.contest_play import nickname
from bot.store.contest_setup import ContestPlan, create
from bot.store.contest_tables import Contest, ContestAnswer, ContestOutage, ContestParticipant
from bot.store.contests import OPEN, beat, freeze, log_of, questions_of
from bot.store.database import Database
from bot.store.forget import forget_person
from bot.store.linking import merge_persons
from bot.store.merging import BY_STAFF, merge, unmerge
from bot.store.repositories import bind, load_context, save_context
from bot.store.tables import Chat, Consent, Inbox, Outbox, Person, ResidentialGroup, utc_now
from lessons.catalogue import Catalogue
from lessons.contest.boards import boards
from lessons.contest.draw import Wanted
from lessons.contest.rules import Rules
from lessons.contest.score import scores
from lessons.contest.verify import verify

STARTS = utc_now().replace(microsecond=0) - timedelta(days=1)
ENDS = STARTS + timedelta(days=10)


class Player:
    """Somebody in one chat; time passes only as the test says."""

    def __init__(self, contest: Arena, chat: int, channel: str = "web") -> None:
        self.arena, self.chat, self.sent = contest, chat, 0
        self.replies: list[Reply] = []
        contest.do(lambda session: session.add(Chat(id=chat, channel=channel, address=f"a{chat}")))

    def says(self, text: str, payload: str | None = None) -> str:
        self.sent += 1
        message = Message("web", f"a{self.chat}", f"{self.chat}:{self.sent}", text, self.arena.now, payload)

        def unit(session: Session) -> None:
            row = session.get_one(Chat, self.chat)
            context = load_context(row)
            self.replies = self.arena.conversation.handle(context, message, bind(session))
            save_context(session, context)

        self.arena.do(unit)
        return "\n".join(reply.text for reply in self.replies)

    @property
    def buttons(self) -> list[Button]:
        return [button for reply in self.replies for button in reply.buttons]

    def taps(self, label: str) -> str:
        found = [button for button in self.buttons if button.label.startswith(label)]
        assert found, f"no button {label!r} among {[button.label for button in self.buttons]}"
        return self.says("", found[0].payload)

    def enters(self, how: str = "Vào thi bằng bí danh") -> str:
        self.says(f"/start thi-{self.arena.code}")
        if any(button.label.startswith("Đồng ý") for button in self.buttons):
            self.taps("Đồng ý")
            self.taps("Tổ 1")
            self.taps("31 đến 45")
        return self.taps(how)

    def answers(self, right: bool = True, after: float = 4) -> str:
        """Tap the right or a wrong option of the question shown last, as somebody who knows it."""
        payload = self.payload_of(right)
        self.arena.now += timedelta(seconds=after)
        return self.says("", payload)

    def payload_of(self, right: bool) -> str:
        shown = self.replies[-1]
        question = next(one for one in self.arena.questions if one.text in shown.text)
        wanted = {one.text for one in question.options if (one.id in question.correct) is right}
        for place, button in enumerate(shown.buttons):
            line = next((line for line in shown.text.splitlines() if line.startswith(f"{button.label}. ")), None)
            if (button.label if line is None else line.split(". ", 1)[1]) in wanted:
                return shown.buttons[place].payload
        raise AssertionError(shown)


class Arena:
    """A contest of five questions in phường Hưng Đạo."""

    def __init__(self, database: Database, conversation: Conversation, catalogue: Catalogue, **changed: Any) -> None:
        self.database, self.conversation = database, conversation
        self.now = STARTS + timedelta(hours=1)
        rules = changed.pop("rules", Rules(seconds_per_question=30, minimum_players=1))
        plan = ContestPlan(
            "Hội thi số", STARTS, ENDS, rules, "Lan", wanted=Wanted({1: 3, 2: 2}), practice=2, seed="s1", **changed
        )

        def unit(session: Session) -> None:
            session.add(ResidentialGroup(id=1, ward_code="hung-dao", name="Tổ 1", join_code="HD01", adults=100))
            session.add(ResidentialGroup(id=2, ward_code="hung-dao", name="Tổ 2", join_code="HD02", adults=100))
            session.flush()
            row = create(session, "hung-dao", plan, catalogue)
            row.status, row.alive_at = OPEN, STARTS
            session.flush()
            self.code, self.id = row.code, row.id or 0
            self.questions = [question for _row, question in questions_of(session, self.id).values()]

        self.do(unit)

    def do(self, unit: Any) -> Any:
        return self.database.write_now(unit)

    def log(self) -> Any:
        return self.do(lambda session: log_of(session, session.get_one(Contest, self.id)))

    def points(self) -> list[tuple[int, int]]:
        return [(row.score.points, row.score.right) for row in boards(self.log()).people]


@pytest.fixture
def arena(database: Database, conversation: Conversation, catalogue: Catalogue) -> Arena:
    return Arena(database, conversation, catalogue)


def test_from_the_link_to_the_last_question_and_the_result(arena: Arena) -> None:
    player = Player(arena, 1)
    said = player.enters()
    assert "Bí danh của bạn là" in said and "Câu 1/5 (30 giây)" in said
    for number in range(2, 6):
        assert f"Câu {number}/5" in player.answers()
    assert "Bạn đã làm xong bài thi Hội thi số" in player.answers(right=False)
    # 4 s of which 3 are forgiven: 48 of the bonus of 50.
    assert arena.points() == [(4 * 148, 4)]
    assert "Bạn đã làm xong bài thi" in player.says("cuộc thi")
    arena.now = ENDS + timedelta(minutes=1)
    arena.do(lambda session: freeze(session, session.get_one(Contest, arena.id), arena.now))
    assert "Kết quả có khi ban tổ chức công bố" in player.says("cuộc thi")
    arena.do(lambda session: setattr(session.get_one(Contest, arena.id), "published", True))
    assert "hạng 1 trên 1 người, 592 điểm, đúng 4/5 câu" in player.says("cuộc thi")


def test_nothing_shown_before_answering_tells_which_option_is_right(arena: Arena) -> None:
    """The same option stands elsewhere for others, and a button's data is only its place."""
    seen = []
    for chat in range(1, 9):
        player = Player(arena, chat)
        player.enters()
        seen.append(player.payload_of(right=True))
        shown = player.replies[-1]
        question = next(one for one in arena.questions if one.text in shown.text)
        assert question.why not in repr(shown)
        places = [button.payload.rsplit(":", 1)[1] for button in shown.buttons]
        assert places == [str(place) for place in range(len(places))]
        said = player.answers()
        assert "Đúng rồi" not in said and question.why not in said, "the neighbour has not answered yet"
    assert len({payload.rsplit(":", 1)[1] for payload in seen}) > 1


def test_a_second_answer_a_repeated_one_and_an_old_button_change_nothing(arena: Arena) -> None:
    player = Player(arena, 1)
    player.enters()
    wrong, right = player.payload_of(False), player.payload_of(True)
    player.says("", wrong)
    assert "Câu trả lời đầu tiên được giữ" in player.says("", right)
    assert "Câu trả lời đầu tiên được giữ" in player.says("", wrong)
    assert "Nút này đã cũ" in player.says("", right.replace(":1:1:", ":1:5:")), "a question that was not asked yet"
    assert arena.points() == [(0, 0)]
    assert len(arena.do(lambda session: session.exec(select(ContestAnswer)).all())) == 1


def test_a_late_answer_is_kept_and_earns_nothing(arena: Arena) -> None:
    player = Player(arena, 1)
    player.enters()
    assert "Đã hết giờ" in player.answers(after=34)
    assert "Câu 3/5" in player.answers(after=33)
    assert arena.points() == [(100, 1)]
    arena.now += timedelta(minutes=5)
    player.says("cuộc thi")
    assert "Câu 4/5" in player.taps("Làm tiếp"), "the question that ran out meanwhile is passed"


def test_asking_for_the_question_again_does_not_start_its_clock_again(arena: Arena) -> None:
    player = Player(arena, 1)
    player.enters()
    arena.now += timedelta(seconds=20)
    player.says("cuộc thi")
    assert "Câu 1/5" in player.taps("Làm tiếp")
    player.answers(after=13)
    assert arena.points() == [(100, 1)]


def test_time_counts_from_when_the_question_had_left(arena: Arena) -> None:
    """Its platform took 20 s: these cost nothing."""
    player = Player(arena, 1, "telegram")
    player.enters()
    asked = arena.now

    def left(session: Session) -> None:
        row = Inbox(channel="telegram", message_id="x", chat_id=1, received_at=asked, status="done")
        session.add(row)
        session.flush()
        sent = asked + timedelta(seconds=20)
        session.add(Outbox(inbox_id=row.id, chat_id=1, channel="telegram", status="sent", sent_at=sent))

    arena.do(left)
    player.answers(after=23)
    assert arena.points() == [(150, 1)]


def test_nobody_answers_for_another_or_by_somebody_elses_button(arena: Arena) -> None:
    first, second = Player(arena, 1), Player(arena, 2, "telegram@hung-dao")
    first.enters()
    payload = first.payload_of(True)
    assert "Nút này đã cũ" in second.says("", payload), "who has not joined has no seat"
    second.enters()
    second.says("", payload)
    mine, hers = arena.do(lambda session: session.exec(select(ContestParticipant).order_by("id")).all())
    answers = arena.do(lambda session: session.exec(select(ContestAnswer)).all())
    assert mine.position == 0 and {answer.participant_id for answer in answers} <= {hers.id}, "at most her own"


def test_linked_accounts_have_one_attempt(arena: Arena) -> None:
    first, second = Player(arena, 1), Player(arena, 2, "telegram")
    first.enters()

    def linked(session: Session) -> None:
        one, other = session.get_one(Chat, 1), session.get_one(Chat, 2)
        other.person_id, other.ward_code, other.group_id = one.person_id, one.ward_code, one.group_id

    arena.do(linked)
    assert "đang làm bài, còn 5 câu" in second.says("cuộc thi")
    second.taps("Làm tiếp")
    second.answers()
    assert "Câu 2/5" in first.says("", first.buttons[0].payload)
    for _ in range(4):
        first.answers()
    assert "Vào thi" not in str(second.says("cuộc thi")) and not any("Vào thi" in one.label for one in second.buttons)


def test_two_who_played_become_one_and_two_again(arena: Arena) -> None:
    first, second, third = (Player(arena, chat) for chat in (1, 2, 3))
    for player in (first, second, third):
        arena.now += timedelta(seconds=1)
        player.enters()
        for right in (True, player is first, player is second):
            player.answers(right)
    before = scores(arena.log())
    people = [arena.do(lambda session, chat=chat: session.get_one(Chat, chat).person_id) for chat in (1, 2, 3)]

    def joined(session: Session) -> Any:
        return merge(session, people[0], session.get_one(Person, people[1]), merge_persons, BY_STAFF, utc_now())

    record = arena.do(joined)
    assert scores(arena.log()) == before, "a merge changes no total"
    assert len(boards(arena.log()).people) == 2, "one person, one place: the seat taken first"
    aside = [one.set_aside for one in arena.log().participants]
    assert aside == [False, True, False]
    arena.do(lambda session: unmerge(session, session.merge(record)))
    assert [one.set_aside for one in arena.log().participants] == [False] * 3
    assert scores(arena.log()) == before and len(boards(arena.log()).people) == 3


def test_deletion_leaves_every_total_and_no_way_back_to_the_person(arena: Arena) -> None:
    first, second = Player(arena, 1), Player(arena, 2)
    for player in (first, second):
        player.enters()
        player.answers()
    before = boards(arena.log())
    arena.do(lambda session: forget_person(session, session.get_one(Chat, 1).person_id))
    assert boards(arena.log()) == before
    seats = arena.do(lambda session: session.exec(select(ContestParticipant).order_by(ContestParticipant.id)).all())
    assert [seat.person_id is None for seat in seats] == [True, False]


def test_an_outage_moves_deadline_and_window(arena: Arena) -> None:
    player = Player(arena, 1)
    player.enters()
    down = arena.now + timedelta(seconds=5)
    arena.do(lambda session: setattr(session.get_one(Contest, arena.id), "alive_at", arena.now))
    arena.do(lambda session: beat(session, down))
    up = down + timedelta(minutes=10)
    arena.do(lambda session: beat(session, up))
    player.answers(after=615)
    outages = arena.do(lambda session: session.exec(select(ContestOutage)).all())
    assert [(row.started_at, row.ended_at) for row in outages][-1] == (down, up)
    # 615 s of which 600 nobody could have answered, 3 are forgiven: 12 of 30.
    assert arena.points() == [(130, 1)]
    arena.now = ENDS + timedelta(minutes=9)
    assert "Thời gian" not in player.says("cuộc thi") and any("Làm tiếp" in one.label for one in player.buttons)


def test_the_frozen_file_gives_the_result_without_a_database(arena: Arena) -> None:
    for chat in (1, 2):
        player = Player(arena, chat)
        player.enters()
        player.answers(chat == 1)
    arena.now = ENDS + timedelta(minutes=1)
    arena.do(lambda session: freeze(session, session.get_one(Contest, arena.id), arena.now))
    contest = arena.do(lambda session: session.get_one(Contest, arena.id))
    found = verify(contest.result_file)
    assert found.problems == () and found.digest == contest.result_hash
    assert [row.score.points for row in found.boards.people] == [row[0] for row in arena.points()]
    assert "Tổ 1" in contest.result_file and "a1" not in [one.participant.id for one in found.boards.people]


def test_only_who_may_plays_and_is_told_why_not(
    database: Database, conversation: Conversation, catalogue: Catalogue
) -> None:
    arena = Arena(database, conversation, catalogue, groups=(2,), age_bands=("31-45",))
    player = Player(arena, 1)
    player.says(f"/start thi-{arena.code}")
    player.taps("Đồng ý")
    player.taps("Tổ 1")
    assert "dành cho tổ dân phố, thôn khác" in player.taps("31 đến 45")
    person = arena.do(lambda session: session.get_one(Chat, 1).person_id)

    def moved(session: Session) -> None:
        chat, row = session.get_one(Chat, 1), session.get_one(Person, person)
        chat.group_id = row.group_id = 2
        row.age_band = "60+"

    arena.do(moved)
    assert "dành cho nhóm tuổi khác" in player.says("cuộc thi")


def test_a_child_is_never_offered_to_be_named(arena: Arena) -> None:
    player = Player(arena, 1)
    player.says("/start HD01")
    player.taps("Đồng ý")
    arena.do(lambda session: setattr(session.get_one(Person, 1), "called", "Lan"))
    player.says("cuộc thi")
    assert any(button.label == "Vào thi, nêu tên Lan" for button in player.buttons)
    arena.do(lambda session: setattr(session.get_one(Person, 1), "age_band", CHILD))
    named = next(button.payload for button in player.buttons if "nêu tên Lan" in button.label)
    player.says("cuộc thi")
    assert not any("nêu tên" in button.label for button in player.buttons)
    assert "Nút này đã cũ" in player.says("", named)


def test_being_named_is_agreed_to_by_the_tap_and_only_then(arena: Arena) -> None:
    player = Player(arena, 1)
    player.says("/start HD01")
    player.taps("Đồng ý")
    arena.do(lambda session: setattr(session.get_one(Person, 1), "called", "Lan"))
    assert "được nêu trên bảng kết quả" in player.says("cuộc thi")
    purposes = arena.do(lambda session: [row.purpose for row in session.exec(select(Consent))])
    assert purposes == ["learning"]
    player.taps("Vào thi, nêu tên Lan")
    purposes = arena.do(lambda session: [row.purpose for row in session.exec(select(Consent))])
    assert purposes == ["learning", "board"]


def test_practice_says_right_or_wrong_and_is_kept_nowhere(arena: Arena) -> None:
    player = Player(arena, 1)
    player.says(f"/start thi-{arena.code}")
    player.taps("Đồng ý")
    player.taps("Tổ 1")
    player.taps("31 đến 45")
    assert "Thi thử, câu 1/2" in player.taps("Thi thử")
    said = player.says("", player.buttons[0].payload)
    assert ("Đúng rồi" in said or "Chưa đúng" in said) and "câu 2/2" in said
    player.says("", player.replies[-1].buttons[0].payload)
    assert any(button.label.startswith("Vào thi") for button in player.buttons)
    assert arena.do(lambda session: session.exec(select(ContestParticipant)).all()) == []


def test_more_attempts_count_by_the_best(database: Database, conversation: Conversation, catalogue: Catalogue) -> None:
    arena = Arena(database, conversation, catalogue, rules=Rules(attempts=2, minimum_players=1))
    player = Player(arena, 1)
    player.enters()
    for _ in range(5):
        player.answers(right=False)
    assert arena.points() == [(0, 0)]
    player.says("cuộc thi")
    player.taps("Vào thi bằng bí danh")
    for _ in range(5):
        player.answers()
    assert arena.points() == [(5 * 148, 5)]
    player.says("cuộc thi")
    assert not any(button.label.startswith("Vào thi") for button in player.buttons)


def test_nicknames_are_made_by_the_program() -> None:
    assert len({nickname(f"p{number}") for number in range(200)}) > 150


def test_before_and_after_the_window_nobody_plays(arena: Arena) -> None:
    player = Player(arena, 1)
    arena.now = STARTS - timedelta(hours=1)
    player.says(f"/start thi-{arena.code}")
    player.taps("Đồng ý")
    player.taps("Tổ 1")
    assert "Cuộc thi chưa mở" in player.taps("31 đến 45")
    assert "Cuộc thi chưa mở" in player.says("", f"1cj:{arena.id}:nickname")
    arena.now = ENDS + timedelta(seconds=1)
    assert "đã kết thúc" in player.says("", f"1cj:{arena.id}:nickname")
    assert arena.do(lambda session: session.exec(select(ContestParticipant)).all()) == []
