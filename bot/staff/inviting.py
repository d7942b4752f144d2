"""New accounts of a ward and their one-time links, for the wizard and the page of accounts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from bot.staff.accounts import GROUP_ROLES, WARD_ROLES, Role, add_account, normalised_name
from bot.staff.context import FormProblemError
from bot.store.imports import groups_of

NAME_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """An account as the form asks for it."""

    username: str
    name: str
    role: Role
    group: int | None


def asked_for(given: dict[str, str]) -> Asked:
    """Read the form. Raises FormProblemError."""
    username, name = normalised_name(given.get("username", "")[:NAME_LIMIT]), given.get("name", "")[:NAME_LIMIT]
    if not username:
        raise FormProblemError("username_missing")
    return Asked(username, name or username, asked_role(given), asked_group(given))


def asked_role(given: dict[str, str]) -> Role:
    """The role a form asks for. Raises FormProblemError."""
    if given.get("role") not in WARD_ROLES:
        raise FormProblemError("account_role_wrong")
    return Role(given["role"])


def asked_group(given: dict[str, str]) -> int | None:
    """The group a form asks for; a number that is none is found out by ``check_group``."""
    written = given.get("group", "")
    return int(written[:9]) if written.isascii() and written.isdigit() else None


def check_group(session: Session, code: str, role: Role, group: int | None) -> None:
    """Raise FormProblemError when a role of one group has none of the ward."""
    if role in GROUP_ROLES and group not in {row.id for row in groups_of(session, code)}:
        raise FormProblemError("account_group_missing")


def invite(session: Session, code: str, asked: Asked) -> str:
    """Make the account; the token of its link. Raises FormProblemError, IntegrityError for a name that is taken."""
    check_group(session, code, asked.role, asked.group)
    return add_account(session, asked.username, asked.name, {code: asked.role}, asked.group)
