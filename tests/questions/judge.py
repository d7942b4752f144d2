"""Judges the assistant with the held-out questions: the five plans, and honesty outside the material.

``python -m tests.questions.judge`` builds an index in a temporary folder, asks every question in three forms and
prints a table; ``--check`` only checks the questions themselves. The files judge and are never tuned on.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from indexer.command import build
from indexer.query_forms import FORMS, in_form
from indexer.question_sets import NOISE_SEED, holds
from knowledge.answer import Answerer
from knowledge.answer_types import Action, Answer, AnswerKind, Citation
from knowledge.encoder import load_encoder
from knowledge.index import load_index
from knowledge.wards import load_wards

HERE = Path(__file__).resolve().parent
KNOWLEDGE = HERE.parents[1] / "knowledge"
FILES = ("plans_heldout.yaml", "outside_heldout.yaml")
WILSON_Z = 1.96  # 95 % of the normal distribution lies within this many standard deviations
# Fixed replies that claim no fact and send the asker to people who can help: honest outside the material.
HONEST_ACTIONS = frozenset({Action.HUMAN, Action.HEALTH, Action.DISTRESS, Action.ABUSE})


@dataclass(frozen=True, slots=True)
class Question:
    """One held-out question; ``expect`` is empty when the material has no answer."""

    question: str
    ward: str | None
    of: str | None = None
    expect: tuple[str, ...] = ()
    kind: str = "outside"
    national: bool = False

    @property
    def asked_about(self) -> str | None:
        """The ward whose plan must answer."""
        return self.of or self.ward


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer to one question in one form, and how it did."""

    question: Question
    asked: str
    answer: Answer
    right: bool


def load_questions(path: Path) -> list[Question]:
    """The questions of a file. Raises KeyError or TypeError for a missing or unknown field."""
    return [_question(dict(fields)) for fields in yaml.safe_load(path.read_text(encoding="utf-8"))["questions"]]


def _question(fields: dict[str, Any]) -> Question:
    note = fields.pop("note", None)
    if note is not None:
        return Question(**fields)
    expect = fields.pop("expect")
    return Question(**fields, expect=(expect,) if isinstance(expect, str) else tuple(expect))


def right(question: Question, answer: Answer) -> bool:
    """Inside: the text holds the fact and the ward's own plan is cited first. Outside: nothing is claimed."""
    if not question.expect:
        return answer.kind in (AnswerKind.ABSTAIN, AnswerKind.CLARIFY) or answer.action in HONEST_ACTIONS
    return shown(question, answer) and _from_there(question, answer.citations[0])


def shown(question: Question, answer: Answer) -> bool:
    """The text holds the fact and the ward's own plan is cited, first or not; never for an outside question."""
    if answer.kind is not AnswerKind.ANSWER or not any(_from_there(question, one) for one in answer.citations):
        return False
    return any(holds(answer.text, one) for one in question.expect)


def _from_there(question: Question, citation: Citation) -> bool:
    return citation.ward == question.asked_about or (citation.ward is None and question.national)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share, in percent (Wilson 1927)."""
    share, square = hits / count, WILSON_Z**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    reach = WILSON_Z * math.sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    return 100 * (middle - reach), 100 * (middle + reach)


def ask_all(answerer: Answerer, questions: Sequence[Question], form: str) -> list[Judged]:
    """Every question in a form, asked and judged; the same noise in every run."""
    rng = random.Random(NOISE_SEED)
    judged = []
    for question in questions:
        asked = in_form(question.question, form, rng)
        answer = answerer.answer(asked, question.ward)
        judged.append(Judged(question, asked, answer, right(question, answer)))
    return judged


def problems(file: str, questions: Sequence[Question]) -> Iterator[str]:
    """What is wrong with the questions: facts that the plan does not hold, questions that a guide is filed under."""
    wards = {ward.code for ward in load_wards().wards}
    plans = {code: _plain((KNOWLEDGE / "plans" / f"{code}.md").read_text(encoding="utf-8")) for code in wards}
    filed = set(_filed_phrasings())
    seen = set()
    for one in questions:
        if (one.question, one.ward) in seen:
            yield f"{file}: asked twice: {one.question!r}"
        seen.add((one.question, one.ward))
        if {one.ward, one.of} - wards - {None}:
            yield f"{file}: unknown ward: {one.question!r}"
        elif one.expect and one.asked_about is None:
            yield f"{file}: asks about no ward: {one.question!r}"
        if not one.expect and _plain(one.question) in filed:
            yield f"{file}: a guide answers {one.question!r}"
        for fact in one.expect:
            if one.asked_about in plans and _plain(fact) not in plans[one.asked_about]:
                yield f"{file}: the plan of {one.asked_about} does not hold {fact!r} ({one.question!r})"


def _filed_phrasings() -> Iterator[str]:
    for path in sorted((KNOWLEDGE / "services").glob("*.md")):
        matter = yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1])
        yield from (_plain(one) for one in [matter["title"], *matter["phrasings"]])


def _plain(text: str) -> str:
    return " ".join(text.replace("–", "-").casefold().strip("?!. ").split())


def _row(file: str, form: str, judged: Sequence[Judged]) -> str:
    count, hits = len(judged), sum(one.right for one in judged)
    seen = 100 * sum(shown(one.question, one.answer) for one in judged) / count
    answered = 100 * sum(one.answer.kind is AnswerKind.ANSWER for one in judged) / count
    low, high = wilson(hits, count)
    shares = f"{100 * hits / count:8.1f} % {low:7.1f} - {high:5.1f} % {seen:7.1f} % {answered:8.1f} %"
    return f"{file:22} {form:13} {count:5} {shares}"


def _record(file: str, form: str, one: Judged) -> str:
    fields = {"file": file, "form": form, **asdict(one)}
    return json.dumps(fields, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the questions, then ask them; 1 when a question is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only check the questions against the material")
    parser.add_argument("--answers", type=Path, help="write every answer to this file, a JSON object a line")
    options = parser.parse_args(arguments)
    sets = {file: load_questions(HERE / file) for file in FILES}
    found = [problem for file, questions in sets.items() for problem in problems(file, questions)]
    for problem in found:
        print(problem, file=sys.stderr)
    if found or options.check:
        return int(bool(found))
    records = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        encoder = load_encoder(None)
        answerer = Answerer(load_index(build(KNOWLEDGE, Path(folder), (), encoder)), encoder)
        print(f"{'file':22} {'form':13} count  right first    95 % interval     shown   answered")
        for file, questions in sets.items():
            for form in FORMS:
                judged = ask_all(answerer, questions, form)
                print(_row(file, form, judged), flush=True)
                records += [_record(file, form, one) for one in judged]
    if options.answers:
        options.answers.write_text("".join(records), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
