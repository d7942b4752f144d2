"""``bdhvs contest …``: recomputing a frozen result from its file alone."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.cli_support import operator_errors, out
from bot.errors import OperatorError

contest_app = typer.Typer(no_args_is_help=True, help="Contests.")
FIRST = 10  # places printed


@contest_app.callback()
def _contest() -> None:
    """Contests."""


@contest_app.command("verify")
def contest_verify(file: Path) -> None:
    """Recompute the result of a contest from its log, without a database."""
    from lessons.contest.verify import LogFileError, verify

    try:
        with operator_errors():
            # Bytes: reading as text would change line ends, and with them the hash.
            found = verify(file.read_bytes().decode("utf-8"))
    except (LogFileError, UnicodeDecodeError) as error:
        raise OperatorError(f"{file}: {error}") from error
    out(f"{found.name}: {len(found.boards.people)} people, hash {found.digest}")
    for row in found.boards.people[:FIRST]:
        out(f"{row.place:>4}  {row.participant.id}  {row.score.points} points, {row.score.right} right")
    for group in found.boards.groups:
        if group.place is not None and group.place <= FIRST:
            out(f"{group.place:>4}  {group.group.name}  {group.average / 100:.2f} a player, {group.players} players")
    for problem in found.problems:
        out(f"WRONG: {problem}")
    out("The result is not what its log gives." if found.problems else "The result is what its log gives.")
    raise typer.Exit(1 if found.problems else 0)
