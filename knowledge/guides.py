"""Service guides: how to do one public e-service, read from ``services/*.md`` and cut into passages.

A file is front matter between two ``---`` lines (FIELDS), then the headings of SECTIONS, each with its text: one
sentence under "Trả lời", numbered lines under "Các bước", bullets elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.documents import DocumentInfo, DocumentKind, Passage
from knowledge.facts import Facts, MaterialError, Problem, UnknownFactError
from knowledge.yaml_source import PARTIAL_DATE, YamlSource, YamlValue, read_material, text_field, text_list

SECTIONS = {
    "Trả lời": "answer",
    "Cần chuẩn bị": "bring",
    "Các bước": "steps",
    "Thời gian và lệ phí": "fee",
    "Hỏi ở đâu": "where",
    "Lưu ý": "beware",
}
"""Heading of each section, in the order a guide must have them, and the role its passage gets."""

FIELDS = (
    "id",
    "title",
    "phrasings",
    "audience",
    "topic",
    "valid_from",
    "valid_until",
    "checked_on",
    "sources",
    "related",
)
OPTIONAL_FIELDS = ("amended_by", "replaced_by", "about_ward")
"""What changed parts of what the guide says, or took its place, named with its date: shown with every answer. The code
of the one ward that the guide is about."""
_SOURCE_FIELDS = ("name", "where", "date")
_FENCE = "---"
_HEADING = re.compile(r"##\s+(.+)")


@dataclass(frozen=True, slots=True)
class GuideSource:
    """Who says so: a publication, where it is (domain or address) and its own date if it has one."""

    name: str
    where: str
    date: str | None

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.where, self.date) if part)


@dataclass(frozen=True, slots=True)
class GuideSection:
    """One section: ``raw`` as written with ``{{fact:…}}``, ``text`` as residents read it.

    ``line`` is the line of its heading, ``body_line`` that of the first line of ``raw``.
    """

    heading: str
    role: str
    raw: str
    text: str
    line: int
    body_line: int


@dataclass(frozen=True, slots=True)
class Guide:
    """How to do one thing. Dates are ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or None."""

    id: str
    title: str
    phrasings: tuple[str, ...]
    audience: tuple[str, ...]
    topic: str
    valid_from: str | None
    valid_until: str | None
    checked_on: str
    sources: tuple[GuideSource, ...]
    related: tuple[str, ...]
    sections: tuple[GuideSection, ...]
    amended_by: str | None
    replaced_by: str | None
    about_ward: str | None
    file: str
    lines: YamlSource = field(repr=False, compare=False)

    def document(self) -> DocumentInfo:
        """What the index and the citations say about this guide."""
        return DocumentInfo(
            id=self.id,
            kind=DocumentKind.GUIDE,
            title=self.title,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            checked_on=self.checked_on,
            source="; ".join(str(source) for source in self.sources),
            sources=tuple(str(source) for source in self.sources),
            amended_by=self.amended_by,
            replaced_by=self.replaced_by,
            about_ward=self.about_ward,
        )

    def passages(self) -> list[Passage]:
        """One passage a section; the answer's passage carries the title and phrasings as its questions."""
        document = self.document()
        return [
            Passage(
                id=f"{self.id}#{section.role}",
                document=document,
                path=(section.heading,),
                text=section.text,
                questions=(self.title, *self.phrasings) if section.role == "answer" else (),
                role=section.role,
            )
            for section in self.sections
        ]


def load_guides(folder: Path, facts: Facts) -> list[Guide]:
    """Every guide of a folder, sorted by id. Raises MaterialError with every problem of every file."""
    guides, problems = read_guides(folder, facts)
    if problems:
        raise MaterialError(problems)
    return guides


def read_guides(folder: Path, facts: Facts) -> tuple[list[Guide], list[Problem]]:
    """The guides that can be read, and what is wrong with the format of the others."""
    guides: list[Guide] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.md")):
        file = f"{folder.name}/{path.name}"
        try:
            guides.append(parse_guide(read_material(path, file), file, facts))
        except MaterialError as error:
            problems += error.problems
    return guides, problems


