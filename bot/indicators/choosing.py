"""What staff decide: which indicators their ward has, with which targets; its own ones; figures they enter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sqlmodel import Session, col, select

from bot.indicators.definitions import COUNT, PERCENT, Definition, shipped_definitions
from bot.indicators.ward import chosen
from bot.store.tables import EnteredFigure, ResidentialGroup, WardIndicator

CODE_FORM = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,11}")
NAME_LIMIT = 200
SOURCE_LIMIT = 300
NUMBER_LIMIT = 1_000_000_000  # more than any ward counts of anything
HUNDREDTH = Decimal("0.01")


class RefusedError(ValueError):
    """What was given cannot be taken; the message is the key of the text that says how to mend it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen indicator: its code, target and the day it is to be reached."""

    code: str
    target: Decimal | None
    due_on: date | None


def number_of(written: str) -> Decimal | None:
    """A number as people write it in Vietnam (1.234,5), None for nothing. Raises RefusedError."""
    digits = "".join(written.split()).removesuffix("%")
    if not digits:
        return None
    if "," in digits or re.fullmatch(r"\d{1,3}(\.\d{3})+", digits):
        digits = digits.replace(".", "").replace(",", ".")
    if not re.fullmatch(r"\d{1,12}(\.\d{1,4})?", digits):
        raise RefusedError("indicator_number_wrong")
    try:
        return Decimal(digits)
    except InvalidOperation as error:
        raise RefusedError("indicator_number_wrong") from error


def choose(session: Session, ward_code: str, choices: Sequence[Choice], by: str, now: datetime) -> None:
    """Replace what the ward has chosen; its own indicators are kept with their definitions. Raises RefusedError."""
    there = {row.code: row for row in _rows(session, ward_code)}
    for choice in choices:
        definition = shipped_definitions().get(choice.code)
        if definition is None and (choice.code not in there or there[choice.code].own is None):
            raise RefusedError("indicator_unknown")
        unit = definition.unit if definition is not None else (there[choice.code].own or {}).get("unit")
        if choice.target is not None and unit == PERCENT and choice.target > 100:
            raise RefusedError("target_wrong")
    if not choices:
        raise RefusedError("indicator_none")
    kept = {choice.code for choice in choices}
    for code, row in there.items():
        if code not in kept:
            session.delete(row)
    for position, choice in enumerate(choices):
        row = there.get(choice.code) or WardIndicator(ward_code=ward_code, code=choice.code)
        row.position, row.target, row.due_on, row.set_by, row.set_at = position, choice.target, choice.due_on, by, now
        session.add(row)
    session.flush()


def add_own(session: Session, ward_code: str, definition: Definition, by: str, now: datetime) -> None:
    """Add an indicator of the ward's own, which staff enter. Raises RefusedError."""
    if not CODE_FORM.fullmatch(definition.code):
        raise RefusedError("indicator_code_wrong")
    taken = {code.casefold() for code in shipped_definitions()}
    taken |= {row.code.casefold() for row in _rows(session, ward_code)}
    if definition.code.casefold() in taken:
        raise RefusedError("indicator_code_taken")
    texts = (definition.name, definition.numerator, definition.source)
    if not all(texts) or any(len(one) > NAME_LIMIT for one in (*texts, definition.denominator)):
        raise RefusedError("indicator_words_missing")
    if (definition.unit == PERCENT) != bool(definition.denominator):
        raise RefusedError("indicator_denominator")
    if not _rows(session, ward_code):  # what it had by default stays
        choose(
            session,
            ward_code,
            [Choice(one.definition.code, one.target, None) for one in chosen(session, ward_code)],
            by,
            now,
        )
    session.add(
        WardIndicator(
            ward_code=ward_code,
            code=definition.code,
            position=len(_rows(session, ward_code)),
            target=definition.target,
            own=definition.to_json(),
            set_by=by,
            set_at=now,
        )
    )
    session.flush()


@dataclass(frozen=True, slots=True)
class Given:
    """A figure that somebody enters; ``group_id`` None for the whole ward."""

    code: str
    group_id: int | None
    day: date
    numerator: int | None
    denominator: int | None
    percent: Decimal | None
    source: str


def check_figure(definition: Definition | None, given: Given, today: date) -> None:
    """Raises RefusedError with the key of what is wrong."""
    if definition is None or definition.measured:
        raise RefusedError("figure_not_entered")
    if given.day > today:
        raise RefusedError("figure_day_wrong")
    if not given.source or len(given.source) > SOURCE_LIMIT:
        raise RefusedError("figure_source_missing")
    if given.percent is not None and (definition.unit == COUNT or not 0 <= given.percent <= 100):
        raise RefusedError("figure_percent_wrong")
    if given.percent is not None and (given.numerator is not None or given.denominator is not None):
        raise RefusedError("figure_both")
    if given.percent is None and given.numerator is None:
        raise RefusedError("figure_missing")
    if given.percent is None and definition.unit == PERCENT and not given.denominator:
        raise RefusedError("figure_denominator_missing")
    if definition.unit == PERCENT and (given.numerator or 0) > (given.denominator or 0):
        raise RefusedError("figure_more_than_whole")
    if max(given.numerator or 0, given.denominator or 0) > NUMBER_LIMIT:
        raise RefusedError("indicator_number_wrong")


def enter(
    session: Session, ward_code: str, given: Given, by: str, now: datetime, import_id: int | None = None
) -> EnteredFigure:
    """Keep a checked figure; one entered before for that day stays in the history. Raises RefusedError."""
    if given.group_id is not None:
        group = session.get(ResidentialGroup, given.group_id)
        if group is None or group.ward_code != ward_code:
            raise RefusedError("figure_group_unknown")
    percent = None if given.percent is None else given.percent.quantize(HUNDREDTH)
    row = EnteredFigure(
        ward_code=ward_code,
        group_id=given.group_id,
        code=given.code,
        day=given.day,
        numerator=given.numerator,
        denominator=given.denominator,
        percent=percent,
        source=given.source,
        entered_by=by,
        entered_at=now,
        import_id=import_id,
    )
    session.add(row)
    session.flush()
    return row


def withdraw(session: Session, ward_code: str, number: int, now: datetime) -> bool:
    """Take an entered figure out; it stays in the history. False when the ward has none such."""
    row = session.get(EnteredFigure, number)
    if row is None or row.ward_code != ward_code or row.withdrawn_at is not None:
        return False
    row.withdrawn_at = now
    return True


def _rows(session: Session, ward_code: str) -> Sequence[WardIndicator]:
    return session.exec(
        select(WardIndicator).where(WardIndicator.ward_code == ward_code).order_by(col(WardIndicator.position))
    ).all()
