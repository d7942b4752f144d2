"""What is private in a question is taken out; what is not stays."""

from __future__ import annotations

import pytest

from bot.conversation.masking import Private, mask


@pytest.mark.parametrize(
    ("question", "hidden", "kind"),
    [
        ("gọi tôi 0912345678 nhé", "0912345678", Private.PHONE),
        ("số 0912.345.678 của tôi", "0912.345.678", Private.PHONE),
        ("số +84 912 345 678", "+84 912 345 678", Private.PHONE),
        ("cccd 030123456789 bị sai tên", "030123456789", Private.IDENTITY),
        ("số 030 123 456 789 bị sai", "030 123 456 789", Private.IDENTITY),
        ("cmnd 142345678 cũ", "142345678", Private.IDENTITY),
        ("chuyển vào stk 19034567", "19034567", Private.ACCOUNT),
        ("so tai khoan cua toi la 1903456789012", "1903456789012", Private.ACCOUNT),
        ("thẻ 4111 1111 1111 1111 của tôi", "4111 1111 1111 1111", Private.CARD),
        ("số thẻ 9704123412341234", "9704123412341234", Private.CARD),
        ("viết cho lan.nguyen@gmail.com", "lan.nguyen@gmail.com", Private.EMAIL),
        ("mã otp là 482913", "482913", Private.OTP),
        ("OTP: 4829", "4829", Private.OTP),
        ("ma xac thuc 123456", "123456", Private.OTP),
        ("mật khẩu của tôi là Lan@1965", "Lan@1965", Private.PASSWORD),
        ("mk: hoalan", "hoalan", Private.PASSWORD),
    ],
)
def test_private_pieces_are_hidden(question: str, hidden: str, kind: Private) -> None:
    masked = mask(question)
    assert masked.kinds == (kind,)
    assert hidden not in masked.text
    assert "[" in masked.text


@pytest.mark.parametrize(
    "question",
    [
        "Kế hoạch số 150/KH-UBND ngày 22/12/2024 nói gì?",
        "sinh ngày 22.12.1965 thì sao",
        "phạt 10.000.000 đồng phải không",
        "thu 1.500.000.000 đồng một năm",
        "mã OTP là gì",
        "mã OTP có 6 số phải không",
        "mật khẩu VNeID là gì, dài mấy ký tự",
        "mật khẩu là bao nhiêu ký tự",
        "passcode 6 số quên rồi",
        "tổng đài 19000368 hỏi gì",
        "tuổi 65 học được không, có 5 bài à",
        "mã thủ tục 1.004194",
    ],
)
def test_ordinary_numbers_stay(question: str) -> None:
    masked = mask(question)
    assert masked.kinds == ()
    assert masked.text == question


def test_only_what_opens_an_account_is_a_secret() -> None:
    assert mask("gọi 0912345678, cccd 030123456789").secrets == ()
    assert mask("otp 123456, mật khẩu: Abc1234").secrets == (Private.OTP, Private.PASSWORD)
