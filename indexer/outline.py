"""The outline of an administrative document: which paragraph stands under which heading.

Vietnamese administrative texts mark their levels as I., 1., 1.1., a), (1), - and +; some headings carry no mark
and end with a colon ("Đối với doanh nghiệp:").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# The order in which marks nest; a mark closes every open part of the same or a deeper level.
ROMAN, DECIMAL, SUBDECIMAL, SUBSUBDECIMAL, LABEL, PARENTHESIS, LETTER, DASH, PLUS, PARAGRAPH = range(10)
MARKS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"^([IVX]{1,5}\.)\s+(.+)$"), ROMAN),
    (re.compile(r"^(\d{1,2}(?:\.\d{1,2}){2,}\.?)\s+(.+)$"), SUBSUBDECIMAL),
    (re.compile(r"^(\d{1,2}\.\d{1,2}\.?)\s+(.+)$"), SUBDECIMAL),
    (re.compile(r"^(\d{1,2}\.)\s+(.+)$"), DECIMAL),
    (re.compile(r"^(\(\d{1,2}\))\s+(.+)$"), PARENTHESIS),
    (re.compile(r"^([a-zđ]\))\s+(.+)$"), LETTER),
    (re.compile(r"^([-–•])\s*(.+)$"), DASH),
    (re.compile(r"^(\+)\s*(.+)$"), PLUS),
)
# A heading is at most this long; longer unfinished lines are sentences whose full stop was lost.
HEADING_LIMIT = 250
LABEL_LIMIT = 60
LEAD_IN = re.compile(r"(?:sau|gồm|bao gồm|giai đoạn|là)(?: đây)?\s*:$")
# Sentences about the whole plan that follow the last numbered office but do not belong to it.
WHOLE_PLAN = re.compile(
    r"^(?:Định kỳ h[àằ]ng năm|Trên đây là|Trong quá trình (?:tổ chức|triển khai|thực hiện)|Yêu cầu các)"
)


@dataclass(slots=True)
class Part:
    """A heading with what stands under it, or a paragraph (no children)."""

    level: int
    mark: str
    text: str
    heading: bool
    children: list[Part] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The part's own words with its mark, as written."""
        return f"{self.mark} {self.text}" if self.mark else self.text

    @property
    def label(self) -> str:
        """How the part is named in a path: the words of a heading, else the mark and the short title."""
        if self.level in (DASH, PLUS):
            return self._title()
        return f"{self.mark} {self._title()}".strip()

    def _title(self) -> str:
        return self.text.rstrip(" :") if self.heading else short_title(self.text)


# A leading clause up to this length is taken as the title of an item that is a whole paragraph.
TITLE_LIMIT = 80
LEADING_CLAUSE = re.compile(rf"^(.{{4,{TITLE_LIMIT}}}?)[.:](?=\s)")


def short_title(text: str) -> str:
    """The leading clause of an item ("Thi đua phát triển xã hội số. …"), or "" when it has no short one."""
    match = LEADING_CLAUSE.match(text)
    return match.group(1).strip() if match else ""


def read_part(paragraph: str) -> Part:
    """Reads the mark of one paragraph; a leading ``# `` says that it was written as a heading."""
    marked_heading = paragraph.startswith("# ")
    paragraph = paragraph.removeprefix("# ")
    for pattern, level in MARKS:
        match = pattern.match(paragraph)
        if match:
            text = match.group(2).strip()
            return Part(level, match.group(1), text, marked_heading or _is_heading(text, level))
    is_label = paragraph.endswith(":") and len(paragraph) <= LABEL_LIMIT and not LEAD_IN.search(paragraph)
    if marked_heading or is_label:
        return Part(LABEL, "", paragraph, True)
    return Part(PARAGRAPH, "", paragraph, False)


def _is_heading(text: str, level: int) -> bool:
    if text.endswith(":"):
        return len(text) <= HEADING_LIMIT and not (level < DASH and LEAD_IN.search(text) and len(text) > LABEL_LIMIT)
    if level >= DASH:
        return False
    return len(text) <= HEADING_LIMIT and not text.endswith((".", ";", ",", "!", "?", "…", "./."))


def build_outline(paragraphs: list[str]) -> list[Part]:
    """Builds the tree of a document's parts from its paragraphs, in order."""
    root = Part(-1, "", "", True)
    open_parts = [root]
    for paragraph in paragraphs:
        part = read_part(paragraph)
        if part.level == PARAGRAPH:
            _close_for_paragraph(open_parts, part)
        else:
            _close_for_mark(open_parts, part)
        open_parts[-1].children.append(part)
        if part.level != PARAGRAPH:
            open_parts.append(part)
    return root.children


def _close_for_mark(open_parts: list[Part], part: Part) -> None:
    """Closes the open parts that a new mark ends: its own level and everything deeper."""
    levels = [opened.level for opened in open_parts]
    if part.level in levels:
        del open_parts[levels.index(part.level) :]
        return
    while open_parts[-1].level > part.level and len(open_parts) > 1:
        open_parts.pop()


def _close_for_paragraph(open_parts: list[Part], part: Part) -> None:
    """A plain paragraph goes under the nearest open heading; closing sentences go under the section."""
    if WHOLE_PLAN.match(part.text):
        while open_parts[-1].level > ROMAN:
            open_parts.pop()
        return
    while not open_parts[-1].heading:
        open_parts.pop()
