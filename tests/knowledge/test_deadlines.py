"""Report deadlines as a plan's text says them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.deadlines import report_addressee, report_deadlines

PLANS = Path(__file__).parents[2] / "knowledge" / "plans"
TODAY = date(2026, 11, 21)


def plan(folder: Path, body: str, front: str = "ward: hung-dao\ntitle: Kế hoạch 1") -> list[Path]:
    file = folder / "plan.md"
    file.write_text(f"---\n{front}\n---\n\n{body}\n", encoding="utf-8")
    return [file]


def test_the_shipped_plans_say_when_their_report_is_due() -> None:
    """As printed: before 01/12 (Đại Sơn), 05/12 (Hưng Đạo), 15/12 (Lê Đại Hành, Tứ Kỳ); Thanh Bình names no day."""
    found = {one.ward: one.next_due(TODAY) for one in report_deadlines(sorted(PLANS.glob("*.md")), TODAY)}
    assert found == {
        "dai-son": date(2026, 11, 30),
        "hung-dao": date(2026, 12, 4),
        "le-dai-hanh": date(2026, 12, 14),
        "tu-ky": date(2026, 12, 14),
    }


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("Định kỳ hàng năm gửi báo cáo trước ngày 15 tháng 12.", [date(2026, 12, 14)]),
        ("Hằng năm báo cáo trước 10/11.", [date(2027, 11, 9)]),
        ("Gửi báo cáo định kỳ trước ngày 25 hằng tháng.", [date(2026, 11, 24)]),
        ("Gửi báo cáo định kỳ trước ngày 20 hàng quý.", [date(2026, 12, 19)]),
        ("Báo cáo định kỳ 6 tháng trước ngày 15/6 và năm trước ngày 15/12.", [date(2027, 6, 14), date(2026, 12, 14)]),
        ("Báo cáo định kỳ trước ngày 31 hằng tháng.", [date(2026, 11, 29)]),
        ("Gửi báo cáo tổng kết trước ngày 15/12/2025 theo định kỳ.", []),
        ("Gửi báo cáo trước ngày 15/12.", []),
        ("Định kỳ hàng năm trước ngày 15/12 họp tổng kết.", []),
        ("Định kỳ báo cáo trước ngày 45/13.", []),
    ],
)
def test_how_a_deadline_is_written(tmp_path: Path, said: str, due: list[date]) -> None:
    assert [one.next_due(TODAY) for one in report_deadlines(plan(tmp_path, said), TODAY)] == due


def test_a_plan_that_ended_or_was_replaced_asks_for_nothing(tmp_path: Path) -> None:
    said = "Định kỳ hàng năm gửi báo cáo trước ngày 15/12."
    for front in (
        "ward: a\nvalid_until: '2025'",
        "ward: a\nvalid_until: 2026-10-01",
        "ward: a\nreplaced_by: Kế hoạch 2",
    ):
        assert report_deadlines(plan(tmp_path, said, front), TODAY) == []
    assert len(report_deadlines(plan(tmp_path, said, "ward: a\nvalid_until: '2026'"), TODAY)) == 1


def test_the_shipped_plans_say_to_whom_their_report_goes() -> None:
    found = {plan.stem: report_addressee(plan, plan.stem, TODAY) for plan in sorted(PLANS.glob("*.md"))}
    assert found == {
        "dai-son": "Ủy ban nhân dân xã qua phòng Văn hóa – Xã hội xã",
        "hung-dao": "Ủy ban nhân dân thành phố qua Ban Thi đua - Khen thưởng, Sở Nội vụ",
        "le-dai-hanh": "Ủy ban nhân dân phường qua Phòng Văn hóa-Xã hội",
        "thanh-binh": None,
        "tu-ky": "Ủy ban nhân dân thành phố qua Ban Thi đua - Khen thưởng thành phố",
    }


def test_a_plan_of_another_ward_or_that_ended_names_nobody(tmp_path: Path) -> None:
    said = "Tổng hợp, báo cáo kết quả hằng năm gửi về Sở Nội vụ."
    assert report_addressee(plan(tmp_path, said)[0], "hung-dao", TODAY) == "Sở Nội vụ"
    assert report_addressee(plan(tmp_path, said)[0], "tu-ky", TODAY) is None
    assert report_addressee(plan(tmp_path, said, "ward: hung-dao\nvalid_until: '2025'")[0], "hung-dao", TODAY) is None
