"""What the commands share: the settings, results on standard output, an operator's errors as one line."""

from __future__ import annotations

import sys

from pydantic import ValidationError

from bot.errors import OperatorError
from bot.settings import ENVIRONMENT_PREFIX, Settings


def settings() -> Settings:
    """The settings; a wrong one is named."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{ENVIRONMENT_PREFIX}{'_'.join(str(part) for part in one['loc']).upper()}: {one['msg']}"
            for one in error.errors()
        )
        raise OperatorError(f"Wrong setting: {wrong}. bdhvs settings lists them.") from error


def out(text: str) -> None:
    """Print a result."""
    sys.stdout.write(text + "\n")


class operator_errors:  # noqa: N801 - reads as a statement
    """Turns errors an operator can mend into one line."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        from bot.store.archive import BrokenArchiveError
        from bot.store.migrate import NewerDatabaseError, UnknownDatabaseError
        from bot.store.restore import TargetNotEmptyError
        from bot.store.sealed import KeyMissingError

        stored = (BrokenArchiveError, TargetNotEmptyError, NewerDatabaseError, UnknownDatabaseError)
        expected = (*stored, KeyMissingError)
        if isinstance(error, expected):
            raise OperatorError(str(error)) from error
        if isinstance(error, OSError):
            raise OperatorError(f"{error.filename}: {error.strerror}") from error
        if isinstance(error, SQLAlchemyError):
            raise OperatorError(
                f"The database cannot be used: {type(error).__name__}. bdhvs doctor says more."
            ) from error
