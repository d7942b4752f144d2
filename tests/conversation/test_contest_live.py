"""A live contest in a chat: seats while there is room, clocks that begin when the question has left, late answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.channels.message import Message, Reply
from bot.contest.chats import tell
from bot.contest.rounds import close_due, live_state, open_next
from bot.conversation.offers import Offers
from bot.conversation.purposes import LEARNING, purposes
from bot.conversation.router import Conversation
from bot.delivery.outbox import CONTEST
from bot.store.contest_setup import ContestPlan, create
from bot.store.contest_tables import Contest, ContestAnswer, ContestParticipant
from bot.store.contests import LIVE_KIND, OPEN
from bot.store.database import Database
from bot.store.quotas import set_limits
from bot.store.repositories import bind, load_context, save_context
from bot.store.tables import Chat, Consent, Inbox, Outbox, Person, ResidentialGroup, utc_now
from lessons.catalogue import Catalogue
from lessons.contest.capacity import Way
from lessons.contest.draw import Wanted
from lessons.contest.rules import Rules

STARTS = utc_now().replace(microsecond=0)
HERE = "từng câu hỏi được gửi tới đây"
LINK = "https://hoc.example/?g=thi-"


class Hall:
    """A live contest of two questions; two may play by Telegram's pace."""

    def __init__(self, database: Database, conversation: Conversation, catalogue: Catalogue) -> None:
        self.database, self.conversation, self.now = database, conversation, STARTS
        conversation.offers = Offers("https://hoc.example", ways={"telegram": Way(0.4, 30), "zalo-bot": Way(10, 15)})
        plan = ContestPlan(
            "Rung chuông vàng", STARTS, STARTS + timedelta(hours=2), Rules(minimum_players=1), "Lan", LIVE_KIND,
            wanted=Wanted({1: 2}),
        )  # fmt: skip

        def unit(session: Session) -> None:
            session.add(ResidentialGroup(id=1, ward_code="hung-dao", name="Tổ 1", join_code="HD01"))
            session.flush()
            row = create(session, "hung-dao", plan, catalogue)
            row.status, row.alive_at = OPEN, STARTS
            session.flush()
            self.code, self.id = row.code, row.id or 0

        self.do(unit)

    def do(self, unit: Any) -> Any:
        return self.database.write_now(unit)

    def player(self, number: int, channel: str = "telegram", state: dict[str, Any] | None = None) -> int:
        """A resident's chat."""

        def unit(session: Session) -> None:
            session.add(Person(id=number, ward_code="hung-dao", group_id=1))
            session.flush()
            version = purposes()[LEARNING].version
            session.add(Consent(person_id=number, purpose=LEARNING, version=version, given_at=STARTS))
            place = {"person_id": number, "ward_code": "hung-dao", "group_id": 1, "last_seen_at": STARTS}
            session.add(Chat(id=number, channel=channel, address=f"a{number}", state=state or {}, **place))

        self.do(unit)
        return number

    def says(self, chat: int, text: str = "", payload: str | None = None, after: float = 0) -> list[Reply]:
        at = self.now + timedelta(seconds=after)

        def unit(session: Session) -> list[Reply]:
            row = session.get_one(Chat, chat)
            context = load_context(row)
            message = Message(row.channel, row.address, f"{chat}:{at}:{text}{payload}", text, at, payload)
            replies = self.conversation.handle(context, message, bind(session, row.channel))
            save_context(session, context)
            return replies

        found: list[Reply] = self.do(unit)
        return found

    def enters(self, chat: int) -> str:
        shown = self.says(chat, f"/start thi-{self.code}")[-1]
        ways = [one for one in shown.buttons if one.label.startswith("Vào thi bằng bí danh")]
        return self.says(chat, "", ways[0].payload)[-1].text if ways else shown.text

    def ask(self) -> None:
        self.now += timedelta(minutes=1)
        self.do(lambda s: open_next(s, s.get_one(Contest, self.id), self.now))

    def queued(self) -> list[Outbox]:
        rows = self.do(lambda s: s.exec(select(Outbox).where(Outbox.priority == CONTEST).order_by(Outbox.id)).all())
        return [row for row in rows if row.created_at == self.now]

    def sent(self, after: float) -> None:
        """The questions leave so many seconds after the round has opened."""
        for row in self.queued():
            values = {"status": "sent", "sent_at": self.now + timedelta(seconds=after)}
            self.do(lambda s, row=row, values=values: s.get_one(Outbox, row.id).sqlmodel_update(values))


@pytest.fixture
def hall(database: Database, conversation: Conversation, catalogue: Catalogue) -> Hall:
    return Hall(database, conversation, catalogue)


