"""A ward's own account keeps its messages, chats, pushes and articles to itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from bot.channels.account import account_name, kind_of, ward_of, webhook_path
from bot.channels.message import Message
from bot.conversation.ports import ChatContext
from bot.delivery.articles import Articles
from bot.delivery.inbox import DurableInbox
from bot.delivery.reach import Audience, Why, reach
from bot.store import consents
from bot.store.consents import MESSAGES
from bot.store.database import Database
from bot.store.linking import LinkRepository
from bot.store.repositories import bind
from bot.store.tables import Broadcast, Chat, Person, ResidentialGroup

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
SHARED, OWN, OTHER = "zalo-oa", "zalo-oa@hung-dao", "zalo-oa@tu-ky"


def test_a_name_says_platform_ward_and_webhook() -> None:
    assert account_name("telegram") == "telegram" and account_name("zalo-oa", "hung-dao") == OWN
    assert [(kind_of(one), ward_of(one)) for one in (SHARED, OWN)] == [("zalo-oa", None), ("zalo-oa", "hung-dao")]
    assert webhook_path("telegram") == "/webhooks/telegram"
    assert webhook_path(OWN) == "/webhooks/zalo-oa/hung-dao"


async def test_accounts_number_their_messages_and_chats_each_for_itself(database: Database) -> None:
    inbox = DurableInbox(database, lambda chat: None)
    for account in (SHARED, OWN, OTHER):
        assert await inbox.receive(Message(account, "11", "u1", "xin chào", NOON)), "another account's message"
        assert not await inbox.receive(Message(account, "11", "u1", "xin chào", NOON))
    assert len(database.read_now(lambda session: session.exec(select(Chat)).all())) == 3


def test_a_wards_messages_leave_by_no_other_wards_account(database: Database) -> None:
    def unit(session: Session) -> None:
        for number, account in enumerate((SHARED, OWN, OTHER), start=1):
            session.add(Person(id=number, ward_code="hung-dao"))
            session.flush()
            consents.give(session, number, MESSAGES, "1", NOON)
            session.add(Chat(id=number, channel=account, address="11", person_id=number, state={}, last_seen_at=NOON))

    database.write_now(unit)
    found = database.read_now(lambda session: reach(session, "hung-dao", Audience(), NOON))
    assert found.chats == [1, 2] and found.out == {3: Why.NO_CHAT}
    silent = NOON + timedelta(hours=49)
    found = database.read_now(lambda session: reach(session, "hung-dao", Audience(), silent))
    assert found.chats == [1, 2], "nothing says that the accounts may not pay"


def test_there_is_no_other_ward_on_a_wards_own_account(database: Database) -> None:
    def unit(session: Session) -> None:
        session.add(ResidentialGroup(id=1, ward_code="hung-dao", name="Tổ 1", join_code="here"))
        session.add(ResidentialGroup(id=2, ward_code="tu-ky", name="Thôn 1", join_code="there"))
        session.flush()
        wards = bind(session, OWN).wards
        assert [ward.code for ward in wards.all()] == ["hung-dao"]
        assert wards.get("tu-ky") is None and wards.group(2) is None and wards.group_by_join_code("there") is None
        assert wards.group(1) and wards.group_by_join_code("here")
        assert len(bind(session, SHARED).wards.all()) == 5

    database.write_now(unit)


def test_an_account_of_another_ward_is_not_linked(database: Database) -> None:
    def unit(session: Session) -> None:
        session.add_all([Person(id=1, ward_code="hung-dao"), Person(id=2)])
        session.add_all([Chat(id=number, channel=OTHER, address=str(number), state={}) for number in (1, 2)])
        session.flush()
        links = LinkRepository(session)
        for person, linked in ((1, False), (2, True)):
            code = links.make_code(person, NOON)
            chat = ChatContext(id=person, channel=OTHER)
            assert links.link(chat, code, NOON) is linked
        assert session.get_one(Person, 2).ward_code == "tu-ky", "who chose no ward is now that ward's resident"

    database.write_now(unit)


async def test_a_wards_article_goes_to_its_own_followers(database: Database) -> None:
    def unit(session: Session) -> None:
        for number, ward in enumerate(("hung-dao", "tu-ky"), start=1):
            session.add(
                Broadcast(
                    id=number, ward_code=ward, body={"text": "x"}, audience={}, author="Mai", status="running",
                    start_at=NOON, article_id=f"of-{ward}", article_status="waiting",
                )
            )  # fmt: skip

    database.write_now(unit)
    taken: list[str] = []

    async def send(account: str, article: str) -> str:
        taken.append(f"{account} {article}")
        return "m"

    for account in (SHARED, OWN):
        articles = Articles(database, lambda article, account=account: send(account, article), account)
        for _ in range(2):
            await articles.step(["hung-dao"])
    assert taken == [f"{SHARED} of-tu-ky", f"{OWN} of-hung-dao"]
