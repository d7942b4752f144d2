"""What an account's name says: the platform it is on, and the ward it belongs to.

``telegram`` is the installation's own account, shared by all wards; ``telegram@hung-dao`` belongs to one ward.
"""

from __future__ import annotations

SEPARATOR = "@"  # in no platform's name and no ward's code
NAME_LIMIT = 80  # characters: a channel's name, the separator and a ward's code of at most 64


def account_name(kind: str, ward: str | None = None) -> str:
    """The name of a ward's account on a platform, or of the shared one."""
    return kind if ward is None else f"{kind}{SEPARATOR}{ward}"


def kind_of(account: str) -> str:
    """The platform: ``telegram``, ``zalo-bot``, ``zalo-oa``, ``web``."""
    return account.partition(SEPARATOR)[0]


def ward_of(account: str) -> str | None:
    """The code of the ward whose account it is; None for a shared one."""
    return account.partition(SEPARATOR)[2] or None


def webhook_path(account: str) -> str:
    """Where the platform posts what people write to the account."""
    return "/webhooks/" + account.replace(SEPARATOR, "/")
