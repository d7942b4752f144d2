"""``bdhvs staff add`` and ``bdhvs staff reset``."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.errors import OperatorError
from bot.serve import open_database
from bot.settings import Settings
from bot.staff import second_factor
from bot.staff.accounts import GROUP_ROLES, Role, account_named, add_account, lock_password
from bot.store.tables import AuditEntry, ResidentialGroup, StaffMembership, Ward, utc_now


def add(settings: Settings, username: str, name: str, wards: list[str], role: str, group: str | None = None) -> str:
    """Make an account; the address that sets its password. ``group``: the name of a leader's or volunteer's group.

    Raises OperatorError.
    """
    try:
        chosen = Role(role)
    except ValueError as error:
        raise OperatorError(f"There is no role {role!r}. Roles: {', '.join(Role)}") from error
    if not wards and chosen is not Role.CITY_READER:
        raise OperatorError("Give the ward: --ward CODE, such as --ward le-dai-hanh.")
    if chosen in GROUP_ROLES and not group:
        raise OperatorError(f"A {chosen} sees one residential group. Give its name: --group NAME.")

    def unit(session: Session) -> str:
        for code in wards:
            if session.get(Ward, code) is None:
                raise OperatorError(f"There is no ward {code!r} in this installation. Start bdhvs serve once.")
        only = _group(session, wards, group) if chosen in GROUP_ROLES else None
        _write_down(session, wards, "account_add", f"{username} {chosen}")
        if chosen is Role.CITY_READER:
            return add_account(session, username, name, {}, reads_city=True)
        return add_account(session, username, name, dict.fromkeys(wards, chosen), only)

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(settings)
    try:
        token = database.write_now(unit)
    except IntegrityError as error:
        raise OperatorError(f"The name {username!r} is taken. Choose another.") from error
    finally:
        database.close()
    return _address(settings, token)


def _group(session: Session, wards: list[str], name: str | None) -> int | None:
    statement = select(ResidentialGroup).where(col(ResidentialGroup.ward_code).in_(wards))
    found = session.exec(statement.where(ResidentialGroup.name == name)).first()
    if found is None or len(wards) > 1:
        raise OperatorError(f"There is no group {name!r} in one ward. Its name must be as on the staff site.")
    return found.id


def _write_down(session: Session, wards: Iterable[str], action: str, detail: str) -> None:
    """In the log of every ward it concerns."""
    session.add_all(AuditEntry(at=utc_now(), ward_code=code, action=action, detail=detail) for code in wards)


def reset(settings: Settings, username: str, *, without_second_factor: bool = False) -> str:
    """Lock an account; the address that sets its new password. Raises OperatorError."""

    def unit(session: Session) -> str | None:
        account = account_named(session, username)
        if account is None:
            return None
        if without_second_factor:
            second_factor.remove(session, account.id or 0)
        wards = session.exec(select(StaffMembership.ward_code).where(StaffMembership.staff_id == account.id)).all()
        _write_down(session, wards, "account_reset", account.username)
        return lock_password(session, account)

    database = open_database(settings)
    try:
        token = database.write_now(unit)
    finally:
        database.close()
    if token is None:
        raise OperatorError(f"There is no account {username!r}.")
    return _address(settings, token)


def _address(settings: Settings, token: str) -> str:
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"{base}/staff/first/{token}"