def parse_guide(text: str, file: str, facts: Facts) -> Guide:
    """A guide from its text; ``file`` is for messages, its stem is the guide's id. Raises MaterialError."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise MaterialError([Problem(file, 1, "must begin with '---' and the front matter")])
    try:
        end = next(index for index, line in enumerate(lines[1:], 1) if line.strip() == _FENCE)
    except StopIteration:
        raise MaterialError([Problem(file, 1, "the front matter is not closed by '---'")]) from None
    source = YamlSource("\n".join(lines[1:end]), file, first_line=2)
    if not isinstance(source.value, dict):
        raise MaterialError([Problem(file, 2, "the front matter must be 'key: value' lines")])
    sections, problems = _read_sections(lines, end + 1, file, facts)
    problems += _front_matter_problems(source, source.value)
    if problems:
        raise MaterialError(problems)
    return _build(source, source.value, tuple(sections))


def _build(source: YamlSource, front: dict[str, YamlValue], sections: tuple[GuideSection, ...]) -> Guide:
    return Guide(
        id=text_field(front, "id"),
        title=text_field(front, "title"),
        phrasings=tuple(text_list(front, "phrasings")),
        audience=tuple(text_list(front, "audience")),
        topic=text_field(front, "topic"),
        valid_from=text_field(front, "valid_from") or None,
        valid_until=text_field(front, "valid_until") or None,
        checked_on=text_field(front, "checked_on"),
        sources=tuple(
            GuideSource(text_field(entry, "name"), text_field(entry, "where"), text_field(entry, "date") or None)
            for entry in _entries(front.get("sources"))
        ),
        related=tuple(text_list(front, "related")),
        sections=sections,
        amended_by=text_field(front, "amended_by") or None,
        replaced_by=text_field(front, "replaced_by") or None,
        about_ward=text_field(front, "about_ward") or None,
        file=source.file,
        lines=source,
    )


def _entries(value: YamlValue) -> list[dict[str, YamlValue]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _front_matter_problems(source: YamlSource, front: dict[str, YamlValue]) -> list[Problem]:
    problems = [
        source.problem(f"unknown field '{name}' (allowed: {', '.join(FIELDS)})", name)
        for name in front
        if name not in FIELDS and name not in OPTIONAL_FIELDS
    ]
    problems += [source.problem(f"front matter without '{name}'") for name in FIELDS if name not in front]
    for name in ("id", "title", "topic", "checked_on"):
        if name in front and not text_field(front, name):
            problems.append(source.problem(f"'{name}' is empty", name))
    for name in ("valid_from", "valid_until", "checked_on"):
        written = text_field(front, name)
        if written and not PARTIAL_DATE.fullmatch(written):
            problems.append(source.problem(f"'{name}' must be YYYY, YYYY-MM, YYYY-MM-DD or null", name))
    stem = Path(source.file).stem
    if text_field(front, "id") not in ("", stem):
        problems.append(source.problem(f"id must be the file's name without .md: '{stem}'", "id"))
    return problems + _source_problems(source, front.get("sources"))


def _source_problems(source: YamlSource, value: YamlValue) -> list[Problem]:
    if not isinstance(value, list):
        return []  # a missing list is reported by the checks: a guide without sources
    problems: list[Problem] = []
    for index, entry in enumerate(value):
        if not isinstance(entry, dict) or not text_field(entry, "name") or not text_field(entry, "where"):
            problems.append(source.problem("a source needs 'name' and 'where' (and 'date')", "sources", index))
            continue
        unknown = [name for name in entry if name not in _SOURCE_FIELDS]
        if unknown:
            problems.append(source.problem(f"a source has no field '{unknown[0]}'", "sources", index))
        written = text_field(entry, "date")
        if written and not PARTIAL_DATE.fullmatch(written):
            problems.append(source.problem("a source's date must be YYYY, YYYY-MM or YYYY-MM-DD", "sources", index))
    return problems


def _read_sections(lines: list[str], start: int, file: str, facts: Facts) -> tuple[list[GuideSection], list[Problem]]:
    problems: list[Problem] = []
    found: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(lines[start:], start + 1):
        heading = _HEADING.fullmatch(line.strip())
        if heading:
            found.append((heading.group(1).strip(), number, []))
        elif found:
            found[-1][2].append(line.rstrip())
        elif line.strip():
            problems.append(Problem(file, number, "text before the first '## ' heading"))
    headings = [heading for heading, _, _ in found]
    if headings != list(SECTIONS):
        message = f"sections must be, in order: {', '.join(SECTIONS)}; found: {', '.join(headings)}"
        problems.append(Problem(file, start + 1, message))
    sections: list[GuideSection] = []
    for title, number, body in found:
        section, wrong = _read_section(title, number, body, file, facts)
        problems += wrong
        if section is not None:
            sections.append(section)
    return sections, problems


def _read_section(
    heading: str, line: int, body: list[str], file: str, facts: Facts
) -> tuple[GuideSection | None, list[Problem]]:
    first = next((index for index, written in enumerate(body) if written), None)
    if first is None:
        return None, [Problem(file, line, f"section '{heading}' is empty")]
    raw = "\n".join(body).strip()
    try:
        text = facts.fill(raw)
    except UnknownFactError as error:
        mark = f"{{{{fact:{error.fact_id}}}}}"
        offset = next(index for index, written in enumerate(body) if mark in written)
        return None, [Problem(file, line + 1 + offset, str(error.args[0]))]
    return GuideSection(heading, SECTIONS.get(heading, ""), raw, text, line, line + 1 + first), []
