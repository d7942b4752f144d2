"""The words of a report: blocks that staff edit, their defaults, and what is still to be filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from bot.reports.periods import Period
from bot.store.tables import ReportText, utc_now
from knowledge.yaml_loader import load_yaml

BLOCKS_FILE = Path(__file__).with_name("blocks.yaml")
BLOCK_LIMIT = 6000  # characters of a block: two pages, far beyond a section of these reports
# These stay the same from report to report: a new period begins with what the ward wrote last.
LASTING = ("parent", "issuer", "number", "place", "addressee", "recipients", "signed", "signer")
OWN_UNITS = ("phường", "xã", "đặc khu")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the text. ``section``: it gets a numbered heading; ``figures``: the figures follow it."""

    id: str
    label: str
    hint: str = ""
    lines: int = 1
    section: bool = False
    figures: bool = False


@cache
def loaded() -> dict[str, Any]:
    """The file of blocks as it is."""
    content: dict[str, Any] = load_yaml(BLOCKS_FILE.read_text(encoding="utf-8"))
    return content


@cache
def blocks() -> tuple[Block, ...]:
    """Every block in the order of the document."""
    return tuple(Block(name, **entry) for name, entry in loaded()["blocks"].items())


def word(key: str, **values: object) -> str:
    """A word that the program itself sets in the document."""
    text: str = loaded()["words"][key]
    return text.format(**values) if values else text


def defaults(ward_name: str, period: Period, until: str, addressee: str | None) -> dict[str, str]:
    """The words before anybody edited them.

    ``addressee`` is what the ward's plan says. Where that is the ward's own committee, its office of culture and
    society reports to it; else the committee reports.
    """
    given, kind = loaded()["defaults"], ward_kind(ward_name)
    sender = "office" if addressee and f"nhân dân {kind}" in addressee.casefold() else "committee"
    values = {
        "ward": ward_name[:1].lower() + ward_name[1:],
        "WARD": ward_name.upper(),
        "kind": kind,
        "period": period.name,
        "until": until,
        "addressee": addressee or given["unknown_addressee"],
        "place": ward_name[len(kind) :].strip() or ward_name,
        "issuer": "Phòng Văn hóa - Xã hội" if sender == "office" else "Ủy ban nhân dân",
    }
    values["issuer"] += f" {values['ward']}"
    texts = {**given["common"], **given[sender]}
    return {block.id: texts[block.id].format(**values) for block in blocks()}


def ward_kind(ward_name: str) -> str:
    """Whether it is a phường, a xã or a đặc khu."""
    return next((kind for kind in OWN_UNITS if ward_name.casefold().startswith(kind)), OWN_UNITS[0])


def words_of(session: Session, ward_code: str, period: Period, given: Mapping[str, str]) -> dict[str, str]:
    """The words of a ward's report: edited for this period, of an earlier report where they last, else ``given``."""
    rows = session.exec(
        select(ReportText).where(ReportText.ward_code == ward_code).order_by(col(ReportText.changed_at))
    ).all()
    found = dict(given)
    found.update({row.block: row.text for row in rows if row.block in LASTING})
    found.update({row.block: row.text for row in rows if row.period == period.key and row.block in given})
    return found


def edit(session: Session, ward_code: str, period: Period, changed: Mapping[str, str], by: str) -> None:
    """Keep the words of blocks for a period."""
    for block, text in changed.items():
        session.merge(
            ReportText(
                ward_code=ward_code, period=period.key, block=block, text=text, changed_by=by, changed_at=utc_now()
            )
        )


def unfilled(words: Mapping[str, str]) -> list[Block]:
    """The blocks that still hold a place to be filled in: none may be sent so."""
    return [block for block in blocks() if "[" in words[block.id] and "]" in words[block.id]]
