"""From rows as staff write them to questions, with everything that is wrong told by place and column; and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lessons.check import ALT_LIMIT, OPTION_LIMIT, QUESTION_LIMIT, REASON_LIMIT
from lessons.exchange_files import Row
from lessons.exchange_texts import OPTION_COLUMNS, REQUIRED_COLUMNS, ExchangeProblem, columns, said, texts
from lessons.lesson_file import DIFFICULTY_LIMIT, OPTIONS, PAIRS, QUESTION_ID_LIMIT
from lessons.models import QuestionKind
from lessons.similarity import normalised
from lessons.yaml_reader import ID_LIMIT, ID_PATTERN

LETTERS = "ABCDE"
PAIR_MARK = " = "
TRUE, FALSE = 0, 1  # the places of "Đúng" and "Sai"
_ANSWER_PARTS = re.compile(r"[\s,;.>→+/-]+")
_REASON = re.compile(r"([A-Ea-e])\s*[:.)]\s*(.+)")
_PICTURE_FILE = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")


@dataclass(frozen=True, slots=True)
class ExchangedQuestion:
    """A question as it travels: options by their places instead of ids.

    ``options`` is empty for true/false. ``correct`` holds places from 0 (in order where order matters; TRUE or FALSE
    for true/false), ``reasons`` pairs a wrong place with what is wrong with it. ``source`` are ids, parted by commas.
    """

    id: str
    kind: QuestionKind
    difficulty: int
    text: str
    options: tuple[str, ...]
    correct: tuple[int, ...]
    why: str
    reasons: tuple[tuple[int, str], ...] = ()
    skill: str = ""
    source: str = ""
    picture: str = ""
    alt: str = ""
    prompts: tuple[str, ...] = ()
    """What each option is matched with; only for match, where ``correct`` is the places in order."""


def to_cells(question: ExchangedQuestion) -> dict[str, str]:
    """The cells of a question by the name of the field."""
    statement = question.kind is QuestionKind.TRUE_FALSE
    answers = texts()["answers"]
    lettered = "" if question.prompts else ", ".join(LETTERS[place] for place in question.correct)
    options = question.options
    if question.prompts:
        options = tuple(f"{prompt}{PAIR_MARK}{own}" for prompt, own in zip(question.prompts, options, strict=True))
    reasons = [reason if statement else f"{LETTERS[place]}: {reason}" for place, reason in question.reasons]
    return {
        "id": question.id,
        "kind": texts()["kinds"][question.kind.value],
        "difficulty": str(question.difficulty),
        "text": question.text,
        **dict(zip(OPTION_COLUMNS, options, strict=False)),
        "correct": answers["true" if question.correct == (TRUE,) else "false"] if statement else lettered,
        "why": question.why,
        "why_not": "\n".join(reasons),
        "skill": question.skill,
        "source": question.source,
        "picture": question.picture,
        "alt": question.alt,
    }


def from_rows(rows: Sequence[Row]) -> tuple[list[ExchangedQuestion], list[ExchangeProblem]]:
    """The questions whose rows are right, in order, and what is wrong with the others."""
    problems = _heading_problems(rows)
    if problems:
        return [], problems
    questions = []
    places: dict[str, str] = {}
    given = {_cell(row, "id") for row in rows}
    spare = (name for number in range(1, 10 ** (QUESTION_ID_LIMIT - 1)) if (name := f"q{number}") not in given)
    for row in rows:
        if row.problems:  # what else is wrong can be told once these cells hold text
            problems += row.problems
            continue
        reader = _RowReader(row)
        question = reader.question(_cell(row, "id") or next(spare, ""))
        for key, message, name in (
            (f"id {question.id}", "id_twice", "id"),
            (f"text {normalised(question.text)}", "same_question", "text"),
        ):
            first = places.setdefault(key, row.place)
            if first != row.place:
                reader.problem(name, message, value=question.id, place=first)
        problems += reader.problems
        if not reader.problems:
            questions.append(question)
    return questions, problems


def _heading_problems(rows: Sequence[Row]) -> list[ExchangeProblem]:
    known = {_folded(heading): name for name, heading in columns().items()}
    problems: dict[tuple[str, str], ExchangeProblem] = {}
    for row in rows:
        written = {**row.cells, **{problem.column: "" for problem in row.problems}}
        present = {known.get(_folded(heading)) for heading in written}
        for heading in written:
            if heading and _folded(heading) not in known:
                message = said("unknown_column", column=heading)
                problems.setdefault(("unknown", heading), ExchangeProblem(row.place, "", message))
        for name in REQUIRED_COLUMNS:
            if name not in present:
                message = said("missing_column", column=columns()[name])
                problems.setdefault(("missing", name), ExchangeProblem(row.place, "", message))
    return list(problems.values())


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _cell(row: Row, name: str) -> str:
    wanted = _folded(columns()[name])
    return next((_clean(cell) for heading, cell in row.cells.items() if _folded(heading) == wanted), "")


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).replace("\r\n", "\n").strip()


class _RowReader:
    """Reads one row and notes what is wrong with it."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.problems: list[ExchangeProblem] = []

    def problem(self, name: str, message: str, **values: object) -> None:
        """Note a mistake in a column."""
        self.problems.append(ExchangeProblem(self.row.place, columns()[name], said(message, **values)))

    def question(self, question_id: str) -> ExchangedQuestion:
        """The question of the row; where something is wrong it is not to be used."""
        if not ID_PATTERN.fullmatch(question_id) or len(question_id) > QUESTION_ID_LIMIT:
            self.problem("id", "bad_id", value=question_id, limit=QUESTION_ID_LIMIT)
        kind = self._kind()
        prompts, options = self._pairs() if kind is QuestionKind.MATCH else ((), self._options(kind))
        correct = self._correct(kind, options)
        picture, alt = self._text("picture", ALT_LIMIT, False), self._text("alt", ALT_LIMIT, False)
        if picture and not alt:
            self.problem("alt", "alt_missing")
        if picture and (not _PICTURE_FILE.fullmatch(picture) or ".." in picture):
            self.problem("picture", "bad_name", value=picture)
        return ExchangedQuestion(
            id=question_id,
            kind=kind,
            difficulty=self._difficulty(),
            text=self._text("text", QUESTION_LIMIT),
            options=options,
            correct=correct,
            why=self._text("why", REASON_LIMIT),
            reasons=self._reasons(kind, options, correct),
            skill=self._names("skill"),
            source=self._names("source"),
            picture=picture,
            alt=alt,
            prompts=prompts,
        )

    def _text(self, name: str, limit: int, required: bool = True) -> str:
        value = _cell(self.row, name)
        if any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and letter != "\n" for letter in value):
            self.problem(name, "strange")
        if required and not value:
            self.problem(name, "empty")
        if len(value) > limit:
            self.problem(name, "too_long", length=len(value), limit=limit)
        return value

    def _kind(self) -> QuestionKind:
        names: Mapping[str, str] = texts()["kinds"]
        value = _cell(self.row, "kind")
        for name, label in names.items():
            if _words(value) in (_words(label), _words(name)):
                return QuestionKind(name)
        self.problem("kind", "bad_kind", value=value, allowed=", ".join(names.values()))
        return QuestionKind.SINGLE

    def _difficulty(self) -> int:
        value = _cell(self.row, "difficulty")
        if value.isascii() and value.isdecimal() and 1 <= int(value[:9]) <= DIFFICULTY_LIMIT:
            return int(value)
        self.problem("difficulty", "bad_difficulty")
        return 1

    def _options(self, kind: QuestionKind, limit: int = OPTION_LIMIT) -> tuple[str, ...]:
        cells = [self._text(name, limit, False) for name in OPTION_COLUMNS]
        filled = [place for place, cell in enumerate(cells) if cell]
        if kind is QuestionKind.TRUE_FALSE:
            if filled:
                self.problem(OPTION_COLUMNS[filled[0]], "needless_options")
            return ()
        for place in range(max(filled, default=-1)):
            if not cells[place]:
                self.problem(OPTION_COLUMNS[place], "gap", letter=LETTERS[place])
        allowed = PAIRS if kind is QuestionKind.MATCH else OPTIONS
        if len(filled) not in allowed:
            self.problem("a", "few_options", low=allowed.start, high=allowed.stop - 1)
        seen: dict[str, int] = {}
        for place in filled:
            first = seen.setdefault(_folded(cells[place]), place)
            if first != place:
                self.problem(OPTION_COLUMNS[place], "same_option", first=LETTERS[first], second=LETTERS[place])
        return tuple(cells[: max(filled, default=-1) + 1])

    def _pairs(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        cells = self._options(QuestionKind.MATCH, 2 * OPTION_LIMIT + len(PAIR_MARK))
        pairs = []
        for name, cell in zip(OPTION_COLUMNS, cells, strict=False):
            prompt, mark, own = (part.strip() for part in cell.partition(PAIR_MARK.strip()))
            if not (prompt and mark and own):
                self.problem(name, "no_pair")
            for part in (prompt, own):
                if len(part) > OPTION_LIMIT:
                    self.problem(name, "too_long", length=len(part), limit=OPTION_LIMIT)
            pairs.append((prompt, own))
        return tuple(prompt for prompt, _ in pairs), tuple(own for _, own in pairs)

    def _correct(self, kind: QuestionKind, options: tuple[str, ...]) -> tuple[int, ...]:
        value = self._text("correct", OPTION_LIMIT, kind is not QuestionKind.MATCH)
        if kind is QuestionKind.MATCH:
            if value:
                self.problem("correct", "needless_answer")
            return tuple(range(len(options)))
        if kind is QuestionKind.TRUE_FALSE:
            answers = {_words(label): TRUE if name == "true" else FALSE for name, label in texts()["answers"].items()}
            if value and _words(value) not in answers:
                self.problem("correct", "true_or_false")
            return (answers.get(_words(value), TRUE),)
        places = []
        for part in filter(None, _ANSWER_PARTS.split(value.upper())):
            place = LETTERS.find(part) if len(part) == 1 else -1
            if not 0 <= place < len(options):
                self.problem("correct", "unknown_letter", value=part)
            elif place in places:
                self.problem("correct", "letter_twice", letter=part)
            else:
                places.append(place)
        self._check_count(kind, len(places), len(options))
        return tuple(places) if kind is QuestionKind.ORDER else tuple(sorted(places))

    def _check_count(self, kind: QuestionKind, right: int, options: int) -> None:
        if any(problem.column == columns()["correct"] for problem in self.problems):
            return
        if kind is QuestionKind.SINGLE and right != 1:
            self.problem("correct", "one_right")
        if kind is QuestionKind.MULTIPLE and not 2 <= right < options:
            self.problem("correct", "several_right")
        if kind is QuestionKind.ORDER and right != options:
            self.problem("correct", "order_all")

    def _reasons(
        self, kind: QuestionKind, options: tuple[str, ...], correct: tuple[int, ...]
    ) -> tuple[tuple[int, str], ...]:
        value = self._text("why_not", REASON_LIMIT * len(OPTION_COLUMNS), not kind.takes_all_in_order)
        if kind is QuestionKind.MATCH and value:
            self.problem("why_not", "needless_answer")
            return ()
        if kind is QuestionKind.TRUE_FALSE:
            self._check_reason(value)
            return ((FALSE if correct == (TRUE,) else TRUE, " ".join(value.split())),) if value else ()
        found: dict[int, str] = {}
        for line in filter(None, map(str.strip, value.split("\n"))):
            reason = _REASON.fullmatch(line)
            if reason is None:
                self.problem("why_not", "reason_without_letter")
                continue
            place = LETTERS.index(reason.group(1).upper())
            if place >= len(options):
                self.problem("why_not", "unknown_letter", value=LETTERS[place])
            elif place in found:
                self.problem("why_not", "letter_twice", letter=LETTERS[place])
            elif place in correct and not kind.takes_all_in_order:
                self.problem("why_not", "reason_of_right", letter=LETTERS[place])
            self._check_reason(reason.group(2))
            found[place] = " ".join(reason.group(2).split())
        return tuple(sorted(found.items()))

    def _check_reason(self, reason: str) -> None:
        if len(reason) > REASON_LIMIT:
            self.problem("why_not", "too_long", length=len(reason), limit=REASON_LIMIT)

    def _names(self, name: str) -> str:
        """Ids parted by commas, each of the form that course files use."""
        names = [part for part in re.split(r"[\s,;]+", self._text(name, OPTION_LIMIT, False)) if part]
        for one in names:
            if not ID_PATTERN.fullmatch(one) or len(one) > ID_LIMIT:
                self.problem(name, "bad_name", value=one)
        return ", ".join(names)


def _words(text: str) -> str:
    """What a kind or an answer is compared by: small letters, no punctuation ("Đúng/Sai" is "đúng sai")."""
    return normalised(text)
