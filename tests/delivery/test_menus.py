"""A typed number means the menu the chat shows, also after a restart."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, select

from bot.channels.menus import choice
from bot.delivery.menus import SentMenus
from bot.store.database import Database
from bot.store.tables import Chat, Outbox, utc_now


def sent(database: Database, *labels: str, seconds: int, status: str = "sent", address: str = "lan") -> None:
    def unit(session: Session) -> None:
        chat = session.exec(select(Chat).where(Chat.address == address)).first()
        if chat is None:
            chat = Chat(channel="zalo-bot", address=address, state={})
            session.add(chat)
            session.flush()
        buttons = [{"label": label, "payload": f"1{label}"} for label in labels]
        body = {"text": "?", "buttons": buttons, "citations": []}
        at = utc_now() + timedelta(seconds=seconds)
        row = Outbox(chat_id=chat.id or 0, channel="zalo-bot", body=body, status=status, created_at=at, sent_at=at)
        session.add(row)

    database.write_now(unit)


async def test_the_last_message_sent_is_the_menu(database: Database) -> None:
    sent(database, "a", "b", seconds=0)
    sent(database, "c", "d", seconds=1)
    sent(database, "x", seconds=2, address="minh")
    sent(database, "e", "f", seconds=3, status="waiting")
    menus = SentMenus(database, "zalo-bot")
    assert await choice(menus, "lan", "2") == "1d"
    assert await choice(menus, "minh", "số 1") == "1x"
    assert await choice(menus, "lan", "3") is None
    assert await choice(menus, "nobody", "1") is None
    assert await choice(SentMenus(database, "zalo-oa"), "lan", "2") is None


async def test_a_message_without_choices_closes_the_menu(database: Database) -> None:
    sent(database, "a", "b", seconds=0)
    sent(database, seconds=1)
    assert await choice(SentMenus(database, "zalo-bot"), "lan", "1") is None


async def test_what_is_being_sent_may_be_answered_already(database: Database) -> None:
    sent(database, "a", seconds=0)
    sent(database, "b", seconds=1, status="sending")
    assert await choice(SentMenus(database, "zalo-bot"), "lan", "1") == "1b"
