"""The wards of an installation, entered from the material at every start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sqlmodel import Session

from bot.store.tables import Ward


class KnownWard(Protocol):
    """A ward as the material knows it."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def successor(self) -> str | None: ...


def register_wards(session: Session, wards: Iterable[KnownWard]) -> None:
    """Enter wards that are new and follow changes of name; nothing is ever removed here."""
    for known in wards:
        name = known.name[:1].upper() + known.name[1:]
        row = session.get(Ward, known.code)
        if row is None:
            session.add(Ward(code=known.code, name=name, superseded_by=known.successor))
        else:
            row.name, row.superseded_by = name, known.successor
