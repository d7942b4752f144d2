"""Which ward a question names."""

from __future__ import annotations

import pytest

from knowledge.unit_wards import units_by_code
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


def test_every_unit_of_the_city_can_be_a_ward_with_a_plan_of_its_own() -> None:
    shipped = load_wards()
    assert len(units_by_code()) == 114
    assert {code for code in units_by_code() if code.startswith("cam-giang")} == {"cam-giang-10888", "cam-giang-10903"}
    for code in units_by_code():
        assert shipped[code].name
    with pytest.raises(KeyError):
        shipped["ha-noi"]


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("kế hoạch của phường Hồng Bàng ai ký", ["hong-bang"]),
        ("han bao cao o p. hong bang", ["hong-bang"]),
        ("tôi ở phường Sở Dầu cũ", ["hong-bang"]),
        ("quận Hồng Bàng", []),
        ("đặc khu Cát Hải có gì", ["cat-hai"]),
        ("huyện Cát Hải", []),
        ("phường Hưng Đạo", ["hung-dao"]),
        ("phường Lê Thanh Nghị", ["le-thanh-nghi"]),
        ("tinh thần quyết thắng", []),
    ],
)
def test_a_unit_that_got_a_plan_is_named_with_its_kind(question: str, codes: list[str]) -> None:
    wards = load_wards().including(["hong-bang", "cat-hai", "le-thanh-nghi", "quyet-thang", "hung-dao", None])
    assert [ward.code for ward in wards.mentions(question).wards] == codes


def test_without_a_plan_nothing_changes() -> None:
    assert load_wards().including(["hung-dao", None, "unknown"]) is load_wards()
