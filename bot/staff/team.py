"""The accounts of a ward: who may sign in, invited, given another role, locked, helped back in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy import delete, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.staff import second_factor
from bot.staff.access import ACCOUNT, WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.accounts import GROUP_ROLES, LINK_HOURS, WARD_ROLES, SignedIn, lock_password
from bot.staff.context import Context, FormProblemError, audit, back_to, form_of, page, staff_texts
from bot.staff.inviting import asked_for, asked_group, asked_role, check_group, invite
from bot.staff.sessions import end_sessions, open_sessions
from bot.store import setup
from bot.store.imports import groups_of
from bot.store.naming import natural_key
from bot.store.tables import AuditEntry, StaffAccount, StaffMembership, utc_now

Act = Callable[[Session, StaffAccount, StaffMembership], str | None]


@dataclass(frozen=True, slots=True)
class Line:
    """An account as the page shows it; ``whole``: all of it is this administrator's to look after."""

    account: StaffAccount
    membership: StaffMembership
    group: str | None
    last_sign_in: datetime | None
    browsers: int
    second_factor: bool
    whole: bool
    mine: bool


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = TeamPages(context)
    one = "/w/{ward}/accounts/{account:[0-9]+}"
    acts: dict[str, Callable[[web.Request], object]] = {
        "role": pages.role,
        "remove": pages.remove,
        "reset": pages.reset,
        "second-factor-off": pages.second_factor_off,
        "end-sessions": pages.end_sessions,
        "lock": pages.lock,
        "unlock": pages.unlock,
    }
    return [
        StaffRoute("GET", "/w/{ward}/accounts", pages.all, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/accounts", pages.add, WARD_ADMINISTRATORS),
        *(StaffRoute("POST", f"{one}/{name}", act, WARD_ADMINISTRATORS) for name, act in acts.items()),  # type: ignore[arg-type]
    ]


def looks_after(session: Session, actor: SignedIn, account: StaffAccount) -> bool:
    """Whether every ward of an account is the actor's to administer.

    Who could reset the password of somebody with a role elsewhere would come by that role.
    """
    wards = session.exec(select(StaffMembership.ward_code).where(StaffMembership.staff_id == account.id)).all()
    return not account.reads_city and set(wards) <= actor.administers


class TeamPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def all(self, request: web.Request) -> web.Response:
        """Every account of the ward."""
        return await self._page(request)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Invite somebody; the one-time link is on the page that answers, and nowhere else."""
        given, code = await form_of(request), request[WARD].code
        try:
            asked = asked_for(given)

            def unit(session: Session) -> str:
                audit(session, request, "account_add", f"{asked.username} {asked.role.value}")
                return invite(session, code, asked)

            token = await self._database.write(unit)
        except FormProblemError as problem:
            return await self._page(request, str(problem))
        except IntegrityError:
            return await self._page(request, "username_taken")
        return await self._page(request, made=(asked.name, self._link(request, token)))

    async def role(self, request: web.Request) -> web.StreamResponse:
        """Another role in this ward."""
        given, code = await form_of(request), request[WARD].code

        def act(session: Session, account: StaffAccount, membership: StaffMembership) -> None:
            role, group = asked_role(given), asked_group(given)
            check_group(session, code, role, group)
            membership.role = role.value
            membership.group_id = group if role in GROUP_ROLES else None
            audit(session, request, "account_role", f"{account.username} {role.value}")

        return await self._change(request, act, "account_changed", whole=False)

    async def remove(self, request: web.Request) -> web.StreamResponse:
        """No role in this ward any more."""

        def act(session: Session, account: StaffAccount, membership: StaffMembership) -> None:
            session.execute(delete(StaffMembership).where(col(StaffMembership.id) == membership.id))
            audit(session, request, "account_remove", account.username)

        return await self._change(request, act, "account_removed", whole=False)

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """The password ends; a one-time link sets a new one."""

        def act(session: Session, account: StaffAccount, _membership: StaffMembership) -> str:
            audit(session, request, "account_reset", account.username)
            return lock_password(session, account)

        return await self._change(request, act, "account_changed")

    async def second_factor_off(self, request: web.Request) -> web.StreamResponse:
        """Somebody lost the phone and the recovery codes: the second factor goes, and so do open browsers."""

        def act(session: Session, account: StaffAccount, _membership: StaffMembership) -> None:
            second_factor.remove(session, account.id or 0)
            end_sessions(session, account.id or 0)
            audit(session, request, "account_second_factor_off", account.username)

        return await self._change(request, act, "account_changed")

    async def end_sessions(self, request: web.Request) -> web.StreamResponse:
        """Sign an account out everywhere."""

        def act(session: Session, account: StaffAccount, _membership: StaffMembership) -> None:
            end_sessions(session, account.id or 0)
            audit(session, request, "account_sessions_end", account.username)

        return await self._change(request, act, "account_signed_out")

    async def lock(self, request: web.Request) -> web.StreamResponse:
        """Nobody signs in with it; signed out at once."""

        def act(session: Session, account: StaffAccount, _membership: StaffMembership) -> None:
            account.active = False
            end_sessions(session, account.id or 0)
            audit(session, request, "account_lock", account.username)

        return await self._change(request, act, "account_locked")

    async def unlock(self, request: web.Request) -> web.StreamResponse:
        """It may sign in again."""

        def act(session: Session, account: StaffAccount, _membership: StaffMembership) -> None:
            account.active = True
            audit(session, request, "account_unlock", account.username)

        return await self._change(request, act, "account_changed")

    async def _change(self, request: web.Request, act: Act, done: str, *, whole: bool = True) -> web.StreamResponse:
        """Do ``act`` to an account of the ward; ``whole``: only where the actor looks after all of it."""
        ward, actor, number = request[WARD].code, request[ACCOUNT], int(request.match_info["account"])

        def unit(session: Session) -> tuple[str, str | None]:
            account = session.get(StaffAccount, number)
            in_ward = select(StaffMembership).where(StaffMembership.staff_id == number)
            membership = session.exec(in_ward.where(StaffMembership.ward_code == ward)).first()
            if account is None or membership is None:
                raise web.HTTPNotFound
            if number == actor.staff_id:
                raise FormProblemError("account_own")
            if whole and not looks_after(session, actor, account):
                raise FormProblemError("account_of_others")
            return account.name, act(session, account, membership)

        try:
            name, token = await self._database.write(unit)
        except FormProblemError as problem:
            return await self._page(request, str(problem))
        if token:
            return await self._page(request, made=(name, self._link(request, token)))
        raise back_to(request, "accounts", done)

    def _link(self, request: web.Request, token: str) -> str:
        return f"{self._context.public_base(request)}/staff/first/{token}"

    async def _page(
        self, request: web.Request, problem: str | None = None, made: tuple[str, str] | None = None
    ) -> web.Response:
        code, actor = request[WARD].code, request[ACCOUNT]

        def unit(session: Session) -> tuple[list[Line], list[tuple[int | None, str]]]:
            groups = sorted(groups_of(session, code), key=lambda row: natural_key(row.name))
            return _lines(session, code, actor), [(row.id, row.name) for row in groups]

        lines, groups = await self._database.read(unit)
        values = {
            "lines": lines,
            "groups": groups,
            "roles": WARD_ROLES,
            "made": made,
            "hours": LINK_HOURS,
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "accounts.html", values, status=400 if problem else 200)


def _lines(session: Session, code: str, actor: SignedIn) -> list[Line]:
    now = utc_now()
    signed = select(AuditEntry.staff_id, func.max(AuditEntry.at)).where(AuditEntry.action == "sign_in")
    last: dict[int | None, datetime] = dict(session.exec(signed.group_by(col(AuditEntry.staff_id))).all())
    lines = [
        Line(
            account,
            membership,
            group,
            last.get(account.id),
            len(open_sessions(session, account.id or 0, now)),
            second_factor.is_on(session, account.id or 0),
            looks_after(session, actor, account),
            account.id == actor.staff_id,
        )
        for account, membership, group in setup.accounts_of(session, code)
    ]
    return sorted(lines, key=lambda line: natural_key(line.account.name))
