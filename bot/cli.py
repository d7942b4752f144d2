"""The bdhvs command. Each command is a few lines that call a room; standard output carries results only."""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli_contest import contest_app
from bot.cli_lessons import facts_app, lessons_app
from bot.cli_support import operator_errors, out, settings
from bot.errors import OperatorError
from bot.settings import ENVIRONMENT_PREFIX, Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
index_app = typer.Typer(no_args_is_help=True, help="The search index.")
database_app = typer.Typer(no_args_is_help=True, help="The database.")
staff_app = typer.Typer(no_args_is_help=True, help="Staff accounts.")
oa_app = typer.Typer(no_args_is_help=True, help="The Zalo Official Account.")
app.add_typer(index_app, name="index")
app.add_typer(lessons_app, name="lessons")
app.add_typer(facts_app, name="facts")
app.add_typer(contest_app, name="contest")
app.add_typer(database_app, name="db")
app.add_typer(staff_app, name="staff")
app.add_typer(oa_app, name="zalo-oa")

GENTLE = 10  # steps of niceness: a server that answers goes first
# Starting makes a million objects that stay; looking through them for garbage takes a sixth of a start.
GARBAGE_AT_START = (100_000, 50, 1000)
WardOption = Annotated[str | None, typer.Option("--ward", help="Ward code, such as le-dai-hanh.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def serve() -> None:
    """Start the chat, the staff site and the connected channels."""
    from bot.serve import serve as run

    raise typer.Exit(run(settings()))


@app.command()
def chat(ward: WardOption = None) -> None:
    """Talk to the assistant in this window."""
    from bot.console import chat as run

    raise typer.Exit(run(settings(), ward))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    ward: WardOption = None,
    as_json: JsonOption = False,
    batch: Annotated[str | None, typer.Option(help="File of JSON lines, or - for standard input.")] = None,
) -> None:
    """Answer one question, or a batch of JSON lines."""
    from bot.ask import Asker, answer_json, run_batch

    if batch is not None:
        raise typer.Exit(run_batch(settings(), batch))
    if question is None:
        raise OperatorError("Give a question, or --batch FILE.")
    answer = Asker(settings()).ask(question, ward)
    if as_json:
        out(json.dumps({"id": None, **answer_json(answer)}, ensure_ascii=False))
        return
    out(answer.text)
    for citation in answer.citations:
        out(f"  — {citation.title} › {citation.section}" if citation.section else f"  — {citation.title}")


@app.command()
def doctor() -> None:
    """Say what is wrong and how to mend it."""
    from bot.doctor import Installation, examine

    findings = list(examine(Installation(settings())))
    for finding in findings:
        out(f"{'ok   ' if finding.well else 'WRONG'} {finding.name}: {finding.text}")
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


@app.command("settings")
def show_settings() -> None:
    """List every setting, its default and meaning."""
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        out(f"{ENVIRONMENT_PREFIX}{name.upper()} (default: {'none' if default is None else default})")
        out(f"    {field.description}")


@app.command()
def backup(
    file: Annotated[
        Path | None,
        typer.Argument(help="Ends in .age: encrypted; in .zip: readable by anybody. Default: among the nightly ones."),
    ] = None,
) -> None:
    """Write a backup of the database and of the plans that were added."""
    from bot.answering import uploaded_plans
    from bot.jobs.backups import run_now, write_sealed
    from bot.store.restore import back_up
    from bot.store.sealed import ENDING

    current = settings()
    with operator_errors():
        if file is None:
            run = run_now(current)
            if run.problem:
                raise OperatorError(run.problem)
            out(f"{run.file}: encrypted with {current.backup_key}. Keep a copy of that key elsewhere.")
            return
        if file.suffix == ENDING:
            counts = write_sealed(current, file)
        else:
            counts = back_up(current.sqlalchemy_url, file, documents=uploaded_plans(current.data_dir))
    out(f"{file}: {sum(counts.values())} rows of {len(counts)} tables")


@app.command()
def restore(
    file: Path,
    key: Annotated[Path | None, typer.Option(help="The key's file, where it is not the one of the settings.")] = None,
) -> None:
    """Put a backup back; what was there is backed up first. Stop the server before."""
    from bot.answering import UPLOADS_FOLDER
    from bot.serve import instance_lock
    from bot.store.restore import restore as run
    from bot.store.sealed import opened

    current = settings()
    backups = current.data_dir / "backups"
    with instance_lock(current.data_dir), operator_errors(), opened(file, key or current.backup_key, backups) as plain:
        kept = run(current.sqlalchemy_url, plain, backups, current.data_dir / UPLOADS_FOLDER)
    out(f"Restored {file}." + (f" What was there before: {kept}" if kept else ""))


def _build_index(current: Settings, as_json: bool = False) -> Path:
    from filelock import FileLock

    from bot.answering import BUILD_LOCK, INDEX_FOLDER, point_to, uploaded_plans
    from bot.editing import with_stored_edits
    from bot.material import knowledge_root, open_encoder
    from indexer import command
    from indexer.sections import PlanFormatError
    from knowledge.yaml_source import MaterialError

    indexes = current.data_dir / INDEX_FOLDER
    encoder = open_encoder(current)
    material = knowledge_root(with_stored_edits(current))
    try:
        indexes.mkdir(parents=True, exist_ok=True)
        with FileLock(indexes / BUILD_LOCK):  # one at a time: each takes the next number
            progress = command.json_progress if as_json else command.show_progress
            folder = command.build(material, indexes, uploaded_plans(current.data_dir), encoder, progress)
    except (MaterialError, PlanFormatError) as error:
        raise OperatorError(f"The material is wrong, the index in use stays: {error}") from error
    except OSError as error:
        raise OperatorError(f"The index cannot be written to {indexes}: {error.strerror or error}") from error
    point_to(current.data_dir, folder)
    command.remove_old(indexes)
    return folder


@index_app.command("build")
def index_build(
    gently: Annotated[bool, typer.Option(help="With low priority, beside a running server.")] = False,
) -> None:
    """Build the index of the material; a running server takes it within seconds."""
    if gently and hasattr(os, "nice"):
        os.nice(GENTLE)
    out(str(_build_index(settings())))


@index_app.command("add")
def index_add(
    file: Path,
    ward: Annotated[str, typer.Option(help="Ward code.")],
    valid_from: Annotated[str | None, typer.Option(help="From when it applies: YYYY, YYYY-MM or YYYY-MM-DD.")] = None,
    valid_until: Annotated[str | None, typer.Option(help="Until when it applies, likewise.")] = None,
    amended_by: Annotated[str | None, typer.Option(help="What changed parts of it; said in every answer.")] = None,
    replaced_by: Annotated[str | None, typer.Option(help="What took its place; said in every answer.")] = None,
    for_server: Annotated[bool, typer.Option(hidden=True, help="Low priority; progress and result as JSON.")] = False,
) -> None:
    """Add a ward's plan document and build the index anew."""
    from bot.answering import UPLOADS_FOLDER
    from bot.material import knowledge_root
    from indexer import command
    from indexer.plan_reading import plan_reading
    from indexer.readers import DocumentRefusedError
    from knowledge.wards import load_wards
    from knowledge.yaml_source import PARTIAL_DATE

    current = settings()
    if load_wards().get(ward) is None:
        raise OperatorError(
            f"There is no ward {ward!r}. Codes are names without marks, such as hong-bang, le-dai-hanh."
        )
    for day in (valid_from, valid_until):
        if day is not None and not PARTIAL_DATE.fullmatch(day):
            raise OperatorError(f"{day!r} is no date. Write YYYY, YYYY-MM or YYYY-MM-DD.")
    standing = {"valid_from": valid_from, "valid_until": valid_until} | {
        "amended_by": amended_by,
        "replaced_by": replaced_by,
    }
    if for_server and hasattr(os, "nice"):
        os.nice(GENTLE)
    plans, progress = current.data_dir / UPLOADS_FOLDER, command.json_progress if for_server else None
    try:
        added = command.add_plan(file, ward, plans, knowledge_root(current) / "plans", standing, progress)
    except DocumentRefusedError as error:
        if for_server:
            out(json.dumps({"refused": error.staff_message}, ensure_ascii=False))
        raise OperatorError(str(error)) from error
    if for_server:
        out(json.dumps({"found": plan_reading(added)}, ensure_ascii=False))
        _build_index(current, as_json=True)
        return
    out(str(added))
    out(str(_build_index(current)))


@index_app.command("repair")
def index_repair(
    file: Path,
    without_sisters: Annotated[bool, typer.Option(help="Do not align with known plans.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Restore the diacritics of a scan."""
    from indexer.command import repair
    from indexer.readers import DocumentRefusedError

    try:
        repair(file, not without_sisters, as_json, sys.stdout)
    except DocumentRefusedError as error:
        raise OperatorError(str(error)) from error


@index_app.command("evaluate")
def index_evaluate(file: Path, as_json: JsonOption = False) -> None:
    """Measure retrieval on a file of passages and questions, in a throw-away index."""
    from indexer.evaluate import evaluate_command
    from knowledge.encoder import load_encoder

    evaluate_command(file, load_encoder(settings().embedding_model), as_json, sys.stdout)


@database_app.command("upgrade")
def database_upgrade() -> None:
    """Migrate the database; a backup is made first."""
    from bot.serve import instance_lock, open_database

    current = settings()
    with instance_lock(current.data_dir):
        open_database(current).close()
    out("The database is up to date.")


@database_app.command("before-upgrade", hidden=True)
def database_before_upgrade() -> None:
    """Back up while nobody writes, for make upgrade; prints the file, nothing when there is no database yet."""
    from datetime import UTC, datetime

    from bot.answering import uploaded_plans
    from bot.serve import instance_lock
    from bot.store.archive import BrokenArchiveError
    from bot.store.restore import back_up

    current = settings()
    file = current.data_dir / "backups" / f"before-make-upgrade-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"
    with instance_lock(current.data_dir), operator_errors():
        try:
            back_up(current.sqlalchemy_url, file, documents=uploaded_plans(current.data_dir))
        except BrokenArchiveError:
            return
    out(str(file.resolve()))


@database_app.command("copy")
def database_copy(to: Annotated[str, typer.Option(help="SQLAlchemy address of an empty database.")]) -> None:
    """Copy everything into another database, for example PostgreSQL."""
    from bot.store.restore import copy

    with operator_errors():
        counts = copy(settings().sqlalchemy_url, to)
    out(f"Copied {sum(counts.values())} rows of {len(counts)} tables. Now set BDHVS_DATABASE_URL to the new address.")


@staff_app.command("add")
def staff_add(
    username: str,
    ward: Annotated[list[str] | None, typer.Option(help="Ward code; may be given several times.")] = None,
    name: Annotated[str, typer.Option(help="Name shown on the site.")] = "",
    role: Annotated[
        str, typer.Option(help="administrator, staff, leader, volunteer, read_only, or city_reader (no ward).")
    ] = "staff",
    group: Annotated[str | None, typer.Option(help="Name of a leader's or volunteer's residential group.")] = None,
) -> None:
    """Make a staff account; prints the one-time link that sets its password."""
    from bot.staff.command import add

    out(add(settings(), username, name or username, ward or [], role, group))


@staff_app.command("reset")
def staff_reset(
    username: str,
    without_second_factor: Annotated[
        bool, typer.Option("--without-second-factor", help="Phone and recovery codes are lost: ask for neither.")
    ] = False,
) -> None:
    """Lock an account whose password leaked: ends its sessions; prints the link that sets a new password."""
    from bot.staff.command import reset

    out(reset(settings(), username, without_second_factor=without_second_factor))


@oa_app.command("consent")
def oa_consent(
    redirect: Annotated[str | None, typer.Option(help="An address registered with the Zalo app.")] = None,
    code: Annotated[str | None, typer.Option(help="The code that Zalo appended to that address.")] = None,
) -> None:
    """Link the Official Account: --redirect prints the page to open, --code finishes."""
    import asyncio

    from bot.oa_consent import begin_oa_consent, finish_oa_consent
    from bot.serve import open_database

    if code is not None:
        database = open_database(settings())
        try:
            asyncio.run(finish_oa_consent(settings(), database, code))
        finally:
            database.close()
        out("The Official Account is linked. Start bdhvs serve.")
    elif redirect is not None:
        out(begin_oa_consent(settings(), redirect))
    else:
        raise OperatorError("Give --redirect ADDRESS first, then --code CODE.")


def main() -> None:
    """Run the command; an operator's error is one line on standard error."""
    gc.set_threshold(*GARBAGE_AT_START)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        app()
    except OperatorError as error:
        sys.stderr.write(f"bdhvs: {error}\n")
        sys.exit(error.exit_code)
