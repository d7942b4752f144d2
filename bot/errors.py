"""Errors an operator can do something about: each message says what to do next."""

from __future__ import annotations


class OperatorError(Exception):
    """Shown as one line on standard error, without a traceback; the command ends with ``exit_code``."""

    exit_code = 1


class IndexUnavailableError(OperatorError):
    """There is no index to answer from, or it is broken."""

    exit_code = 2
