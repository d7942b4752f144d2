"""Guides: the format is read with lines, facts are filled in, each section becomes a passage that can be quoted."""

from __future__ import annotations

import pytest

from knowledge.documents import DocumentKind
from knowledge.facts import Fact, Facts, MaterialError
from knowledge.guides import SECTIONS, Guide, parse_guide

FACTS = Facts([Fact("wait", "3", "không quá 03 ngày làm việc", "Công an, 2026-03", "2026-11-21")])

GUIDE = """\
---
id: thu-mot
title: Làm một việc
phrasings:
  - Làm việc này ở đâu?
  - "Việc kia: làm sao?"
audience: [everyone, parents]
topic: vneid
valid_from: 2025-07-01
valid_until: null
checked_on: 2026-11-21
sources:
  - name: Công an tỉnh
    where: conganthanhhoa.gov.vn
    date: 2026-03
related: []
---

## Trả lời

Bạn đến Công an phường.

## Cần chuẩn bị

- Thẻ căn cước.

## Các bước

1. Đến nơi.
2. Làm việc.

## Thời gian và lệ phí

- Thời gian: {{fact:wait}}.

## Hỏi ở đâu

- Công an phường, xã.

## Lưu ý

- Không đưa mã cho ai.
"""


def parse(text: str = GUIDE) -> Guide:
    return parse_guide(text, "services/thu-mot.md", FACTS)


def problems_of(text: str) -> list[str]:
    with pytest.raises(MaterialError) as caught:
        parse(text)
    return [str(problem) for problem in caught.value.problems]


def test_front_matter_is_read_as_written() -> None:
    guide = parse()
    assert guide.phrasings == ("Làm việc này ở đâu?", "Việc kia: làm sao?")
    assert guide.audience == ("everyone", "parents")
    assert (guide.valid_from, guide.valid_until) == ("2025-07-01", None)
    assert str(guide.sources[0]) == "Công an tỉnh, conganthanhhoa.gov.vn, 2026-03"


def test_each_section_is_a_passage_with_its_role() -> None:
    passages = parse().passages()
    assert [passage.role for passage in passages] == list(SECTIONS.values())
    assert [passage.section for passage in passages] == list(SECTIONS)
    assert passages[2].text == "1. Đến nơi.\n2. Làm việc."
    assert len({passage.id for passage in passages}) == len(passages)


def test_facts_are_filled_into_the_passage() -> None:
    fee = next(passage for passage in parse().passages() if passage.role == "fee")
    assert fee.text == "- Thời gian: không quá 03 ngày làm việc."


def test_only_the_answer_carries_title_and_phrasings() -> None:
    answer, *others = parse().passages()
    assert answer.questions == ("Làm một việc", "Làm việc này ở đâu?", "Việc kia: làm sao?")
    assert all(passage.questions == () for passage in others)


def test_passages_cite_a_dated_national_guide() -> None:
    document = parse().passages()[0].document
    assert (document.kind, document.ward) == (DocumentKind.GUIDE, None)
    assert document.checked_on == "2026-11-21"
    assert document.source == "Công an tỉnh, conganthanhhoa.gov.vn, 2026-03"


def test_windows_line_ends_read_the_same() -> None:
    assert [p.text for p in parse(GUIDE.replace("\n", "\r\n")).passages()] == [p.text for p in parse().passages()]


def test_an_unknown_fact_is_found_on_its_line() -> None:
    assert problems_of(GUIDE.replace("fact:wait", "fact:gone")) == [
        "services/thu-mot.md:34: no fact 'gone' in facts.yaml"
    ]


def test_a_section_missing_or_out_of_order_is_refused() -> None:
    [problem] = problems_of(GUIDE.replace("## Cần chuẩn bị\n\n- Thẻ căn cước.\n", ""))
    assert "sections must be, in order: Trả lời, Cần chuẩn bị" in problem
    assert "found: Trả lời, Các bước" in problem


def test_an_empty_section_is_refused_at_its_heading() -> None:
    assert problems_of(GUIDE.replace("- Thẻ căn cước.\n", "")) == [
        "services/thu-mot.md:23: section 'Cần chuẩn bị' is empty"
    ]


def test_all_front_matter_problems_come_together() -> None:
    broken = GUIDE.replace("title: Làm một việc\n", "titel: Làm một việc\n").replace("2025-07-01", "tháng 7")
    found = problems_of(broken)
    assert any("3: unknown field 'titel'" in problem for problem in found)
    assert any("front matter without 'title'" in problem for problem in found)
    assert "services/thu-mot.md:9: 'valid_from' must be YYYY, YYYY-MM, YYYY-MM-DD or null" in found


def test_the_id_must_be_the_file_name() -> None:
    assert "id must be the file's name without .md: 'thu-mot'" in problems_of(GUIDE.replace("thu-mot", "thu-hai"))[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must begin with '---'"),
        ("---\nid: thu-mot\n", "the front matter is not closed"),
        ("---\n- thu-mot\n---\n", "the front matter must be 'key: value' lines"),
        (GUIDE.replace("    where: conganthanhhoa.gov.vn\n", ""), "13: a source needs 'name' and 'where'"),
        (GUIDE.replace("topic: vneid", "topic: vneid\ntopic: portal"), "9: 'topic' is given twice"),
    ],
)
def test_a_broken_file_says_what_and_where(text: str, message: str) -> None:
    assert any(message in problem for problem in problems_of(text))
