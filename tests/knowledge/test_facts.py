"""Facts: loaded whole or refused with every line that is wrong, put into texts by name, found when stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.facts import Fact, Facts, MaterialError, UnknownFactError, load_facts

GOOD = """\
- id: fee-online
  value: 7000
  wording: 7.000 đồng
  source: Nơi ban hành, 2026-03
  checked_on: 2026-11-21
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "facts.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def fact(fact_id: str, checked_on: str) -> Fact:
    return Fact(fact_id, "1", "một", "nguồn", checked_on)


def test_a_fact_keeps_its_figure_as_written(tmp_path: Path) -> None:
    facts = load_facts(write(tmp_path, GOOD))
    assert facts["fee-online"].value == "7000"
    assert facts["fee-online"].checked_on == "2026-11-21"
    assert facts.fill("Nộp {{fact:fee-online}} thôi.") == "Nộp 7.000 đồng thôi."


def test_every_problem_is_reported_with_its_line(tmp_path: Path) -> None:
    text = GOOD + "- id: Fee Online\n  value: 1\n  wording: một\n  source: x\n  checked_on: hôm qua\n- id: bare\n"
    with pytest.raises(MaterialError) as caught:
        load_facts(write(tmp_path, text))
    found = [(problem.line, problem.message) for problem in caught.value.problems]
    assert (6, "id 'Fee Online': use a-z, 0-9 and single hyphens") in found
    assert (10, "checked_on must be a day, YYYY-MM-DD") in found
    assert (11, "fact without 'source'") in found


def test_an_impossible_day_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="checked_on must be a day"):
        load_facts(write(tmp_path, GOOD.replace("2026-11-21", "2026-02-30")))


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match=r"facts\.yaml:6: fact 'fee-online' is already on line 1"):
        load_facts(write(tmp_path, GOOD + GOOD))


def test_a_misspelt_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="unknown field 'sorce'"):
        load_facts(write(tmp_path, GOOD + "  sorce: x\n"))


def test_broken_yaml_says_where(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match=r"facts\.yaml:7: YAML cannot be read"):
        load_facts(write(tmp_path, GOOD + '- id: "open\n'))


def test_a_missing_or_unreadable_file_is_a_material_error(tmp_path: Path) -> None:
    with pytest.raises(MaterialError, match="file not found"):
        load_facts(tmp_path / "facts.yaml")
    (tmp_path / "facts.yaml").write_bytes(b"- id: \xff\xfe\n")
    with pytest.raises(MaterialError, match="not UTF-8"):
        load_facts(tmp_path / "facts.yaml")


def test_an_unknown_fact_is_named() -> None:
    with pytest.raises(UnknownFactError, match="no fact 'nothing'"):
        Facts([]).fill("{{fact:nothing}}")


def test_facts_named_in_a_text_come_once_in_order() -> None:
    facts = Facts([fact("a", "2026-01-01"), fact("b", "2026-01-01")])
    assert [each.id for each in facts.named_in("{{fact:b}} {{fact:a}} {{fact:b}}")] == ["b", "a"]
