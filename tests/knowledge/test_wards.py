"""Which ward a question names."""

from __future__ import annotations

import pytest

from knowledge.wards import is_slip, load_wards


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("Phường Hưng Đạo nộp báo cáo ngày nào?", ["hung-dao"]),
        ("phuong hung dao nop bao cao ngay nao", ["hung-dao"]),
        ("phuong hung doa bao cao khi nao", ["hung-dao"]),
        ("ở xã Tứ Kỳ", ["tu-ky"]),
        ("thị trấn Tứ Kỳ cũ", ["tu-ky"]),
        ("so sánh phường Lê Đại Hành và xã Đại Sơn", ["le-dai-hanh", "dai-son"]),
        ("Sơ kết thì xã Đại Sơn có bằng khen gì?", ["dai-son"]),
        ("so ket thi xa dai son co bang khen gi", ["dai-son"]),
        ("Tôi ở Hưng Đạo nhưng muốn biết phường Lê Đại Hành hẹn nộp báo cáo hôm nào?", ["le-dai-hanh"]),
        ("Tôi ở Hưng Đạo, hạn báo cáo là ngày nào?", ["hung-dao"]),
        ("Phường Hưng Đạo và Lê Đại Hành nộp báo cáo ngày nào?", ["hung-dao", "le-dai-hanh"]),
        ("đường Trần Hưng Đạo ở đâu", []),
        ("xã hội số là gì", []),
        ("Văn bản điện tử, ký số 100% là sao?", []),
        ("", []),
    ],
)
def test_finds_the_wards_named(question: str, codes: list[str]) -> None:
    assert [ward.code for ward in load_wards().mentions(question).wards] == codes


def test_successor_of_a_merged_ward_leads_to_the_old_plan() -> None:
    mentions = load_wards().mentions("kế hoạch của phường Lê Thanh Nghị")
    assert mentions.wards[0].code == "thanh-binh"
    assert mentions.by_successor


@pytest.mark.parametrize("place", ["phường Hồng Bàng", "xã Hưng Đạo", "huyện Tứ Kỳ", "phường Thanh Sơn Tây"])
def test_other_places_are_recognised(place: str) -> None:
    mentions = load_wards().mentions(f"kế hoạch của {place} ai ký?")
    assert mentions.wards == ()
    assert mentions.elsewhere == (place,)


def test_names_are_taken_out_of_the_rest() -> None:
    mentions = load_wards().mentions("Hạn báo cáo của phường Hưng Đạo là bao giờ?")
    assert mentions.rest == "Hạn báo cáo của là bao giờ?"
    assert mentions.names == "phường Hưng Đạo"


@pytest.mark.parametrize(
    ("written", "meant", "slip"),
    [("doa", "dao", True), ("dao", "dao", False), ("hnh", "hanh", True), ("hhanh", "hanh", True), ("ba", "dao", False)],
)
def test_one_slip_of_a_finger(written: str, meant: str, slip: bool) -> None:
    assert is_slip(written, meant) is slip
