"""Joins the broken lines of a document into paragraphs.

Text taken out of PDF files is wrapped at the width of the page, sometimes with a blank line after every line,
and paragraphs are cut in two where a page ends. A paragraph must be whole again before it can be quoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# A document is taken as hard-wrapped when hardly any line is longer than a printed line of A4 can be.
WRAPPED_LINE_LIMIT = 130
WRAPPED_SHARE = 0.97
# The page width is this percentile of line widths: the very longest lines are often tables or accidents.
WIDTH_PERCENTILE = 0.9
# A line is "short" when the next word would have fitted with this share of the width to spare.
FIT_SHARE = 0.94
# Blank lines say nothing about paragraphs when this share of them stands in the middle of a sentence.
NOISY_BLANK_SHARE = 0.2

MARKER = re.compile(
    r"^(?:[IVX]{1,5}\.\s|\d{1,2}(?:\.\d{1,2})*\.\s|\d{1,2}(?:\.\d{1,2})+\s|[a-zđ]\)\s|\(\d{1,2}\)\s|[-–•]\s*(?=\S)|\+\s*(?=\S))"
)
PAGE_NUMBER = re.compile(r"^\s*(?:-\s*)?\d{1,3}(?:\s*-)?\s*$")
YEAR_RANGE_TAIL = re.compile(r"^[-–]\s*\d{4}\b")
TABLE_MARK = "|"  # the rows of a table stay lines of one paragraph
CLOSING = (".", ";", ":", "!", "?", "…", "./.")
HEADER_START = re.compile(r"^(?:KẾ HOẠCH|QUYẾT ĐỊNH|TM\.|KT\.|Nơi nhận|Số:)")
# Below the word PLAN stand its title and, often with no mark between, the sentence that issues it.
PLAN_WORD = re.compile(r"^(?:# )?KẾ HOẠCH$")
ISSUING = re.compile(r"\s(?=[ỦU][yỷ] ban nhân dân (?:phường|xã|đặc khu|thị trấn)\b.*\b(?:ban hành|xây dựng)\b)")
# What a plan rests on: each begins a paragraph, even below a title that has no full stop.
BASIS_START = re.compile(r"^(?:Căn cứ|Thực hiện) (?:Luật|Nghị|Quyết định|Kế hoạch|Công văn|Hướng dẫn|Chương trình)\b")
# Sentences that open a paragraph of their own at the end of every plan.
PARAGRAPH_START = re.compile(r"^(?:Trên đây là|Định kỳ h[àằ]ng năm|Trong quá trình (?:tổ chức|triển khai|thực hiện))")
# A numbered heading names an office; the paragraph below it begins with what the office is to do.
NUMBERED = re.compile(r"^(?:[IVX]{1,5}\.|\d{1,2}(?:\.\d{1,2})*\.|[a-zđ]\))\s[^.:;]*$")
DUTY_START = re.compile(
    r"^(?:Tiếp tục|Chủ trì|Chủ động|Phối hợp|Tuyên truyền|Căn cứ|Có|Tăng cường|Hướng dẫn|Định hướng|Thực hiện"
    r"|Tổ chức|Tham mưu|Chỉ đạo|Chịu trách nhiệm|Xây dựng|Triển khai|Đẩy mạnh|Vận động|Đề nghị)\b"
)
# Running text (not a heading) that fills this share of the width and has no final mark goes on below.
OPEN_LINE_SHARE = 0.7
NARROW = set("iljtfrI.,;:'()/-– ")
WIDE = set("mwMW")
MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+")
MARKDOWN_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    after_blank: bool
    heading: bool


def join_lines(text: str) -> list[str]:
    """Returns the paragraphs of a text, one string each, without markdown emphasis and page numbers.

    A paragraph that was written as a markdown heading keeps a leading ``# ``.
    """
    lines = list(_clean_lines(text))
    if not lines:
        return []
    wrapped = _is_wrapped(lines)
    width = _page_width(lines) if wrapped else 0.0
    blanks_say_little = _blanks_are_noise(lines)
    paragraphs: list[str] = []
    last = lines[0]
    current = last.text
    for line in lines[1:]:
        if line.text.startswith(TABLE_MARK) and last.text.startswith(TABLE_MARK) and not line.after_blank:
            current = f"{current}\n{line.text}"
        elif _starts_paragraph(last, line, width, blanks_say_little):
            paragraphs.append(current)
            current = line.text
        else:
            current = _glue(current, line.text)
        last = line
    paragraphs.append(current)
    return list(_titles_apart(paragraphs))


def _titles_apart(paragraphs: list[str]) -> Iterator[str]:
    """The title of a plan without the sentence below it, which lines alone do not part from it."""
    for place, paragraph in enumerate(paragraphs):
        below = place > 0 and PLAN_WORD.match(paragraphs[place - 1])
        yield from ISSUING.split(paragraph, maxsplit=1) if below else [paragraph]


def _clean_lines(text: str) -> Iterator[_Line]:
    """Lines with normal Unicode and spaces; blank lines and page numbers are left out and remembered."""
    after_blank = False
    for raw in unicodedata.normalize("NFC", text).replace("\f", "\n").splitlines():
        line = re.sub(r"\s+", " ", raw.replace("​", "")).strip()
        if not line or PAGE_NUMBER.match(line):
            after_blank = True
            continue
        heading = MARKDOWN_HEADING.match(line) is not None
        line = MARKDOWN_EMPHASIS.sub("", MARKDOWN_HEADING.sub("", line)).strip()
        if line:
            yield _Line(f"# {line}" if heading else line, after_blank, heading)
            after_blank = False


def _is_wrapped(lines: list[_Line]) -> bool:
    short = sum(len(line.text) <= WRAPPED_LINE_LIMIT for line in lines)
    return short >= WRAPPED_SHARE * len(lines)


def _width(text: str) -> float:
    """The printed width of a text in rough letters: narrow letters count half, capitals and m, w more."""
    return sum(0.55 if c in NARROW else 1.5 if c in WIDE else 1.3 if c.isupper() else 1.0 for c in text)


def _page_width(lines: list[_Line]) -> float:
    widths = sorted(_width(line.text) for line in lines)
    return widths[min(len(widths) - 1, int(WIDTH_PERCENTILE * len(widths)))]


def _blanks_are_noise(lines: list[_Line]) -> bool:
    after = [line for line in lines if line.after_blank]
    inside = sum(line.text[:1].islower() for line in after)
    return bool(after) and inside >= NOISY_BLANK_SHARE * len(after)


def _starts_paragraph(last: _Line, line: _Line, width: float, blanks_say_little: bool) -> bool:
    """Whether a line begins a paragraph; ``width`` is 0 when the document is not hard-wrapped."""
    if line.heading or last.heading or HEADER_START.match(line.text) or BASIS_START.match(line.text):
        return True
    if line.text.startswith(TABLE_MARK) or last.text.startswith(TABLE_MARK):
        return True
    if YEAR_RANGE_TAIL.match(line.text) and last.text[-1:].isdigit():
        return False
    if MARKER.match(line.text):
        return True
    closed = last.text.endswith(CLOSING)
    if PARAGRAPH_START.match(line.text) and closed:
        return True
    if _goes_on(last.text, line.text):
        return False
    if not width:
        return True
    return _breaks_in_wrapped_text(last.text, line, width, closed and line.after_blank and not blanks_say_little)


def _breaks_in_wrapped_text(last: str, line: _Line, width: float, closed_before_blank: bool) -> bool:
    """Whether a line that begins with a capital begins a paragraph of a hard-wrapped document."""
    if NUMBERED.match(last):
        return bool(DUTY_START.match(line.text)) or _next_word_fits(last, line.text, width)
    if last.endswith((":", ";", "./.")):
        return True
    if not last.endswith(CLOSING) and _width(last) >= OPEN_LINE_SHARE * width:
        return False
    return _next_word_fits(last, line.text, width) or closed_before_blank


def _next_word_fits(last: str, line: str, width: float) -> bool:
    """Whether the line was broken although the next word had room: the writer ended a paragraph there."""
    return _width(last) + _width(f" {line.split(' ', 1)[0]}") <= FIT_SHARE * width


def _goes_on(last: str, line: str) -> bool:
    """Whether a line can only be the middle of a sentence: it begins small, or the last one ended open."""
    if line[:1].islower() and not last.endswith(":"):
        return True
    return bool(re.search(r"\w-$", last)) or last.endswith((",", "(", "“"))


def _glue(current: str, line: str) -> str:
    """Joins two lines; a code cut after its hyphen ("57-" + "NQ/TW") gets no space."""
    if re.search(r"\d-$", current) and re.match(r"[A-ZĐ]+/", line):
        return current + line
    return f"{current} {line}"
