"""``bdhvs lessons export``, ``import``, ``edits`` and ``undo``: questions out to Excel or Word and back as an edit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bot.editing import COURSES, overlaid, read_edits, with_stored_edits
from bot.errors import OperatorError
from bot.material import knowledge_root
from bot.settings import Settings
from bot.store.database import Database
from bot.store.material_edits import add, withdraw
from bot.store.tables import utc_now
from knowledge.facts import Facts, load_facts
from knowledge.material_files import FACTS_FILE
from lessons.catalogue import read_courses
from lessons.check import check_courses
from lessons.material_source import NO_BASE, Below, Edit, OverlaidMaterial, item_hash
from lessons.question_exchange import (
    Format,
    export_questions,
    import_questions,
    questions_of,
    template,
    with_questions,
)

COMMAND_LINE = "dòng lệnh"  # the author and approver of an edit made by who runs the server


@dataclass(frozen=True, slots=True)
class ReadQuestions:
    """What a file would make of a lesson: the edit, or what is wrong, by row and column."""

    edit: Edit | None
    count: int
    problems: tuple[str, ...]


def write_template(file: Path) -> None:
    """Write the empty form. Raises OperatorError."""
    _write(file, template(_format(file)))


def export(settings: Settings, lesson_id: str, file: Path) -> int:
    """Write the questions of a lesson as they are taught now; how many. Raises OperatorError."""
    source = overlaid(settings, read_edits(settings))
    questions = questions_of(source.read(_item(settings, source, lesson_id)))
    _write(file, export_questions(questions, _format(file)))
    return len(questions)


def read_questions(settings: Settings, lesson_id: str, file: Path) -> ReadQuestions:
    """Read a file of questions for a lesson and check the lesson with them. Raises OperatorError."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OperatorError(f"Cannot read {file}: {error.strerror}.") from error
    edits = read_edits(settings)
    source = overlaid(settings, edits)
    item = _item(settings, source, lesson_id)
    imported = import_questions(content, file.name)
    if imported.problems:
        return ReadQuestions(None, len(imported.questions), tuple(str(one) for one in imported.problems))
    shipped = overlaid(settings, ())
    base = item_hash(shipped.read(item)) if item in shipped.items() else NO_BASE
    before = source.read(item)
    body = with_questions(before, imported.questions)
    if questions_of(before) == imported.questions:
        raise OperatorError(f"{file.name} holds the very questions that {lesson_id} has now; nothing to change.")
    edit = Edit(max((one.number for one in edits), default=0) + 1, item, base, body, "", COMMAND_LINE, utc_now())
    return ReadQuestions(edit, len(imported.questions), _problems(settings, [*edits, edit], item))


def save(settings: Settings, found: ReadQuestions, author: str) -> int:
    """Keep the edit, in force at once; its number. Raises OperatorError when there is nothing to keep."""
    if found.edit is None:
        raise OperatorError("There is nothing to keep.")
    edit = replace(found.edit, author=author or COMMAND_LINE, effective_from=utc_now())
    with _open(settings) as database:
        return database.write_now(lambda session: add(session, edit))


def undo(settings: Settings, number: int) -> None:
    """Withdraw an edit. Raises OperatorError when there is none such."""
    with _open(settings) as database:
        if not database.write_now(lambda session: withdraw(session, number)):
            raise OperatorError(f"There is no edit {number}. bdhvs lessons edits lists them.")


def list_edits(settings: Settings) -> Iterator[str]:
    """Every edit, and the conflicts with what is shipped now."""
    edits = read_edits(settings)
    source = overlaid(settings, edits)
    conflicts = {conflict.edit.number for conflict in source.conflicts()}
    for edit in edits:
        live = source.live.get(edit.item)
        state = "in force" if live is not None and live.number == edit.number else "not in force"
        if edit.approver is None:
            state = "waits for approval"
        if edit.number in conflicts:
            state += "; the shipped file has changed since: compare them"
        yield f"{edit.number}  {edit.effective_from:%Y-%m-%d}  {edit.item}  {edit.author}  {state}"


class _open:  # noqa: N801 - reads as a statement
    """The migrated database, closed afterwards."""

    def __init__(self, settings: Settings) -> None:
        from bot.serve import open_database

        self._database = open_database(settings)

    def __enter__(self) -> Database:
        return self._database

    def __exit__(self, *_: object) -> None:
        self._database.close()


def _item(settings: Settings, source: OverlaidMaterial, lesson_id: str) -> str:
    catalogue, _ = read_courses(Below(source, COURSES), _facts(settings))
    lesson = catalogue.lesson(lesson_id)
    if lesson is None:
        known = ", ".join(one.id for one in catalogue.lessons)
        raise OperatorError(f"There is no lesson {lesson_id!r}. Lessons: {known}")
    return f"{COURSES}/{lesson.file}"


def _problems(settings: Settings, edits: list[Edit], item: str) -> tuple[str, ...]:
    """What ``bdhvs lessons check`` would say of the lesson with the edit."""
    file, source = item.removeprefix(f"{COURSES}/"), Below(overlaid(settings, edits), COURSES)
    return tuple(str(one) for one in check_courses(source, _facts(settings)) if one.file == file)


def _facts(settings: Settings) -> Facts:
    return load_facts(knowledge_root(with_stored_edits(settings)) / FACTS_FILE)


def _format(file: Path) -> Format:
    try:
        return Format(file.suffix.lower().removeprefix("."))
    except ValueError:
        raise OperatorError(f"{file.name}: the ending must be .xlsx, .csv or .docx.") from None


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise OperatorError(f"Cannot write {file}: {error.strerror}.") from error
