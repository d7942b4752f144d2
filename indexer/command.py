"""What ``bdhvs index …`` does. Progress goes to standard error; results are returned or written to ``out``."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

import yaml

from indexer.build import build_index
from indexer.lines import join_lines
from indexer.plan_import import markdown_body
from indexer.plan_reading import stated
from indexer.repair import RepairedLine, repair_file, repair_text
from indexer.repair.text import sister_texts
from indexer.sections import plan_passages, read_plan
from indexer.write_index import Progress
from knowledge.documents import Passage
from knowledge.encoder import Encoder

KEPT_INDEXES = 2  # the one in use and the one before it, the way back when a build turns out bad
TITLE = re.compile(r"^#*\s*(?:\*\*)?(?:KẾ HOẠCH|Kế hoạch)(?:\*\*)?\s*$")
TITLE_LIMIT = 300  # characters of a title taken from the text


def show_progress(what: str, done: int, total: int) -> None:
    """One line that is written over."""
    end = "\n" if done >= total else "\r"
    sys.stderr.write(f"  {what}: {done}/{total}        {end}")
    sys.stderr.flush()


def json_progress(what: str, done: int, total: int) -> None:
    """A JSON line on standard output, for the program that shows it as a bar."""
    sys.stdout.write(json.dumps({"stage": what, "done": done, "total": total}) + "\n")
    sys.stdout.flush()


def build(
    material: Path, indexes: Path, plans: Sequence[Path], encoder: Encoder, progress: Progress = show_progress
) -> Path:
    """Build the index of the material and a ward's own plans below ``indexes``; the folder made."""
    indexes.mkdir(parents=True, exist_ok=True)
    number = 1 + max((int(one.name) for one in indexes.iterdir() if one.name.isdigit()), default=0)
    target = indexes / f"{number:06d}"
    build_index(
        material,
        target,
        extra_documents=_passages(plans),
        extra_files=plans,
        encoder=encoder,
        progress=progress,
    )
    return target


def remove_old(indexes: Path) -> None:
    """Keep the newest indexes only."""
    folders = sorted(one for one in indexes.iterdir() if one.name.isdigit())
    for folder in folders[:-KEPT_INDEXES]:
        shutil.rmtree(folder, ignore_errors=True)  # on Windows a folder still mapped goes the next time


def _passages(plans: Sequence[Path]) -> list[Passage]:
    found: list[Passage] = []
    for path in plans:
        document, body = read_plan(path)
        found += plan_passages(document, body)
    return found


def add_plan(
    source: Path,
    ward: str,
    plans: Path,
    sisters: Path,
    standing: Mapping[str, str | None] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Read a ward's plan document, restore it when it is a damaged scan, and keep it as material.

    ``standing`` are the fields of its front matter that say from when until when it applies and what changed or
    replaced it. The raw text stays beside it. Raises DocumentRefusedError, saying what to do.
    """
    from indexer.readers import read_document  # brings the document libraries, which a build does not need

    read = read_document(source)
    text = read.text
    if read.needs_repair:
        if progress is not None:
            progress("repair", 0, read.pages)
        text = "\n".join(line.text for line in repair_text(text, list(sister_texts(sisters, ward))))
    paragraphs = join_lines(text)
    body = markdown_body(paragraphs)
    matter: dict[str, object] = {"ward": ward, "title": _title(paragraphs, source), **stated(ward, body)}
    matter |= {"source": source.name, "restored": read.needs_repair}
    matter |= {name: value for name, value in (standing or {}).items() if value}
    plans.mkdir(parents=True, exist_ok=True)
    (plans / f"{ward}.raw.txt").write_text(read.text, encoding="utf-8")
    target = plans / f"{ward}.md"
    fresh = plans / f"{ward}.md.new"
    front = yaml.safe_dump(matter, allow_unicode=True, sort_keys=False)
    fresh.write_text(f"---\n{front}---\n\n{body}", encoding="utf-8")
    fresh.replace(target)
    return target


def _title(paragraphs: Sequence[str], source: Path) -> str:
    for this, following in itertools.pairwise(paragraphs):
        if TITLE.match(this):
            return f"Kế hoạch {following[:1].lower()}{following[1:TITLE_LIMIT]}"
    return source.stem


def repair(file: Path, with_sisters: bool, as_json: bool, out: TextIO) -> None:
    """Write a restored text: plain, or a JSON line each with what is unsure."""
    for line in repair_file(file, with_sisters):
        out.write((json.dumps(_line_json(line), ensure_ascii=False) if as_json else line.text) + "\n")


def _line_json(line: RepairedLine) -> dict[str, object]:
    unsure = [
        {"read": word.read, "restored": word.restored, "share": round(word.share, 3), "others": list(word.others)}
        for word in line.unsure
    ]
    return {"text": line.text, "raw": line.raw, "unsure": unsure}
