"""Cuts a ward's plan into passages that can be quoted on their own and that carry their path of headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import yaml

from indexer.lines import TABLE_MARK, join_lines
from indexer.outline import DASH, PARAGRAPH, PLUS, ROMAN, Part, build_outline, read_part, short_title
from knowledge.answer_types import PASSAGE_LIMIT
from knowledge.documents import DocumentInfo, DocumentKind, Passage
from knowledge.yaml_loader import load_yaml

LIST_ROLE = "list"
"""Role of a passage that holds a whole section, or the titles of its items: "có những nội dung nào"."""

TITLE_SECTION = "Tên kế hoạch"
NUMBER_SECTION = "Số, ngày ban hành"
BASIS_SECTION = "Căn cứ ban hành"
OPENING_SECTION = "Phần mở đầu"
BODY_SECTION = "Nội dung"  # of a document without headings
RECIPIENTS_SECTION = "Nơi nhận"
SIGNER_SECTION = "Người ký"

# An item of a list becomes a passage of its own when it says something alone: it is long or holds a number.
ITEM_LENGTH = 60
# Items of a long list are cut at a clause below this length when only their titles are listed.
LISTED_TITLE_LIMIT = 140
LETTERHEAD = re.compile(
    r"^(?:ỦY BAN NHÂN DÂN|UBND|PHƯỜNG|XÃ|THÀNH PHỐ|CỘNG HÒA XÃ HỘI|Độc lập|KẾ HOẠCH$)", re.IGNORECASE
)
NUMBER_OR_DATE = re.compile(r"^(?:Số\s*:|[^,]{2,40}, ngày\b)")
BASIS = re.compile(r"^(?:Căn cứ|Thực hiện)\b")
RECIPIENTS = re.compile(r"^(?:# )?Nơi nhận\s*:?")
SIGNATURE = re.compile(r"^(?:# )?(?:TM\.|KT\.|Q\.|CHỦ TỊCH|PHÓ CHỦ TỊCH)")


class PlanFormatError(ValueError):
    """A plan file without front matter, or with a wrong field; the message names file and field."""


def read_plan(path: Path) -> tuple[DocumentInfo, str]:
    """Reads a plan file: what its front matter says, and its body.

    Raises PlanFormatError when the front matter is missing or names no ward or title.
    """
    match = re.match(r"\A---\n(.*?)\n---\n(.*)\Z", path.read_text(encoding="utf-8"), re.DOTALL)
    if match is None:
        raise PlanFormatError(f"{path}: no front matter; begin the file with --- and the fields ward and title")
    try:
        fields = load_yaml(match.group(1))
    except yaml.YAMLError as error:
        raise PlanFormatError(f"{path}: the front matter is not YAML: {error}") from error
    if not isinstance(fields, dict):
        raise PlanFormatError(f"{path}: the front matter must be fields, one a line")
    for name in ("ward", "title"):
        if not fields.get(name):
            raise PlanFormatError(f"{path}: the front matter has no {name}")
    return _document(path, fields), match.group(2)


def _document(path: Path, fields: dict[str, object]) -> DocumentInfo:
    def text(name: str) -> str | None:
        value = fields.get(name)
        if value is None:
            return None
        return value.isoformat() if isinstance(value, date) else str(value)

    return DocumentInfo(
        id=path.stem,
        kind=DocumentKind.PLAN,
        title=str(fields["title"]),
        ward=text("ward"),
        number=text("number"),
        date=text("date"),
        valid_from=text("valid_from"),
        valid_until=text("valid_until"),
        signer=text("signer"),
        source=text("source"),
        superseded_by=text("superseded_by"),
        restored=bool(fields.get("restored", False)),
        amended_by=text("amended_by"),
        replaced_by=text("replaced_by"),
    )


def load_plans(folder: Path) -> list[Passage]:
    """The passages of every ``*.md`` plan of a folder, in the order of the file names."""
    passages: list[Passage] = []
    for path in sorted(folder.glob("*.md")):
        document, body = read_plan(path)
        passages.extend(plan_passages(document, body))
    return passages


def plan_passages(document: DocumentInfo, body: str) -> list[Passage]:
    """Cuts the body of a plan (joined or as it came out of a file) into passages.

    Every passage text is at most PASSAGE_LIMIT characters, words of the document in their order; ids are
    ``<document id>#<running number>``.
    """
    opening, main, recipients, signature = _divide(join_lines(body))
    pieces = [
        *_opening_pieces(opening),
        *((path or (BODY_SECTION,), text, role) for path, text, role in _outline_pieces(build_outline(main), ())),
        *_ending_pieces(recipients, signature),
    ]
    return [
        Passage(id=f"{document.id}#{number:03d}", document=document, path=path, text=text, role=role)
        for number, (path, text, role) in enumerate(_without_repeats(pieces), start=1)
    ]


Piece = tuple[tuple[str, ...], str, str]
"""Path, text and role of a passage to be."""


def _divide(paragraphs: list[str]) -> tuple[list[str], list[str], list[str], list[str]]:
    """Opening (before I.), main part, recipients, signature block."""
    parts = [read_part(paragraph) for paragraph in paragraphs]
    start = next((n for n, part in enumerate(parts) if part.level == ROMAN), 0)
    end = next((n for n in range(start, len(paragraphs)) if RECIPIENTS.match(paragraphs[n])), len(paragraphs))
    recipients: list[str] = []
    signature: list[str] = []
    for paragraph, part in zip(paragraphs[end:], parts[end:], strict=True):
        block, ending = _split_columns(paragraph)
        if block:
            (recipients if part.level == DASH or RECIPIENTS.match(block) else signature).append(block)
        if ending:
            signature.append(ending)
    return paragraphs[:start], paragraphs[start:end], recipients, signature


def _split_columns(paragraph: str) -> tuple[str, str]:
    """Parts "Nơi nhận:" from the signature that a scan puts on the same line."""
    match = RECIPIENTS.match(paragraph)
    if match is None:
        return paragraph, ""
    return paragraph[: match.end()], paragraph[match.end() :].strip(" ,;.")


def _opening_pieces(paragraphs: list[str]) -> Iterator[Piece]:
    paragraphs = [cell for paragraph in paragraphs for cell in _cells(paragraph)]
    numbers = [p for p in paragraphs if NUMBER_OR_DATE.match(p) and not BASIS.match(p)]
    rest = [p.removeprefix("# ") for p in paragraphs if p not in numbers]
    rest = [p for p in rest if not LETTERHEAD.match(p) or p.endswith((":", ";", "."))]
    if numbers:
        yield (NUMBER_SECTION,), "\n".join(numbers), ""
    for number, paragraph in enumerate(rest):
        if number == 0 and not BASIS.match(paragraph):
            yield (TITLE_SECTION,), f"KẾ HOẠCH\n{paragraph}", ""
        else:
            yield from _cut((BASIS_SECTION if BASIS.match(paragraph) else OPENING_SECTION,), paragraph)


def _cells(paragraph: str) -> list[str]:
    """The cells of a table: the head of a letter is often laid out as one. Other paragraphs stay whole."""
    if not paragraph.startswith(TABLE_MARK):
        return [paragraph]
    return [cell.strip() for cell in re.split(r"[|\n]", paragraph) if cell.strip()]


def _ending_pieces(recipients: list[str], signature: list[str]) -> Iterator[Piece]:
    if len(recipients) > 1:
        lines = [line.removeprefix("# ") for line in recipients]
        yield from _cut((RECIPIENTS_SECTION,), "\n".join(lines), LIST_ROLE)
    if signature:
        yield (SIGNER_SECTION,), "\n".join(line.removeprefix("# ") for line in signature), ""


def _outline_pieces(parts: Iterable[Part], path: tuple[str, ...]) -> Iterator[Piece]:
    for part in parts:
        if part.level == PARAGRAPH:
            yield from _cut(path, part.text)
            continue
        own = (*path, part.label) if part.label else path
        if not part.children:
            yield from _leaf_pieces(part, path, own)
            continue
        yield from _section_pieces(part, path, own)


def _leaf_pieces(part: Part, path: tuple[str, ...], own: tuple[str, ...]) -> Iterator[Piece]:
    """A list item: alone only when it is worth quoting alone; its section's list holds it anyway."""
    if part.level in (DASH, PLUS):
        if len(part.text) >= ITEM_LENGTH or any(c.isdigit() for c in part.text):
            yield from _cut(own, part.text)
        return
    yield from _cut(own, part.line)


