"""What is read from a plan for staff to confirm: only what it states."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.command import add_plan
from indexer.plan_reading import plan_reading, stated
from indexer.sections import read_plan
from tests.support.needs import ROOT
from tests.support.new_ward import PLAN_TEXT, plan_docx

PLANS = ROOT / "knowledge" / "plans"


@pytest.mark.parametrize("name", ["ke-hoach.txt", "ke-hoach.docx"])
def test_a_new_wards_plan_is_read_from_each_kind_of_file(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    source.write_bytes(PLAN_TEXT.encode() if name.endswith("txt") else plan_docx())
    stages: list[str] = []
    added = add_plan(
        source, "hong-bang", tmp_path / "plans", PLANS, None, lambda what, done, total: stages.append(what)
    )
    document, _ = read_plan(added)
    assert document.title == (
        "Kế hoạch triển khai phong trào “Bình dân học vụ số” trên địa bàn phường Hồng Bàng giai đoạn 2026 - 2030"
    )
    assert (document.number, document.date) == ("45/KH-UBND", "2026-03-12")
    assert (document.valid_from, document.valid_until) == ("2026", "2030")
    assert document.signer == "TM. ỦY BAN NHÂN DÂN, CHỦ TỊCH, Trần Thị Mẫu"
    found = plan_reading(added)
    assert (found["deadline"]["day"], found["deadline"]["month"]) == (20, 11)
    assert [phase[:14] for phase in found["phases"]] == ["1. Giai đoạn 1", "2. Giai đoạn 2"]
    assert any("80%" in target for target in found["targets"])
    assert found["offices"] == [
        "Phòng Văn hóa - Xã hội",
        "Trung tâm Phục vụ hành chính công",
        "Ủy ban Mặt trận Tổ quốc Việt Nam phường",
    ]
    assert stages == [], "nothing was repaired"


@pytest.mark.parametrize(
    ("ward", "deadline", "phases"),
    [("le-dai-hanh", (15, 12), 3), ("hung-dao", (5, 12), 2), ("thanh-binh", None, 2), ("dai-son", (1, 12), 2)],
)
def test_the_shipped_plans_give_their_own_deadlines_and_phases(
    ward: str, deadline: tuple[int, int] | None, phases: int
) -> None:
    found = plan_reading(PLANS / f"{ward}.md")
    read = found["deadline"] and (found["deadline"]["day"], found["deadline"]["month"])
    assert read == deadline
    assert len(found["phases"]) == phases
    assert found["offices"]


def test_the_front_matter_made_from_a_body_is_that_of_the_shipped_plan() -> None:
    for ward in ("hung-dao", "dai-son", "le-dai-hanh"):
        document, body = read_plan(PLANS / f"{ward}.md")
        made = stated(ward, body)
        assert made["signer"] == document.signer
        assert made.get("date") == document.date
        assert made["valid_until"] == document.valid_until


@pytest.mark.parametrize("body", ["", "Một đoạn không có đề mục.", "Số: /KH-UBND\n\nngày 31 tháng 13 năm 2026"])
def test_a_text_that_states_nothing_gives_nothing_made_up(body: str) -> None:
    assert set(stated("x", body)) <= {"date"}
