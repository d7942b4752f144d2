"""Who may be one person enrolled twice: staff merge two or say that they are two, and can undo a merge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web
from sqlmodel import Session, col, select

from bot.staff.access import NUMBER_DIGITS, WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, back_to, form_of, page, staff_texts
from bot.staff.kept import Kept
from bot.store.database import Database
from bot.store.duplicates import Suggestion, keep_apart, merge_pair, still_there, suggestions, undo_merge
from bot.store.merging import newest
from bot.store.tables import Person, PersonMerge, utc_now

MERGES_SHOWN = 50  # merges on the page, newest first


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = DuplicatePages(context)
    return [
        StaffRoute("GET", "/w/{ward}/duplicates", pages.duplicates, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/duplicates/merge", pages.merge, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/duplicates/apart", pages.apart, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/duplicates/{merge:[0-9]+}/undo", pages.undo, WARD_EDITORS),
    ]


async def kept_pairs(kept: Kept[list[Suggestion]], database: Database, ward: str, now: datetime) -> list[Suggestion]:
    """The pairs of a ward as they were found within the last minutes: it takes a second in a large ward."""
    return await kept.get(ward, now, lambda: database.read(lambda session: suggestions(session, ward)))


class DuplicatePages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._pairs = context.pairs

    async def duplicates(self, request: web.Request) -> web.Response:
        """The pairs that may be one, and the merges that can be undone."""
        return await self._page(request)

    async def merge(self, request: web.Request) -> web.StreamResponse:
        """Two are one."""

        def one(session: Session, first: Person, second: Person) -> None:
            record = merge_pair(session, first, second, utc_now())
            audit(session, request, "people_merge", str(record.id))

        return await self._decided(request, one, "people_merged", all_of_one=True)

    async def apart(self, request: web.Request) -> web.StreamResponse:
        """Two are two."""

        def two(session: Session, first: Person, second: Person) -> None:
            keep_apart(session, first.id or 0, second.id or 0)
            audit(session, request, "people_apart")

        return await self._decided(request, two, "people_apart")

    async def _decided(
        self,
        request: web.Request,
        decide: Callable[[Session, Person, Person], None],
        said: str,
        all_of_one: bool = False,
    ) -> web.StreamResponse:
        """What the form decides of a suggested pair; ``all_of_one``: either may be one with somebody else no more."""
        form, ward = await form_of(request), request[WARD].code

        def unit(session: Session) -> set[int]:
            pair = _pair(session, form, ward)
            if pair is None:
                return set()
            numbers = {person.id or 0 for person in pair}
            decide(session, *pair)
            return numbers

        settled = await self._database.write(unit)
        if all_of_one:
            self._pairs.change(ward, lambda pairs: [one for one in pairs if not one.of & settled])
        else:
            self._pairs.change(ward, lambda pairs: [one for one in pairs if one.of != settled])
        return await self._done(request, bool(settled), said)

    async def undo(self, request: web.Request) -> web.StreamResponse:
        """A merge was wrong."""
        ward, number = request[WARD].code, int(request.match_info["merge"])

        def unit(session: Session) -> bool:
            record = session.get(PersonMerge, number)
            if record is None or record.ward_code != ward:
                raise web.HTTPNotFound
            last = newest(session, record.kept_id)
            if last is None or last.id != record.id:
                return False
            undo_merge(session, record, utc_now())
            audit(session, request, "people_unmerge", str(number))
            return True

        done = await self._database.write(unit)
        self._pairs.forget(ward)
        return await self._done(request, done, "people_unmerged", "people_later_first")

    async def _done(
        self, request: web.Request, done: bool, said: str, refused: str = "people_pair_gone"
    ) -> web.StreamResponse:
        if not done:
            return await self._page(request, refused)
        raise back_to(request, "duplicates", said)

    async def _page(self, request: web.Request, problem: str | None = None) -> web.Response:
        ward = request[WARD].code
        kept = await kept_pairs(self._pairs, self._database, ward, utc_now())
        pairs, merges = await self._database.read(
            lambda session: (still_there(session, ward, kept), _merges(session, ward))
        )
        values = {
            "pairs": [(one, [staff_texts()[why] for why in one.reasons]) for one in pairs],
            "merges": merges,
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "duplicates.html", values, status=400 if problem else 200)


def _pair(session: Session, form: dict[str, str], ward: str) -> tuple[Person, Person] | None:
    """The two that a form names, when both are still there, of this ward, and suggested."""
    written = [form.get(name, "") for name in ("first", "second")]
    if not all(one.isascii() and one.isdecimal() and len(one) <= NUMBER_DIGITS for one in written):
        return None
    wanted = {int(one) for one in written}
    found = next((pair for pair in suggestions(session, ward, wanted) if pair.of == wanted), None)
    return (
        None if found is None else (session.get_one(Person, found.first.id), session.get_one(Person, found.second.id))
    )


def _merges(session: Session, ward: str) -> list[tuple[PersonMerge, str | None]]:
    statement = (
        select(PersonMerge, Person.called)
        .join(Person, col(Person.id) == col(PersonMerge.kept_id))
        .where(PersonMerge.ward_code == ward)
        .order_by(col(PersonMerge.id).desc())
        .limit(MERGES_SHOWN)
    )
    return [(record, called) for record, called in session.exec(statement).all()]
