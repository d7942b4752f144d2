"""``bdhvs ask``: questions from the command line, one or a batch, answered without writing anything."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.answering import INDEX_ERRORS, StoredStaffAnswers, current_index
from bot.errors import IndexUnavailableError, OperatorError
from bot.material import open_encoder
from bot.settings import Settings
from bot.store.database import Database
from knowledge.answer import Answerer
from knowledge.answer_types import Answer, OverrideSource, StaffAnswer
from knowledge.index import load_index
from knowledge.wards import load_wards

SQLITE_PREFIX = "sqlite:///"


class BadLineError(ValueError):
    """A line of a batch that cannot be asked; ``id`` is given back when it could be read."""

    def __init__(self, message: str, line_id: Any = None) -> None:
        super().__init__(message)
        self.line_id = line_id


class NoOverrides:
    """No staff answers: there is no database yet."""

    def staff_answers(self, ward: str | None) -> Sequence[StaffAnswer]:
        """None."""
        return ()


class Asker:
    """Answers questions from the index in use and the staff answers, if there is a database."""

    def __init__(self, settings: Settings) -> None:
        """Raises IndexUnavailableError."""
        folder = current_index(settings.data_dir)
        if folder is None:
            raise IndexUnavailableError("There is no index yet. Build it: bdhvs index build")
        encoder = open_encoder(settings)
        try:
            self._answerer = Answerer(load_index(folder), encoder)
        except INDEX_ERRORS as error:
            raise IndexUnavailableError(str(error)) from error
        self._overrides = _overrides(settings)
        self._wards = load_wards()

    def ask(self, question: str, ward: str | None = None, previous: Iterable[str] = ()) -> Answer:
        """One answer. Raises OperatorError for a ward that does not exist."""
        if ward is not None and self._wards.get(ward) is None:
            known = ", ".join(one.code for one in self._wards.wards)
            raise OperatorError(f"There is no ward {ward!r}. Known wards: {known}")
        return self._answerer.answer(question, ward, tuple(previous), self._overrides)

    def answer(
        self,
        question: str,
        ward: str | None = None,
        previous: Sequence[str] = (),
        overrides: OverrideSource | None = None,
    ) -> Answer:
        """As knowledge.answer.Answerer, for the conversation in a terminal."""
        return self._answerer.answer(question, ward, previous, overrides or self._overrides)

    def batch(self, lines: Iterable[bytes]) -> Iterator[tuple[dict[str, Any], bool]]:
        """Each line's answer as a JSON object, and whether the line was good."""
        for raw in lines:
            if not raw.strip():
                continue
            try:
                yield self._answer_line(raw), True
            except BadLineError as error:
                yield {"id": error.line_id, "kind": "error", "message": str(error)}, False

    def _answer_line(self, raw: bytes) -> dict[str, Any]:
        try:
            line = json.loads(raw.decode("utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise BadLineError(f"not a JSON object in UTF-8: {error}") from error
        if not isinstance(line, dict):
            raise BadLineError("a line must be a JSON object with id and text")
        line_id, text = line.get("id"), line.get("text")
        ward, previous = line.get("ward"), line.get("previous") or []
        if not isinstance(text, str):
            raise BadLineError("text must be a string", line_id)
        if ward is not None and not isinstance(ward, str):
            raise BadLineError("ward must be a ward code or null", line_id)
        if not isinstance(previous, list) or not all(isinstance(one, str) for one in previous):
            raise BadLineError("previous must be a list of strings or null", line_id)
        try:
            return {"id": line_id, **answer_json(self.ask(text, ward, previous))}
        except OperatorError as error:
            raise BadLineError(str(error), line_id) from error


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as the command-line contract words it."""
    return {
        "kind": answer.kind.value,
        "action": answer.action.value if answer.action else None,
        "answer": answer.text,
        "confidence": round(answer.confidence, 4),
        "citations": [{**asdict(one), "score": round(one.score, 4)} for one in answer.citations],
    }


def run_batch(settings: Settings, source: str) -> int:
    """Answer a file of JSON lines (``-`` for standard input); 1 when a line was bad."""
    asker = Asker(settings)
    all_good = True
    try:
        stream = sys.stdin.buffer if source == "-" else Path(source).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise OperatorError(f"Cannot read {source}: {error.strerror}. Give a file of JSON lines, or - .") from error
    with stream:
        for result, good in asker.batch(stream):
            all_good = all_good and good
            sys.stdout.write(_as_line(result) + "\n")
    return 0 if all_good else 1


def _as_line(result: dict[str, Any]) -> str:
    """A line of JSON in readable Vietnamese; escaped where an id holds half a character, which UTF-8 cannot."""
    line = json.dumps(result, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(result)
    return line


def _overrides(settings: Settings) -> OverrideSource:
    url = settings.sqlalchemy_url
    if url.startswith(SQLITE_PREFIX):
        path = Path(url.removeprefix(SQLITE_PREFIX))
        if not path.is_file():
            return NoOverrides()
        url = f"sqlite:///file:{path.as_posix()}?mode=ro&uri=true"
    database = Database(url)
    try:
        answers = StoredStaffAnswers(database)
        answers.refresh()
    except SQLAlchemyError as error:
        sys.stderr.write(f"Staff answers are left out: the database cannot be read ({type(error).__name__}).\n")
        return NoOverrides()
    finally:
        database.close()
    return answers
