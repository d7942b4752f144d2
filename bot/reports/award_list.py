"""The list of who is proposed for an award, as DOCX in the same layout."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from docx.document import Document as Docx

from bot.indicators.export import shown
from bot.material import Material
from bot.reports import layout
from bot.reports.awards import Criteria, Proposal
from bot.reports.document import NARROW, foot, head, title
from bot.reports.layout import Style, body, figures_table, styled
from bot.reports.plan_files import all_plans, plan_title
from bot.reports.tables import shown_value
from bot.reports.words import loaded, word
from bot.settings import Settings
from knowledge.award_papers import award_papers


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers to go with a proposal; ``plan`` asks for them, which is the ward's own or another's."""

    plan: str
    own: bool
    entries: tuple[str, ...]


def papers_of(settings: Settings, material: Material, ward_code: str) -> Papers | None:
    """What the ward's plan asks for; where it lists nothing, what another ward's plan lists."""
    found = [(plan, award_papers(plan)) for plan in all_plans(settings, material)]
    listed = [(plan, entries) for plan, entries in found if entries]
    own = next(((plan, entries) for plan, entries in reversed(listed) if plan.stem == ward_code), None)
    plan, entries = own or (listed[0] if listed else (Path(), ()))
    return Papers(plan_title(plan), own is not None, entries) if entries else None


def award_lines(criteria: Criteria, proposal: Proposal, until: str) -> dict[str, str]:
    """The criteria and what is left out, in words: the same on the page and in the document."""
    texts = loaded()["awards"]
    name = proposal.indicator.name if proposal.indicator else ""
    given = {"lessons": criteria.lessons, "percent": criteria.right_percent, "count": criteria.residents}
    return {
        "groups": texts["groups_criterion"].format(count=criteria.groups, indicator=name, until=until),
        "residents": texts["residents_criterion"].format(**given),
        "unnamed": texts["unnamed"].format(count=shown(proposal.unnamed)) if proposal.unnamed else "",
    }


def papers_line(papers: Papers | None, ward_name: str) -> str:
    """From where the list of papers is."""
    texts = loaded()["awards"]
    if papers is None:
        return str(texts["papers_none"])
    key = "papers_own" if papers.own else "papers_other"
    return str(texts[key].format(plan=papers.plan, ward=ward_name[:1].lower() + ward_name[1:]))


def award_docx(
    proposal: Proposal,
    lines: Mapping[str, str],
    papers: Papers | None,
    words: Mapping[str, str],
    ward_name: str,
    subject: str,
    today: date,
) -> bytes:
    """The list as a document to be decided on: a draft, without a number."""
    texts = loaded()["awards"]
    document = layout.blank_document()
    head(document, {**words, "number": ""}, None, today)  # its number is that of what it goes with
    title(document, texts["kind"], subject, "")
    body(document, texts["groups"], bold=True, keep=True)
    body(document, lines["groups"])
    rows: list[tuple[str, ...]] = [
        (str(place), one.name, shown_value("percent", one.value), f"{shown(one.numerator)}/{shown(one.denominator)}")
        for place, one in enumerate(proposal.groups, 1)
    ]
    heads = [word(f"column_{key}") for key in ("number", "group", "result", "parts")]
    _table(document, heads, rows, texts["groups_none"], (32, 32))
    body(document, texts["residents"], bold=True, keep=True)
    body(document, lines["residents"])
    rows = [
        (str(place), one.called, one.group, shown(one.lessons), f"{shown(one.right_percent)}%")
        for place, one in enumerate(proposal.learners, 1)
    ]
    heads = [word(f"column_{key}") for key in ("number", "called", "group", "lessons", "right")]
    _table(document, heads, rows, texts["residents_none"], (56, 24, 24))
    if lines["unnamed"]:
        body(document, lines["unnamed"])
    body(document, texts["papers"], bold=True, keep=True)
    body(document, papers_line(papers, ward_name))
    for entry in papers.entries if papers else ():
        body(document, f"- {entry}")
    foot(document, words)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _table(
    document: Docx, headings: Sequence[str], rows: Sequence[Sequence[str]], empty: str, widths: Sequence[float]
) -> None:
    if not rows:
        body(document, empty)
        return
    names = layout.TEXT_WIDTH - NARROW - sum(widths)  # what is left for the second column
    figures_table(document, headings, rows, (NARROW, names, *widths), False)
    styled(document.add_paragraph(), "", Style(layout.SIZE_NOTE, after=3))