def _section_pieces(part: Part, path: tuple[str, ...], own: tuple[str, ...]) -> Iterator[Piece]:
    """A heading with its children: the whole section or the list of its titles, then what stands below."""
    children = list(part.children)
    whole = "\n".join(_all_lines(part))
    if part.heading and len(children) == 1 and children[0].level == PARAGRAPH:
        # A label and the one paragraph it names are quoted together: the years often stand in the label only.
        yield from _cut(own, f"{part.line}\n{children[0].text}")
        return
    if len(children) == 1 and children[0].children:
        pass  # the only subsection says the same
    elif len(whole) <= PASSAGE_LIMIT:
        yield own, whole, LIST_ROLE
    elif sum(child.level != PARAGRAPH for child in children) > 1:
        yield from _cut(own, _titles(part), LIST_ROLE)
    if not part.heading:
        yield from _cut(own, part.line if part.level not in (DASH, PLUS) else part.text)
    yield from _outline_pieces(children, own)


def _all_lines(part: Part) -> Iterator[str]:
    yield part.line
    for child in part.children:
        yield from _all_lines(child)


def _titles(part: Part) -> str:
    """The heading and, one a line, the titles of its items; a cut title ends with an ellipsis."""
    lines = [part.line]
    for child in part.children:
        if child.level == PARAGRAPH:
            continue
        title = child.text if child.heading else (short_title(child.text) or _clause(child.text))
        lines.append(f"{child.mark} {title}".strip())
    return "\n".join(lines)


