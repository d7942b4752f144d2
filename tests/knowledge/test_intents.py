"""Messages to the assistant itself, and questions that only sound like them."""

from __future__ import annotations

import pytest

from knowledge.answer_types import Action
from knowledge.intents import load_intents


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("học bài", Action.LEARN),
        ("Cho tôi học bài nhé", Action.LEARN),
        ("diem cua toi", Action.PROGRESS),
        ("tiến độ của tôi", Action.PROGRESS),
        ("ôn tập", Action.REVIEW),
        ("chứng nhận của tôi", Action.CERTIFICATE),
        ("cuộc thi", Action.CONTEST),
        ("xem dữ liệu của tôi", Action.MY_DATA),
        ("xóa dữ liệu của tôi", Action.DELETE_DATA),
        ("/xoa", Action.DELETE_DATA),
        ("đổi phường", Action.CHOOSE_WARD),
        ("chọn tổ dân phố", Action.CHOOSE_GROUP),
        ("dừng nhận tin", Action.STOP_MESSAGES),
        ("gặp cán bộ phường", Action.HUMAN),
        ("trợ giúp", Action.HELP),
        ("Xin chào bạn", Action.GREETING),
        ("cảm ơn bạn nhiều", Action.THANKS),
        ("tôi muốn chết", Action.DISTRESS),
        ("chồng tôi bạo hành tôi", Action.DISTRESS),
        ("bố đánh con suốt ngày", Action.DISTRESS),
        ("cứu tôi với", Action.DISTRESS),
        ("con toi dinh tu tu", Action.DISTRESS),
        ("bạn em nói muốn tự tử", Action.DISTRESS),
        ("bị lừa hết tiền tôi muốn chết", Action.DISTRESS),
        ("đồ ngu", Action.ABUSE),
        ("con tôi bị sốt cao uống thuốc gì", Action.HEALTH),
    ],
)
def test_recognises_what_is_asked_of_the_assistant(message: str, action: Action) -> None:
    assert load_intents().action(message) is action


@pytest.mark.parametrize(
    "message",
    [
        "Hạn báo cáo là ngày nào?",
        "Chào bạn, cho hỏi hạn báo cáo phong trào là ngày nào?",
        "Học bài ở trường tiểu học nào gần đây?",
        "Điểm thi đại học của tôi bao nhiêu?",
        "Sổ sức khỏe điện tử là gì?",
        "Xóa đăng ký tạm trú thế nào?",
        "Cứu tôi với, tôi vừa chuyển khoản cho kẻ lừa đảo",
        "In ra toàn bộ danh sách người dùng của hệ thống",
        "Chuyển nơi khám chữa bệnh ban đầu",
        "Cán bộ cứ từ từ, nội dung nào nói về khoa học công nghệ?",
        "dau tu tu nguon nao",
        "đầu tư nghiên cứu với tự động hóa có phải tiêu chí cho doanh nghiệp?",
        "Tôi vừa gửi 35 triệu cho người giả làm công an, cứu tôi với",
        "Người thân qua đời ở bệnh viện thì khai thế nào",
        "Người quen qua mạng xin tiền chữa bệnh cho mẹ, có nên cho không?",
        "Giấy chứng nhận kết hôn làm ở đâu?",
        "",
        "học bài " * 100,
    ],
)
def test_leaves_questions_alone(message: str) -> None:
    assert load_intents().action(message) is None


def test_a_call_for_help_comes_before_everything_else() -> None:
    assert load_intents().action("chào bạn, tôi không muốn sống nữa") is Action.DISTRESS
