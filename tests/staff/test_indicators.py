"""The indicators on the staff site: the same digits everywhere, figures entered and imported, who sees what."""

from __future__ import annotations

import csv
import io
import random
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from sqlmodel import Session, select

from bot.conversation.ports import GroupView
from bot.conversation.ports_team import RoleView
from bot.indicators.definitions import COUNT
from bot.indicators.sheets import known_figures, worded
from bot.indicators.ward import SMALLEST_PUBLISHED, IndicatorTable, Period, indicator_table
from bot.staff.accounts import Role, add_account, use_link
from bot.store.tables import EnteredFigure, Person, ResidentialGroup, StaffMembership, utc_now
from bot.store.team import TeamRepository
from lessons.progress import local_day
from tests.indicators.lives import WARD, answer
from tests.support.house import PASSWORD
from tests.support.staff_browser import Browser
from tests.support.tables_of_people import workbook

BASE = f"/staff/w/{WARD}"
GROUPS = ("Tổ 1", "Tổ 2", "Thôn Đông", "=1+1")
SETTINGS = f"{BASE}/indicator-settings"
FIGURE_HEADINGS = ("Mã chỉ tiêu", "Tổ dân phố / thôn", "Ngày", "Tử số", "Mẫu số", "Tỷ lệ (%)", "Nguồn")


def live(session: Session, seed: int = 11) -> None:
    """Groups of different sizes whose people have learnt something in the last weeks."""
    chance = random.Random(seed)
    for number, name in enumerate(GROUPS, 1):
        adults = None if number == 3 else 1000 * number + 1
        session.add(ResidentialGroup(id=number, ward_code=WARD, name=name, adults=adults, join_code=f"j{number}"))
    session.flush()
    for number in range(1, 41):
        group = 4 if number < 4 else chance.randint(1, 3)
        session.add(Person(id=number, ward_code=WARD, group_id=group, called=f"Bác {number}"))
        session.flush()
        for question in range(1, chance.randint(2, 8)):
            at = utc_now() - timedelta(days=chance.randint(1, 40))
            lesson = f"an-toan-{question // 3}"
            answer(session, number, group, "an-toan", lesson, question, chance.random() < 0.7, at)


def table_now(browser: Browser, **more: Any) -> IndicatorTable:
    today = local_day(utc_now())
    period = Period(today.replace(month=1, day=1), today)
    return browser.house.database.read_now(lambda session: indicator_table(session, WARD, period, **more))


async def signed_in(browser: Browser, role: Role = Role.STAFF, group: int | None = None) -> None:
    def unit(session: Session) -> None:
        token = add_account(session, "lan", "Lan", {WARD: role})
        session.flush()
        use_link(session, token, "lan", "", PASSWORD, utc_now())

    browser.house.database.write_now(unit)
    if group is not None:
        browser.house.database.write_now(
            lambda session: setattr(session.exec(select(StaffMembership)).one(), "group_id", group)
        )
    await browser.sign_in("lan")


def shown_rows(page: str) -> list[list[str]]:
    """The value of each cell of the page's table, row by row."""
    table = re.search(r'<table id="indicators">(.*?)</table>', page, re.S)
    assert table
    found = []
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table[1], re.S)[2:]:
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        found.append([re.sub(r"<small>.*?</small>|<[^>]+>", "", cell).strip() for cell in cells])
    return found