def _clause(text: str) -> str:
    """The beginning of an item up to LISTED_TITLE_LIMIT characters, cut at a comma or a space."""
    sentence = re.split(r"(?<=\.)\s", text, maxsplit=1)[0]
    if len(sentence) <= LISTED_TITLE_LIMIT:
        return sentence.rstrip(";.")
    head = sentence[:LISTED_TITLE_LIMIT]
    cut = max(head.rfind(", "), head.rfind("; "), head.rfind(": "))
    if cut < LISTED_TITLE_LIMIT // 2:
        cut = head.rfind(" ")
    return head[:cut].rstrip(" ,;:") + "…"


def _cut(path: tuple[str, ...], text: str, role: str = "") -> Iterator[Piece]:
    """Cuts a text at sentence or line ends into pieces of at most PASSAGE_LIMIT characters."""
    # Every part of a long table begins with its first row: it names the columns.
    rows = [line for line in text.split("\n") if line.startswith(TABLE_MARK)]
    head = f"{rows[0]}\n" if rows and len(text) > PASSAGE_LIMIT and len(rows[0]) < PASSAGE_LIMIT // 2 else ""
    piece = ""
    for sentence in _sentences(text):
        if piece and len(piece) + len(sentence) > PASSAGE_LIMIT:
            yield path, piece.strip(), role
            piece = head
        piece += sentence
    if piece.strip():
        yield path, piece.strip(), role


def _sentences(text: str) -> Iterator[str]:
    """Sentences with the space after them; one longer than a passage is cut at semicolons, then at words."""
    for sentence in re.split(r"(?<=[.!?…]\s)(?=[A-ZÀ-ỸĐ“\"])|(?<=\n)", text):
        if len(sentence) <= PASSAGE_LIMIT:
            yield sentence
            continue
        for clause in re.split(r"(?<=;\s)", sentence):
            while len(clause) > PASSAGE_LIMIT:
                cut = clause.rfind(" ", 0, PASSAGE_LIMIT) + 1 or PASSAGE_LIMIT
                yield clause[:cut]
                clause = clause[cut:]
            yield clause


def _without_repeats(pieces: Iterable[Piece]) -> Iterator[Piece]:
    seen: set[str] = set()
    for path, text, role in pieces:
        if text not in seen:
            seen.add(text)
            yield path, text, role
