"""What a ward's plan says that staff should confirm: deadline, phases, targets, offices, who signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from indexer.sections import LIST_ROLE, NUMBER_SECTION, SIGNER_SECTION, TITLE_SECTION, plan_passages, read_plan
from knowledge.documents import DocumentInfo, DocumentKind, Passage
from knowledge.topics import load_topics

MOST = 20  # entries of one kind: the longest plan seen has eleven targets and twelve offices
TEXT_LIMIT = 240  # characters of an entry: enough to recognise it
_DAY = re.compile(r"trước(?: ngày)? (\d{1,2})[/.-](\d{1,2})\b", re.IGNORECASE)
_PHASE = re.compile(r"^\W*(?:\d+\.\s*)?(?:Giai đoạn|Năm 20\d\d|Từ năm)", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3}(?:,\d+)?)\s*%")
_OFFICE = re.compile(
    r"^(?:\d+(?:\.\d+)*\.?\s*|[a-zđ]\)\s*)?((?:Phòng|Trung tâm|Văn phòng|Công an|Ban |Hội đồng|(?:Đề nghị )?"
    r"(?:Ủy ban )?Mặt trận|Ban Chỉ huy|Trạm|Tổ ).*)$",
    re.IGNORECASE,
)
_OFFICE_LIMIT = 120
_PLAN_NUMBER = re.compile(r"Số\s*:?\s*(\d+\s*/\s*[A-ZĐ][\w-]*)")
_PLAN_DATE = re.compile(r"ngày\s+(\d{1,2})?\s*tháng\s+(\d{1,2})\s+năm\s+(20\d\d)")
_YEARS = re.compile(r"giai đoạn\s+(20\d\d)\s*[-–]\s*(20\d\d)", re.IGNORECASE)


def plan_reading(path: Path) -> dict[str, Any]:
    """What is shown for confirmation, as plain data; what the plan does not state is None or empty."""
    document, body = read_plan(path)
    passages = plan_passages(document, body)
    topics = load_topics()
    held = [(passage, set(topics.held(passage))) for passage in passages]
    return {
        "title": document.title,
        "number": document.number,
        "date": document.date,
        "valid_until": document.valid_until,
        "restored": document.restored,
        "signer": _first_text(passage for passage in passages if passage.path == (SIGNER_SECTION,)),
        "deadline": _deadline(passage for passage, ids in held if "report_deadline" in ids),
        "phases": _phases([passage for passage, ids in held if {"phases", "schedule"} & ids]),
        "targets": _targets(passage for passage, ids in held if _is_target(passage, ids)),
        "offices": _offices(passages),
        "sections": list(dict.fromkeys(passage.path[0] for passage in passages if passage.path))[:MOST],
        "passages": len(passages),
    }


def stated(ward: str, body: str) -> dict[str, str]:
    """What the body of a plan states of itself, as fields of its front matter: number, date, years, who signed."""
    blank = DocumentInfo(id=ward, kind=DocumentKind.PLAN, title="", ward=ward)
    by_section: dict[str, str] = {}
    for passage in plan_passages(blank, body):
        if len(passage.path) == 1:
            by_section.setdefault(passage.path[0], passage.text)
    head, title = by_section.get(NUMBER_SECTION, ""), by_section.get(TITLE_SECTION, "")
    number, day, years = _PLAN_NUMBER.search(head), _PLAN_DATE.search(head), _YEARS.search(title)
    found = {
        "number": number[1] if number else "",
        "date": _date(day) if day else "",
        "valid_from": years[1] if years else "",
        "valid_until": years[2] if years else "",
        "signer": ", ".join(by_section.get(SIGNER_SECTION, "").split("\n")),
    }
    return {name: value for name, value in found.items() if value}


def _date(found: re.Match[str]) -> str:
    """YYYY-MM-DD, or YYYY-MM where the day was left blank."""
    day, month, year = found[1], int(found[2]), found[3]
    if not 1 <= month <= 12 or (day and not 1 <= int(day) <= 31):
        return year
    return f"{year}-{month:02}" + (f"-{int(day):02}" if day else "")


def _first_text(passages: Iterable[Passage]) -> str | None:
    found = next((passage.text for passage in passages), None)
    return ", ".join(found.split("\n"))[:TEXT_LIMIT] if found else None


def _deadline(passages: Iterable[Passage]) -> dict[str, Any] | None:
    for passage in passages:
        found = _DAY.search(passage.text)
        if found and 1 <= int(found[1]) <= 31 and 1 <= int(found[2]) <= 12:
            return {"day": int(found[1]), "month": int(found[2]), "text": _short(passage.text)}
    return None


def _phases(passages: Sequence[Passage]) -> list[str]:
    return _entries(passage.text for passage in passages if passage.role != LIST_ROLE and _PHASE.match(passage.text))


def _is_target(passage: Passage, ids: set[str]) -> bool:
    named = any(one == "targets" or one.startswith("target_") for one in ids)
    return passage.role != LIST_ROLE and named and _PERCENT.search(passage.text) is not None


def _targets(passages: Iterable[Passage]) -> list[str]:
    return _entries(passage.text for passage in passages)


def _offices(passages: Iterable[Passage]) -> list[str]:
    found: dict[str, str] = {}
    for passage in passages:
        for heading in passage.path[1:]:
            match = _OFFICE.match(heading)
            if match:
                name = match[1].removeprefix("Đề nghị ").strip(" :.;")[:_OFFICE_LIMIT]
                found.setdefault(re.sub(r"\W+", " ", name.casefold()), name)
    return list(found.values())[:MOST]


def _entries(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(map(_short, texts)))[:MOST]


def _short(text: str) -> str:
    plain = " ".join(text.split()).lstrip("-+• ")
    return plain if len(plain) <= TEXT_LIMIT else plain[: TEXT_LIMIT - 1].rsplit(" ", 1)[0] + "…"