async def test_every_digit_is_the_same_everywhere(browser: Browser) -> None:
    await signed_in(browser)
    browser.house.database.write_now(live)
    status, page = await browser.get(f"{BASE}/indicators")
    assert status == 200, page
    table = table_now(browser)
    wanted = [
        [
            row.name,
            *(worded(figure, one.definition.unit) for one, figure in zip(table.indicators, row.figures, strict=True)),
        ]
        for row in (*table.groups, table.total)
    ]
    assert shown_rows(page) == wanted
    assert any(figure.value for figure in table.total.figures)

    async with browser.http.get(f"{browser.house.url}{BASE}/indicators.csv") as response:
        lines = list(csv.reader(io.StringIO((await response.read()).decode("utf-8-sig"))))
    values = [number for number, name in enumerate(lines[0]) if "tử số" not in name and "mẫu số" not in name]
    assert [[row[number].removeprefix("'") for number in values] for row in lines[1:]] == wanted
    assert any(row[0] == "'=1+1" for row in lines)

    async with browser.http.get(f"{browser.house.url}{BASE}/indicators.xlsx") as response:
        sheet = load_workbook(io.BytesIO(await response.read())).worksheets[0]
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    figures = [[row[number] for number in values[1:]] for row in rows]
    assert figures == [
        [None if figure.value is None else float(figure.value) for figure in row.figures]
        for row in (*table.groups, table.total)
    ]
    assert not any(str(cell.value).startswith("=") for row in sheet.iter_rows() for cell in row)

    def told(session: Session) -> Any:
        groups = tuple(GroupView(row.group_id or 0, WARD, row.name, "") for row in table.groups)
        return TeamRepository(session).progress(RoleView("leader", WARD, groups), utc_now())

    for said, row in zip(browser.house.database.write_now(told), table.groups, strict=True):
        said_values = [value for _, value in said.indicators]
        assert said_values == [
            worded(figure, one.definition.unit) + ("" if one.definition.unit == COUNT else " %")
            for one, figure in zip(table.indicators, row.figures, strict=True)
            if figure.value is not None
        ]

    def resident_is_told(session: Session) -> Any:
        found = [TeamRepository(session).standing(WARD, row.group_id or 0, utc_now()) for row in table.groups]
        return [(one.group, one.value) for one in found if one is not None]

    published = table_now(browser, published=True)
    assert browser.house.database.write_now(resident_is_told) == [
        (row.name, next(value for _, value in known_figures(published, row)))
        for row in published.groups
        if row.group_id is not None and row.learners >= SMALLEST_PUBLISHED
    ]


async def test_what_is_published_hides_small_groups(browser: Browser) -> None:
    await signed_in(browser, Role.READ_ONLY)
    browser.house.database.write_now(live)
    _, page = await browser.get(f"{BASE}/indicators")
    names = [row[0] for row in shown_rows(page)]
    assert "=1+1" not in names
    assert "Các tổ có dưới 5 người học" in names
    merged = table_now(browser, published=True)
    assert all(row.learners >= SMALLEST_PUBLISHED for row in merged.groups)
    assert sum(row.learners for row in merged.groups) == merged.total.learners
    assert (await browser.get(f"{BASE}/indicators/K1/people?group=1"))[0] == 403
    assert (await browser.get(f"{BASE}/indicators-history.xlsx"))[0] == 403
    for query in ("?from=2026-05-01&to=2026-04-01", "?from=hôm nay"):
        assert (await browser.get(f"{BASE}/indicators{query}"))[0] == 400
    assert "/people?" not in page


async def test_a_leader_sees_the_own_group_and_its_people_only(browser: Browser) -> None:
    browser.house.database.write_now(live)
    await signed_in(browser, Role.LEADER, group=1)
    _, page = await browser.get(f"{BASE}/indicators")
    assert [row[0] for row in shown_rows(page)] == ["Tổ 1", "Toàn phường, xã"]
    status, people = await browser.get(f"{BASE}/indicators/K1/people?group=1")
    assert status == 200
    table = table_now(browser, codes=["K1"], only_group=1)
    assert people.count("<li>Bác") == table.total.figures[0].numerator
    assert (await browser.get(f"{BASE}/indicators/K1/people?group=2"))[0] == 404


