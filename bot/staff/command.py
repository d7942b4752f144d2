"""``bdhvs staff add`` and ``bdhvs staff reset``."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.errors import OperatorError
from bot.serve import open_database
from bot.settings import Settings
from bot.staff.accounts import Role, add_account, reset_account
from bot.store.tables import Ward


def add(settings: Settings, username: str, name: str, wards: list[str], role: str) -> str:
    """Make an account; the address that sets its password. Raises OperatorError."""
    try:
        chosen = Role(role)
    except ValueError as error:
        raise OperatorError(f"There is no role {role!r}. Roles: {', '.join(Role)}") from error

    def unit(session: Session) -> str:
        for code in wards:
            if session.get(Ward, code) is None:
                raise OperatorError(f"There is no ward {code!r} in this installation. Start bdhvs serve once.")
        return add_account(session, username, name, dict.fromkeys(wards, chosen))

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(settings)
    try:
        token = database.write_now(unit)
    except IntegrityError as error:
        raise OperatorError(f"The name {username!r} is taken. Choose another.") from error
    finally:
        database.close()
    return _address(settings, token)


def reset(settings: Settings, username: str) -> str:
    """Lock an account; the address that sets its new password. Raises OperatorError."""
    database = open_database(settings)
    try:
        token = database.write_now(lambda session: reset_account(session, username))
    finally:
        database.close()
    if token is None:
        raise OperatorError(f"There is no account {username!r}.")
    return _address(settings, token)


def _address(settings: Settings, token: str) -> str:
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"{base}/staff/first/{token}"