def test_a_seat_in_a_chat_while_there_is_room_else_the_reason_and_the_page(hall: Hall) -> None:
    assert [HERE in hall.enters(hall.player(number)) for number in (1, 2)] == [True, True]
    refused = hall.enters(hall.player(3))
    assert "chỉ kịp cho 2 người" in refused and f"{LINK}{hall.code}" in refused
    assert HERE in hall.enters(1), "who has a seat keeps it"
    join = f"1cj:{hall.id}:nickname"
    assert "chỉ kịp cho 2 người" in hall.says(3, "", join)[-1].text, "an old button gives no seat either"
    assert len(hall.do(lambda s: s.exec(select(ContestParticipant)).all())) == 2
    assert "Ở đây chưa gửi được câu hỏi" in hall.enters(hall.player(4, "zalo-oa@hung-dao"))


def test_a_seat_asks_for_the_month_s_messages_and_for_what_the_platform_lets_through(hall: Hall) -> None:
    hall.do(lambda s: set_limits(s, "zalo-bot", 10, 50, hall.now))
    assert HERE in hall.enters(hall.player(1, "zalo-bot")), "8 are left beside replies, a player needs 5"
    assert "chỉ đủ cho 1 người" in hall.enters(hall.player(2, "zalo-bot"))
    hall.conversation.offers = Offers("https://hoc.example", ways={"zalo-oa": Way(10, 15)})
    hall.now -= timedelta(days=3)
    assert "48 giờ" in hall.enters(hall.player(3, "zalo-oa"))
    hall.now += timedelta(days=2)
    assert HERE in hall.enters(3)
    assert "đang tắt nhận tin" in hall.enters(hall.player(4, "zalo-oa", {"stopped": True}))


def test_the_clock_begins_when_the_question_has_left_and_the_round_lasts_as_much_longer(hall: Hall) -> None:
    for number in (1, 2):
        hall.enters(hall.player(number))
    hall.ask()
    payload = hall.queued()[0].body["buttons"][0]["payload"]
    hall.sent(after=5)
    assert "Đã nhận câu trả lời" in hall.says(1, "", payload, after=20)[0].text
    assert "Câu này bạn đã trả lời" in hall.says(1, "", payload, after=21)[0].text
    assert "Câu này bạn đã trả lời" in hall.says(1, "2", after=22)[0].text, "typed, though no menu stands there"
    kept = hall.do(lambda s: s.exec(select(ContestAnswer)).one())
    assert (kept.asked_at, kept.received_at) == (hall.now + timedelta(seconds=5), hall.now + timedelta(seconds=20))
    live = hall.do(lambda s: live_state(s, hall.id, hall.now))
    assert (live.closes - hall.now, live.ends - live.closes) == (timedelta(seconds=33), timedelta(seconds=5))
    assert not hall.do(lambda s: close_due(s, hall.id, hall.now + timedelta(seconds=37)))
    assert "Đã hết giờ" in hall.says(2, "", payload, after=39)[0].text
    assert hall.do(lambda s: close_due(s, hall.id, hall.now + timedelta(seconds=39)))


def test_what_has_not_left_when_the_round_ends_stays_and_nothing_is_sent_twice(hall: Hall) -> None:
    for number in (1, 2):
        hall.enters(hall.player(number))
    hall.do(lambda s: setattr(s.get_one(Chat, 2), "reachable", False))
    hall.ask()
    (row,) = hall.queued()
    assert (row.chat_id, row.status) == (1, "waiting"), "one who blocked the bot is not written to"
    hall.now += timedelta(minutes=2)
    assert hall.do(lambda s: close_due(s, hall.id, hall.now))
    assert hall.do(lambda s: s.get_one(Outbox, row.id).status) == "cancelled"
    assert hall.do(lambda s: tell(s, hall.id, hall.now)) == 2
    assert hall.do(lambda s: tell(s, hall.id, hall.now)) == 0
    assert ["chưa có câu trả lời" in one.body["text"] for one in hall.queued()] == [True]
    hall.do(lambda s: setattr(s.get_one(Chat, 1), "person_id", None))
    hall.ask()
    assert hall.queued() == [], "the chat is not the player's any more"


def test_an_answer_that_came_in_time_is_read_before_the_result_is_told(hall: Hall) -> None:
    hall.enters(hall.player(1))
    hall.ask()
    hall.now += timedelta(minutes=1)
    hall.do(lambda s: close_due(s, hall.id, hall.now))
    waiting = {"channel": "telegram", "message_id": "m1", "chat_id": 1, "received_at": hall.now - timedelta(seconds=9)}
    hall.do(lambda s: s.add(Inbox(**waiting)))
    assert hall.do(lambda s: tell(s, hall.id, hall.now + timedelta(seconds=1))) == 0
    assert hall.do(lambda s: tell(s, hall.id, hall.now + timedelta(seconds=6))) == 1, "but not for ever"