async def test_a_ward_chooses_sets_targets_adds_its_own_and_enters_figures(browser: Browser) -> None:
    await signed_in(browser)
    browser.house.database.write_now(live)
    wrong = {"code": "K3", "target-K3": "120"}
    assert "phần trăm" in (await browser.submit(SETTINGS, SETTINGS, **wrong))[1]
    own = {"code": "px1", "unit": "count", "period": "in_period", "name": "Số chợ không dùng tiền mặt"}
    status, page = await browser.submit(
        SETTINGS, f"{SETTINGS}/own", **own, numerator="Số chợ", source="Kế hoạch của phường", target="2"
    )
    assert status == 200, page
    assert "PX1" in page
    status, page = await browser.submit(
        SETTINGS, SETTINGS, **{"code": "K3", "target-K3": "85,5", "due-K3": "2026-12-31"}
    )
    assert [one.definition.code for one in table_now(browser).indicators] == ["K3"]
    assert table_now(browser).indicators[0].target == Decimal("85.5")
    today = local_day(utc_now()).isoformat()
    entry = {"code": "K3", "group": "", "day": today, "source": "Công an phường"}
    for fields, says in (
        ({"numerator": "9", "denominator": "8"}, "lớn hơn mẫu số"),
        ({"numerator": "9"}, "cả mẫu số"),
        ({}, "ghi số liệu"),
        ({"percent": "101"}, "từ 0 đến 100"),
        ({"numerator": "9", "denominator": "10", "percent": "90"}, "hoặc chỉ ghi tỷ lệ"),
    ):
        status, page = await browser.submit(SETTINGS, f"{SETTINGS}/figures", **entry, **fields)
        assert (status, says in page) == (400, True), (fields, page)
    await browser.submit(SETTINGS, f"{SETTINGS}/figures", **entry, percent="85,3")
    await browser.submit(
        SETTINGS, f"{SETTINGS}/figures", **{**entry, "group": "1"}, numerator="1.000", denominator="3000"
    )
    table = table_now(browser)
    assert [row.figures[0].value for row in table.groups if row.group_id == 1] == [Decimal("33.3")]
    assert table.total.figures[0].value == Decimal("85.3")
    assert table.total.figures[0].entry is not None
    assert table.total.figures[0].entry.source == "Công an phường"
    _, page = await browser.submit(SETTINGS, f"{SETTINGS}/figures/1/withdraw")
    assert "đã rút" in page
    assert table_now(browser).total.figures[0].value == Decimal("33.3")


async def test_figures_are_imported_with_what_is_wrong_told_and_taken_back(browser: Browser) -> None:
    await signed_in(browser)
    browser.house.database.write_now(live)
    await browser.submit(SETTINGS, SETTINGS, **{"code": "K5"})
    rows = [
        ("K5", "Tổ 1", "31/10/2026", 120, 890, None, "Trung tâm"),
        ("k5", None, "31/10/2026", None, None, "85,3", "Trung tâm"),
        ("K1", None, "31/10/2026", 1, 2, None, "không nhập được"),
        ("K5", "Tổ 9", "31/10/2026", 1, 2, None, "không có tổ"),
        ("K5", "Tổ 2", "31/13/2026", 1, 2, None, "ngày sai"),
        ("K5", "Tổ 2", "31/10/2026", 3, 2, None, "lớn hơn"),
        ("K5", "Tổ 2", "31/10/2026", 1, 2, None, None),
    ]
    form = f"{BASE}/import/figures"
    _, page = await browser.send_file(form, form, "so-lieu.xlsx", workbook(FIGURE_HEADINGS, rows))
    assert page.count("Dòng ") >= 5
    for says in ("không có trong các chỉ tiêu", "chưa có “Tổ 9”", "“31/13/2026”", "lớn hơn mẫu số", "để trống"):
        assert says in page, says
    _, page = await browser.submit(f"{form}/1", f"{form}/1/confirm")
    found = browser.house.database.read_now(lambda session: session.exec(select(EnteredFigure)).all())
    assert [(row.group_id, row.numerator, row.percent, row.entered_by) for row in found] == [
        (1, 120, None, "Lan"),
        (None, None, Decimal("85.30"), "Lan"),
    ]
    await browser.submit(form, f"{form}/1/undo")
    found = browser.house.database.read_now(lambda session: session.exec(select(EnteredFigure)).all())
    assert all(row.withdrawn_at for row in found)
