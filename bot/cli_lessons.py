"""``bdhvs lessons …`` and ``bdhvs facts …``: checking, showing, exchanging and editing what is taught."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_support import operator_errors, out, settings
from bot.errors import OperatorError

lessons_app = typer.Typer(no_args_is_help=True, help="Courses and lessons.")
facts_app = typer.Typer(no_args_is_help=True, help="Fees, deadlines, numbers and legal references.")


@lessons_app.command("check")
def lessons_check() -> None:
    """Check courses, guides and facts; every problem with file and line."""
    from bot.checking import problems
    from bot.editing import with_stored_edits

    found = list(problems(with_stored_edits(settings())))
    for problem in found:
        out(problem)
    sys.stderr.write("No problems.\n" if not found else f"{len(found)} problems.\n")
    raise typer.Exit(1 if found else 0)


@lessons_app.command("preview")
def lessons_preview(port: Annotated[int | None, typer.Option(help="Port; a fixed one by default.")] = None) -> None:
    """Show every lesson as Zalo, Telegram and the web would, on this computer only."""
    from bot.preview.server import PORT, serve_preview

    raise typer.Exit(serve_preview(settings(), out, PORT if port is None else port))


@lessons_app.command("template")
def lessons_template(file: Path) -> None:
    """Write the form in which questions are exchanged: .xlsx, .csv or .docx."""
    from bot.exchange import write_template

    write_template(file)
    out(str(file))


@lessons_app.command("export")
def lessons_export(lesson: str, file: Path) -> None:
    """Write the questions of a lesson (its id) to a file: .xlsx, .csv or .docx."""
    from bot.exchange import export

    out(f"{file}: {export(settings(), lesson, file)} questions")


@lessons_app.command("import")
def lessons_import(
    lesson: str,
    file: Path,
    author: Annotated[str, typer.Option(help="Who made the change; kept with it.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Only say what is wrong.")] = False,
) -> None:
    """Take the questions of a lesson from a file; a running server teaches them within seconds."""
    from bot.exchange import read_questions, save

    found = read_questions(settings(), lesson, file)
    for problem in found.problems:
        out(problem)
    if found.problems:
        raise OperatorError(f"Nothing was changed: {len(found.problems)} problems. Mend the file and try again.")
    if check:
        out(f"{file}: {found.count} questions, no problems")
        return
    with operator_errors():
        number = save(settings(), found, author)
    out(f"Edit {number}: {found.count} questions of {lesson}. The way back: bdhvs lessons undo {number}")


@lessons_app.command("edits")
def lessons_edits() -> None:
    """List the edits of the material by staff, and where an update changed a file below one."""
    from bot.exchange import list_edits

    for line in list_edits(settings()):
        out(line)


@lessons_app.command("undo")
def lessons_undo(number: int) -> None:
    """Take an edit back."""
    from bot.exchange import undo

    with operator_errors():
        undo(settings(), number)
    out(f"Edit {number} is withdrawn.")


@lessons_app.command("files")
def lessons_files(folder: Path) -> None:
    """Write the material with the edits in force to a new folder (for BDHVS_MATERIAL_DIR or a pull request)."""
    from bot.editing import read_edits, write_material

    current = settings()
    out(f"{folder}: {write_material(current, read_edits(current), folder)} files")


@facts_app.command("stale")
def facts_stale(days: Annotated[int, typer.Option(help="Checked longer ago than this many days.")] = 180) -> None:
    """List the facts and guides that are to be compared with their sources again."""
    from bot.checking import stale
    from bot.editing import with_stored_edits

    for line in stale(with_stored_edits(settings()), days):
        out(line)
