"""Everything that is neither a question nor a tap on a fresh button."""

from __future__ import annotations

import pytest

from bot.channels.message import Attachment, Message
from bot.conversation.actions import act
from bot.conversation.payloads import PAYLOAD_LIMIT, Verb, make, parse
from bot.conversation.ports import ChatContext, Repositories
from bot.conversation.turn import Turn
from bot.texts import phrases
from knowledge.answer_types import Action, Answer, AnswerKind
from lessons.catalogue import Catalogue
from tests.conversation.memory import Stored
from tests.conversation.passages import Noting
from tests.conversation.resident import NOON, Resident


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "?!", "\x00\x07", "\u200b", "x", "7"])
def test_nothing_said_is_met_kindly_and_not_kept(resident: Resident, stored: Stored, text: str) -> None:
    resident.agrees()
    assert "Trợ lý chưa hiểu" in resident.says(text)
    assert "Học bài" in resident.labels
    assert stored.questions == {}


def test_an_emoji_as_the_first_word_is_a_greeting(resident: Resident) -> None:
    assert "trợ lý tự động" in resident.says("👋")


def test_a_text_that_was_cut_is_asked_for_again(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    assert "dài quá" in resident.says("báo cáo " * 500)
    assert stored.questions == {}


def test_a_long_question_is_kept_short(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("sân chơi " * 400)
    (question,) = stored.questions.values()
    assert len(str(question["text"])) <= 1000
    assert len(str(resident.chat.state)) < 2000


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Attachment.PHOTO, "chưa xem được ảnh"),
        (Attachment.VOICE, "hình micro"),
        (Attachment.STICKER, "Cảm ơn"),
        (Attachment.FILE, "chưa đọc được tệp"),
        (Attachment.LOCATION, "không dùng vị trí"),
        (Attachment.OTHER, "chưa hiểu loại tin"),
    ],
)
def test_attachments_get_a_helpful_reply(resident: Resident, kind: Attachment, words: str) -> None:
    resident.agrees()
    assert words in resident.says("", attachment=kind)


def test_who_blocks_the_bot_is_left_alone_until_they_write_again(resident: Resident) -> None:
    resident.agrees()
    assert resident.says("", payload="blocked") == ""
    assert resident.chat.reachable is False
    assert "Bạn muốn làm gì" in resident.says("", payload="unblocked")
    assert resident.chat.reachable is True
    resident.says("", payload="blocked")
    resident.says("hạn nộp báo cáo thi đua")
    assert resident.chat.reachable is True


def test_a_caption_is_a_question(resident: Resident) -> None:
    resident.agrees()
    said = resident.says("quên mật khẩu vneid", attachment=Attachment.PHOTO)
    assert "chưa xem được ảnh" in said and "Ở màn hình đăng nhập VNeID" in said


@pytest.mark.parametrize(
    "payload",
    [
        "2mn",
        "1zz",
        "1",
        "mn",
        "1wd:khong-co",
        "1wd",
        "1gr:99999999999999",
        "1gr:-1",
        "1gr",
        "1jn:777",
        "1ch:1:1",
        "1rt:5",
        "1wr",
        "1tm:1",
        "1co:khong",
        "1co",
        "1le:khong",
        "1nx:1:0",
        "1op:1:1:1",
        "1su:9:9",
        "1ag:0:0",
        "1mn:" + "a" * 80,
        "<script>alert(1)</script>",
        "1wd:../../etc",
        "1MN",
        "\x00",
    ],
)
def test_old_and_invented_buttons_are_met_kindly(resident: Resident, payload: str) -> None:
    resident.agrees()
    assert "đã cũ" in resident.says("", payload=payload)
    assert "Học bài" in resident.labels


def test_a_number_that_two_lists_know_is_asked_about(resident: Resident) -> None:
    """The first answer and the notice below it each have a button 1: none may be taken for consent."""
    resident.says("quên mật khẩu vneid")
    said = resident.says("1")
    assert "chọn lại" in said
    assert resident.labels == ["Đúng", "Chưa đúng", "Đồng ý (từ 16 tuổi)", "Tôi dưới 16 tuổi", "Dùng ẩn danh"]
    assert resident.chat.person_id is None
    resident.says("3")
    assert resident.chat.person_id is not None


def test_a_button_that_two_lists_share_is_shown_once(resident: Resident) -> None:
    resident.says("/tiendo")
    resident.says("1")
    assert resident.labels == [
        "Đồng ý (từ 16 tuổi)",
        "Học bài",
        "Về trang chính",
        "Tôi dưới 16 tuổi",
        "Dùng ẩn danh",
    ]


@pytest.mark.parametrize("typed", ["2", "2.", "số 2", "(2)", "２", "2️⃣", "hoc bai", "Học bài"])
def test_the_menu_may_be_typed(resident: Resident, typed: str) -> None:
    resident.agrees()
    assert "bắt đầu từ đâu" in resident.says(typed)


def test_an_unknown_command_names_the_way_to_the_known_ones(resident: Resident) -> None:
    resident.agrees()
    assert "/trogiup" in resident.says("/khongco")
    assert "/dulieucuatoi" in resident.says("/trogiup@TroLyBot")


@pytest.mark.parametrize("phrase", [phrase for entries in phrases().values() for phrase in entries])
def test_every_phrase_leads_somewhere_without_asking_the_documents(
    resident: Resident, noting: Noting, phrase: str
) -> None:
    resident.agrees()
    for form in (phrase, phrase.upper()):
        resident.says(form)
    assert noting.calls == []


@pytest.mark.parametrize("action", list(Action))
def test_every_action_is_answered(
    noting: Noting, catalogue: Catalogue, repositories: Repositories, action: Action
) -> None:
    message = Message("web", "c", "m", "", NOON)
    turn = Turn(ChatContext(1, "web"), message, repositories, noting, catalogue, "")
    replies = act(turn, Answer(AnswerKind.ACTION, "Lời của kho kiến thức.", 0.0, action=action))
    assert replies and all(reply.text for reply in replies)


def test_payloads_survive_every_channel() -> None:
    payload = make(Verb.OPTION, 999999, 99, 7)
    assert len(payload.encode()) <= PAYLOAD_LIMIT
    tap = parse(payload)
    assert tap is not None and tap.args == ("999999", "99", "7")
    with pytest.raises(ValueError, match="not a payload"):
        make(Verb.LESSON, "b" * 70)
    with pytest.raises(ValueError, match="not a payload"):
        make(Verb.LESSON, "bài một")
