"""What is to be checked again: on the staff site and on the command line."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import aiohttp
import pytest

from bot.checking import stale, stale_material
from bot.editing import with_edits, write_material
from bot.settings import Settings
from bot.staff.accounts import Role
from tests.staff.test_site import Browser
from tests.support.house import House

GUIDE = "vneid-quen-mat-khau"
FACT = "vneid-level2-wait"


@pytest.fixture
def old(tmp_path: Path) -> Settings:
    """The shipped material with one fact and one guide last checked in January 2020."""
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", material_dir=tmp_path / "old")
    write_material(Settings(_env_file=None), (), tmp_path / "old")
    facts = tmp_path / "old/knowledge/facts.yaml"
    text = facts.read_text(encoding="utf-8")
    place = text.index("checked_on: ", text.index(f"id: {FACT}\n"))
    facts.write_text(text[:place] + "checked_on: 2020-01-02" + text[place + 22 :], encoding="utf-8")
    guide = tmp_path / f"old/knowledge/services/{GUIDE}.md"
    lines = guide.read_text(encoding="utf-8").splitlines()
    changed = ["checked_on: 2020-01-03" if line.startswith("checked_on:") else line for line in lines]
    guide.write_text("\n".join(changed) + "\n", encoding="utf-8")
    assert with_edits(settings, ()) is settings
    return settings


def test_what_was_not_checked_for_long_is_found_with_its_source_and_use(old: Settings) -> None:
    assert old.material_dir
    found = stale_material(old.material_dir / "knowledge", 180, date(2020, 12, 1))
    assert [(one.id, one.checked_on) for one in found.facts] == [(FACT, "2020-01-02")]
    assert [one.id for one in found.guides] == [GUIDE]
    assert found.facts[0].guides and found.facts[0].sources[0].startswith("Công an") and found.guides[0].sources
    assert found.oldest == "2020-01-02"
    assert stale_material(old.material_dir / "knowledge", 400, date(2020, 12, 1)).facts == ()


def test_the_command_lists_facts_and_guides(old: Settings) -> None:
    lines = list(stale(old, (date.today() - date(2020, 6, 1)).days))
    assert [line.split()[:3] for line in lines] == [
        ["2020-01-02", "fact", f"{FACT}:"],
        ["2020-01-03", "guide", f"{GUIDE}:"],
    ]


async def test_staff_see_it_and_others_do_not(house: House, old: Settings) -> None:
    assert old.material_dir
    house.staff("lan", {"hung-dao": Role.STAFF})
    house.staff("mai", {"hung-dao": Role.LEADER})
    house.application.material.root = old.material_dir
    for name, status in (("lan", 200), ("mai", 403)):
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            browser = Browser(house, http)
            await browser.sign_in(name)
            got, body = await browser.get("/staff/w/hung-dao/stale?days=365")
            assert got == status
            if status == 200:
                assert "không quá 03 ngày làm việc" in body and "02/01/2020" in body and "03/01/2020" in body
                shutil.rmtree(old.material_dir / "knowledge/services")
                (old.material_dir / "knowledge/services").mkdir()
                facts = old.material_dir / "knowledge/facts.yaml"
                facts.write_text(
                    facts.read_text(encoding="utf-8").replace("2020-01-02", "2099-01-01"), encoding="utf-8"
                )
                assert "Mọi dữ liệu đã được kiểm tra" in (await browser.get("/staff/w/hung-dao/stale?days=x"))[1]
