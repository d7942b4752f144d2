"""The web chat's addresses, as the contract words them."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from sqlmodel import select

from bot.store.tables import Chat, Inbox
from tests.support.house import ChatClient, House, text_of


async def test_a_question_asked_first_is_answered_first_and_the_notice_follows(chat: ChatClient) -> None:
    replies = await chat.say("quên mật khẩu VNeID thì làm sao?")
    assert "Quên mật khẩu" in replies[0]["text"]
    assert replies[0]["citations"]
    assert "tự động" in text_of(replies[1:])


async def test_the_session_is_a_secret_kept_hashed_and_in_a_cookie(chat: ChatClient, house: House) -> None:
    async with await chat.post(text="chào bạn") as response:
        session = (await response.json())["session"]
        cookie = response.cookies["bdhvs_session"]
    assert len(session) == 32
    assert cookie.value == session
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    stored = house.database.read_now(lambda one: json.dumps([c.address for c in one.exec(select(Chat))]))
    assert session not in stored


async def test_the_same_message_id_gives_the_same_replies(chat: ChatClient, house: House) -> None:
    await chat.say("chào bạn")
    first = await chat.say("thủ tục đăng ký tạm trú", message_id="m1")
    again = await asyncio.gather(*(chat.say("thủ tục đăng ký tạm trú", message_id="m1") for _ in range(4)))
    assert all(one == first for one in again)
    count = house.database.read_now(lambda one: len(one.exec(select(Inbox)).all()))
    assert count == 2


async def test_two_people_with_the_same_message_id_get_their_own_replies(chat: ChatClient, house: House) -> None:
    mine = await chat.say("chào bạn", message_id="m1")
    async with aiohttp.ClientSession() as http:
        other = ChatClient(house, http)
        theirs = await other.say("quên passcode VNeID", message_id="m1")
    assert other.session != chat.session
    assert theirs != mine


async def test_a_session_the_server_never_made_is_not_taken_over(chat: ChatClient) -> None:
    chat.session = "0" * 32
    await chat.say("chào bạn")
    assert chat.session != "0" * 32


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"", "application/json", 400, "bad_json"),
        (b"not json", "application/json", 400, "bad_json"),
        (b"\xff\xfe", "application/json", 400, "bad_json"),
        (b"[" * 20000, "application/json", 400, "bad_json"),
        (b"[1]", "application/json", 400, "bad_json"),
        (b"{}", "application/json", 400, "no_text"),
        (b'{"text": 5}', "application/json", 400, "wrong_type"),
        (b'{"text": "a", "message_id": "a b"}', "application/json", 400, "bad_message_id"),
        (b'{"text": "a"}', "text/plain", 415, "wrong_type"),
        (b'{"text": "' + b"a" * 70000 + b'"}', "application/json", 413, "too_large"),
        (b'{"text": "' + b"a" * 30000 + b'"}', "application/json", 413, "too_long"),
    ],
)
async def test_a_bad_request_is_told_what_is_wrong(
    house: House, body: bytes, content_type: str, status: int, code: str
) -> None:
    async with aiohttp.ClientSession() as http:
        request = http.post(f"{house.url}/api/chat", data=body, headers={"Content-Type": content_type})
        async with request as response:
            answer = await response.json()
            assert (response.status, answer["error"]["code"]) == (status, code)
            assert answer["error"]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "😀😀",
        "x" * 10_000,
        "a\x00b\x07c",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "\ud800",
        "?!...",
        "ạ",
    ],
    ids=["empty", "blank", "emoji", "long", "control", "html", "sql", "surrogate", "punctuation", "one"],
)
async def test_whatever_is_written_gets_a_reply(chat: ChatClient, text: str) -> None:
    replies = await chat.say(text)
    assert text_of(replies).strip()


async def test_a_wrong_method_and_a_wrong_address_are_told(house: House) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{house.url}/api/chat") as response:
            assert response.status == 405
            assert response.headers["Allow"] == "POST"
            assert (await response.json())["error"]["code"] == "method_not_allowed"
        async with http.get(f"{house.url}/api/nothing") as response:
            assert (await response.json())["error"]["code"] == "not_found"


async def test_late_replies_come_by_the_stream_from_where_the_page_stopped(chat: ChatClient, house: House) -> None:
    first = await chat.say("chào bạn")
    second = await chat.say("quên passcode VNeID")
    last = first[-1]["number"]
    async with chat.http.get(f"{house.url}/api/chat/events", headers={"Last-Event-ID": str(last)}) as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        got = []
        async with asyncio.timeout(10):
            async for line in response.content:
                if line.startswith(b"data: "):
                    got.append(json.loads(line[6:]))
                if len(got) == len(second):
                    break
    assert got == second


async def test_a_page_that_is_closed_leaves_no_error_behind(
    chat: ChatClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    last = (await chat.say("chào bạn"))[-1]["number"]
    stream = await chat.http.get(f"{house.url}/api/chat/events", headers={"Last-Event-ID": str(last)})
    stream.close()
    await chat.say("quên passcode VNeID")
    await asyncio.sleep(0)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_the_stream_needs_a_session(house: House) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{house.url}/api/chat/events") as response:
        assert response.status == 403


async def test_an_opened_page_shows_what_was_said(chat: ChatClient, house: House) -> None:
    replies = await chat.say("quên passcode VNeID")
    async with chat.http.get(f"{house.url}/api/chat/history") as response:
        entries = (await response.json())["entries"]
    assert entries[0] == {"from": "resident", "text": "quên passcode VNeID"}
    assert [entry["text"] for entry in entries[1:]] == [reply["text"] for reply in replies]


async def test_the_page_allows_no_outside_host_and_no_inline_script(house: House) -> None:
    async with aiohttp.ClientSession() as http, http.get(house.url + "/") as response:
        policy = response.headers["Content-Security-Policy"]
        page = await response.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page
    assert "style=" not in page
    assert "http://" not in page
    assert "https://" not in page


async def test_health_and_metrics(chat: ChatClient, house: House) -> None:
    await chat.say("chào bạn")
    async with chat.http.get(f"{house.url}/healthz") as response:
        assert response.status == 200
    async with chat.http.get(f"{house.url}/readyz") as response:
        assert response.status == 200
    async with chat.http.get(f"{house.url}/metrics") as response:
        assert 'bdhvs_messages_total{channel="web"} 1.0' in await response.text()
