"""The papers that a plan asks for with a proposal of awards, in its own words."""

from __future__ import annotations

from pathlib import Path

_HEADING = "hồ sơ đề nghị khen thưởng"
_MARKS = ("+", "-", "–", "•")


def award_papers(plan: Path) -> tuple[str, ...]:
    """The entries of the list under "Hồ sơ đề nghị khen thưởng"; empty where a plan has none."""
    papers: list[str] = []
    inside = False
    for line in plan.read_text(encoding="utf-8").splitlines():
        plain = line.strip()
        if _HEADING in plain.casefold() and plain.endswith(":"):
            inside, indent = True, plain[:1]
        elif inside and plain.startswith(_MARKS) and plain[:1] != indent:
            papers.append(plain.lstrip("+-–• ").rstrip())
        elif inside and plain:
            break
    return tuple(papers)
