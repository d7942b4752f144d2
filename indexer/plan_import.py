"""Makes the plans of ``knowledge/plans`` from the texts as they came out of the wards' files.

``python -m indexer.plan_import --shared ../shared`` rewrites every plan; nothing in the bodies is typed by hand.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from indexer.lines import join_lines
from indexer.outline import DECIMAL, ROMAN, SUBDECIMAL, SUBSUBDECIMAL, Part, read_part
from indexer.repair import repair_text
from indexer.sections import SIGNER_SECTION, TITLE_SECTION, plan_passages
from knowledge.documents import DocumentInfo, DocumentKind

# Strokes of a stamp or a signature that a scanner takes for marks and single digits after the end of an item.
SCAN_DIRT = re.compile(r"(?<=[;.])(?:\s+(?:[^\w\s]+|\d))+$")
HEADING_DEPTH = {ROMAN: "##", DECIMAL: "###", SUBDECIMAL: "####", SUBSUBDECIMAL: "#####"}


@dataclass(frozen=True, slots=True)
class PlanFields:
    """What a plan's text does not say in a form a program can read. A number no copy shows stays None."""

    ward: str
    issuer: str
    date: str | None
    valid_from: str
    valid_until: str
    superseded_by: str | None = None
    restored: bool = False


PLANS = (
    PlanFields("le-dai-hanh", "UBND phường Lê Đại Hành", "2025-08", "2025-08", "2030"),
    PlanFields("hung-dao", "UBND phường Hưng Đạo", None, "2025", "2030"),
    # The ward was merged into phường Lê Thanh Nghị on 1/7/2025.
    PlanFields(
        "thanh-binh",
        "UBND phường Thanh Bình",
        "2025-04-04",
        "2025-04-04",
        "2025-06-30",
        superseded_by="Phường Lê Thanh Nghị",
    ),
    PlanFields("tu-ky", "UBND xã Tứ Kỳ", None, "2025", "2030", restored=True),
    PlanFields("dai-son", "UBND xã Đại Sơn", "2026-06", "2026-06", "2030"),
)


def markdown_body(paragraphs: Iterable[str]) -> str:
    """The paragraphs as markdown: headings with #, list items on lines of their own, other text in paragraphs."""
    blocks: list[str] = []
    previous: Part | None = None
    for paragraph in paragraphs:
        part = read_part(paragraph)
        depth = HEADING_DEPTH.get(part.level) if part.heading else None
        line = f"{depth} {part.line}" if depth else part.line
        tight = previous is not None and part.level == previous.level and part.mark in ("-", "+")
        blocks.append(("\n" if tight else "\n\n") + line)
        previous = part
    return "".join(blocks).strip() + "\n"


def plan_file(fields: PlanFields, body: str) -> str:
    """A plan file: front matter and body. Title and signer are taken from the body."""
    blank = DocumentInfo(id=fields.ward, kind=DocumentKind.PLAN, title="", ward=fields.ward)
    passages = plan_passages(blank, body)
    title = next(p.text for p in passages if p.path == (TITLE_SECTION,)).split("\n", 1)[1]
    signature = next((p.text for p in passages if p.path == (SIGNER_SECTION,)), "")
    matter = {
        "ward": fields.ward,
        "title": f"Kế hoạch {title[0].lower()}{title[1:]}",
        "number": None,
        "date": fields.date,
        "valid_from": fields.valid_from,
        "valid_until": fields.valid_until,
        "superseded_by": fields.superseded_by,
        "signer": ", ".join(signature.split("\n")) or None,
        "source": fields.issuer,
        "restored": fields.restored,
    }
    front = yaml.safe_dump(matter, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{front}---\n\n{body}"


def readable_text(fields: PlanFields, folder: Path) -> str:
    """The text of a plan, its diacritics restored from the other plans when it is a damaged scan."""
    raw = (folder / f"{fields.ward}.txt").read_text(encoding="utf-8")
    if not fields.restored:
        return raw
    sisters = [(folder / f"{other.ward}.txt").read_text(encoding="utf-8") for other in PLANS if not other.restored]
    return "\n".join(SCAN_DIRT.sub("", line.text) for line in repair_text(raw, sisters))


def import_plans(shared: Path, target: Path) -> list[Path]:
    """Writes every plan file into ``target`` and keeps the raw text of restored scans in ``target/raw``."""
    folder = shared / "plans"
    written = []
    for fields in PLANS:
        body = markdown_body(join_lines(readable_text(fields, folder)))
        path = target / f"{fields.ward}.md"
        path.write_text(plan_file(fields, body), encoding="utf-8", newline="\n")
        written.append(path)
        if fields.restored:
            (target / "raw").mkdir(exist_ok=True)
            raw = (folder / f"{fields.ward}.txt").read_bytes()
            (target / "raw" / f"{fields.ward}.txt").write_bytes(raw)
    return written


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder that holds plans/*.txt")
    parser.add_argument("--target", type=Path, default=Path("knowledge/plans"))
    arguments = parser.parse_args()
    for path in import_plans(arguments.shared, arguments.target):
        print(path)


if __name__ == "__main__":
    main()
