"""Questions in and out of XLSX, CSV and DOCX, for staff who write them in Excel or Word.

``template`` gives an empty form with two examples, ``export_questions`` the questions of a lesson in the same form,
``import_questions`` reads either back. ``questions_of`` and ``with_questions`` tie them to a lesson's file: facts stay
named by their marks, and a lesson that was exported and imported unchanged keeps its version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from knowledge.facts import compose_yaml
from lessons.exchange_files import Format, read_rows, write_rows
from lessons.exchange_rows import FALSE, TRUE, ExchangedQuestion, from_rows, to_cells
from lessons.exchange_texts import OPTION_COLUMNS, ExchangeError, ExchangeProblem, said, texts
from lessons.models import QuestionKind
from lessons.yaml_reader import BOOLEANS

__all__ = [
    "ExchangeProblem",
    "ExchangedQuestion",
    "Format",
    "Imported",
    "export_questions",
    "import_questions",
    "questions_of",
    "template",
    "with_questions",
]

QUESTIONS_FIELD = "questions"
LINE_WIDTH = 110  # characters of a line in a lesson's file


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds: the questions that are right, in order, and what is wrong with the rest, in Vietnamese."""

    questions: tuple[ExchangedQuestion, ...]
    problems: tuple[ExchangeProblem, ...]


def template(kind: Format) -> bytes:
    """The form to fill in, with two examples and how to write each column (CSV has no place for that)."""
    return write_rows(texts()["examples"], kind, guide=True)


def export_questions(questions: Iterable[ExchangedQuestion], kind: Format) -> bytes:
    """The questions as a file; ``import_questions`` gives the same ones back."""
    return write_rows([to_cells(question) for question in questions], kind)


def import_questions(content: bytes, file_name: str) -> Imported:
    """The questions of a file. Never raises for anything a person could send: the problems say what is wrong."""
    try:
        rows = read_rows(content, file_name)
    except ExchangeError as error:
        return Imported((), (error.problem,))
    questions, problems = from_rows(rows)
    if not rows:
        problems = [ExchangeProblem(texts()["file"], "", said("no_question"))]
    return Imported(tuple(questions), tuple(problems))


def questions_of(lesson_text: str) -> tuple[ExchangedQuestion, ...]:
    """The questions of a lesson file that ``lessons.check`` finds right, facts still as marks.

    Raises ValueError when the text holds no questions.
    """
    loaded = yaml.load(lesson_text, Loader=yaml.BaseLoader)  # every scalar as it is written  # noqa: S506
    if not isinstance(loaded, dict) or not isinstance(loaded.get(QUESTIONS_FIELD), list):
        raise ValueError(f"the lesson has no '{QUESTIONS_FIELD}'")
    return tuple(_from_fields(fields) for fields in loaded[QUESTIONS_FIELD])


def with_questions(lesson_text: str, questions: Sequence[ExchangedQuestion]) -> str:
    """The lesson file with these questions instead of its own; all else stays as written, comments too.

    Raises ValueError when the text holds no questions.
    """
    node = compose_yaml(lesson_text)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for key, value in pairs:
        if key.value == QUESTIONS_FIELD:
            written = yaml.dump(
                {QUESTIONS_FIELD: [_to_fields(question) for question in questions]},
                Dumper=_LessonDumper,
                allow_unicode=True,
                sort_keys=False,
                width=LINE_WIDTH,
            )
            # A block ends where the next field begins; the last one at the end of the text.
            return lesson_text[: key.start_mark.index] + written + lesson_text[value.end_mark.index :].lstrip("\n")
    raise ValueError(f"the lesson has no '{QUESTIONS_FIELD}'")


class _LessonDumper(yaml.SafeDumper):
    """Writes lists the way the lesson files do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand two blanks in, below the name of their field."""
        super().increase_indent(flow, False)


class _Inline(list[str]):
    """A list that is written on one line."""


_LessonDumper.add_representer(
    _Inline, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)
)


def _to_fields(question: ExchangedQuestion) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": question.id,
        "kind": question.kind.value,
        "difficulty": question.difficulty,
    }
    for name in ("skill", "source"):
        names = getattr(question, name).split(", ") if getattr(question, name) else []
        if names:
            fields[name] = names[0] if len(names) == 1 else _Inline(names)
    fields["text"] = question.text
    if question.picture:
        fields["picture"] = {"file": question.picture, "alt": question.alt}
    named = [OPTION_COLUMNS[place] for place in question.correct]
    if question.kind is QuestionKind.TRUE_FALSE:
        fields["correct"] = question.correct == (TRUE,)
    elif question.kind is QuestionKind.MATCH:
        fields["pairs"] = dict(zip(question.prompts, question.options, strict=True))
    else:
        fields["options"] = dict(zip(OPTION_COLUMNS, question.options, strict=False))
        fields["correct"] = named[0] if question.kind is QuestionKind.SINGLE else _Inline(named)
    fields["why"] = question.why
    if question.kind is QuestionKind.TRUE_FALSE and question.reasons:
        fields["why_not"] = question.reasons[0][1]
    elif question.reasons:
        fields["why_not"] = {OPTION_COLUMNS[place]: reason for place, reason in question.reasons}
    return fields


def _from_fields(fields: Mapping[str, Any]) -> ExchangedQuestion:
    kind = QuestionKind(fields["kind"])
    reasons: tuple[tuple[int, str], ...]
    pairs = fields.get("pairs", {})
    options = fields.get("options", pairs)
    names = list(OPTION_COLUMNS[: len(pairs)] if pairs else options)
    if kind is QuestionKind.TRUE_FALSE:
        correct: tuple[int, ...] = (TRUE if BOOLEANS[fields["correct"].casefold()] else FALSE,)
        reason = fields.get("why_not")
        reasons = ((FALSE if correct == (TRUE,) else TRUE, _one_line(reason)),) if reason else ()
    else:
        given = names if pairs else fields["correct"]
        correct = tuple(names.index(name) for name in ([given] if isinstance(given, str) else given))
        reasons = tuple(
            sorted((names.index(name), _one_line(reason)) for name, reason in fields.get("why_not", {}).items())
        )
    source = fields.get("source", "")
    picture = fields.get("picture", {})
    return ExchangedQuestion(
        id=fields["id"],
        kind=kind,
        difficulty=int(fields["difficulty"]),
        text=fields["text"].strip(),
        options=tuple(text.strip() for text in options.values()),
        correct=correct,
        why=fields["why"].strip(),
        reasons=reasons,
        skill=fields.get("skill", ""),
        source=source if isinstance(source, str) else ", ".join(source),
        picture=picture.get("file", ""),
        alt=picture.get("alt", ""),
        prompts=tuple(prompt.strip() for prompt in pairs),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
