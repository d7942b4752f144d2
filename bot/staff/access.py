"""Who may open what: the request's account, the permission every route declares, and the guards before it."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import web

from bot.settings import LOOPBACK_HOSTS, Settings
from bot.staff.accounts import Membership, Role, SignedIn
from bot.staff.sessions import SEEN_AGAIN, signed_in, touch
from bot.store.database import Database
from bot.store.tables import Ward, utc_now

SESSION_COOKIE = "bdhvs_staff"
FORM_COOKIE = "bdhvs_form"  # proves that a form sent before sign-in came from our page
CSRF_FIELD = "csrf"
SAFE_METHODS = frozenset({"GET", "HEAD"})

ACCOUNT = web.RequestKey("account", SignedIn)
WARD = web.RequestKey("ward", Ward)
MEMBERSHIP = web.RequestKey("membership", Membership)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

EVERYONE = frozenset(Role)
READERS = EVERYONE - {Role.CITY_READER}
EXPORTERS = EVERYONE - {Role.VOLUNTEER}
OVERSEERS = EVERYONE - {Role.LEADER, Role.VOLUNTEER}  # who see every group
EDITORS = frozenset({Role.ADMINISTRATOR, Role.STAFF})
SECOND_FACTOR_PAGE = "/staff/me/second-factor"


@dataclass(frozen=True, slots=True)
class Permission:
    """What a route asks for: ``signed_in``, and which roles in the ward that its address names.

    ``before_second_factor``: open to who must have a second factor and has yet to set one up.
    """

    signed_in: bool
    roles: frozenset[Role] | None = None
    before_second_factor: bool = False


PUBLIC = Permission(signed_in=False)
ANY_ACCOUNT = Permission(signed_in=True)
OWN_ACCOUNT = Permission(signed_in=True, before_second_factor=True)
WARD_FIGURES = Permission(signed_in=True, roles=EVERYONE)
WARD_EXPORTERS = Permission(signed_in=True, roles=EXPORTERS)
WARD_READERS = Permission(signed_in=True, roles=READERS)
WARD_OVERSEERS = Permission(signed_in=True, roles=OVERSEERS)
WARD_EDITORS = Permission(signed_in=True, roles=EDITORS)
WARD_ADMINISTRATORS = Permission(signed_in=True, roles=frozenset({Role.ADMINISTRATOR}))


@dataclass(frozen=True, slots=True)
class StaffRoute:
    """One address of the staff site; without a permission it can't be made.

    ``body_limit`` is what a form with a file may hold, in bytes; None for the limit of every other form.
    """

    method: str
    path: str
    handler: Handler
    permission: Permission
    body_limit: int | None = None


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer."""
    name = host.rsplit(":", 1)[0].strip("[]") if host.count(":") == 1 or host.startswith("[") else host
    if name in LOOPBACK_HOSTS:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_safe_transport(request: web.Request, settings: Settings) -> bool:
    """HTTPS, or plain HTTP that never leaves this computer."""
    if request.secure:
        return True
    if settings.trusted_proxy and request.headers.get("X-Forwarded-Proto") == "https":
        return True
    return is_loopback(request.host) and is_loopback(request.remote or "")


def address_of(request: web.Request, settings: Settings) -> str:
    """Where a request comes from: what the trusted proxy in front wrote down last, or the other end."""
    if settings.trusted_proxy and (told := request.headers.get("X-Forwarded-For")):
        return told.rsplit(",", 1)[-1].strip()
    return request.remote or ""


class Guard:
    """Wraps each route: transport, account, ward and role, forged forms. Refuses by default."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    def routes(self, routes: Sequence[StaffRoute]) -> list[web.RouteDef]:
        """aiohttp's routes of the staff site's."""
        return [web.route(one.method, one.path, self._guarded(one)) for one in routes]

    def _guarded(self, route: StaffRoute) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if not is_safe_transport(request, self._settings):
                raise web.HTTPForbidden(
                    text="Trang cán bộ chỉ mở qua HTTPS. Bạn hỏi người quản trị địa chỉ https:// của phường.",
                )
            account = await self._account(request)
            if route.permission.signed_in:
                if account is None:
                    raise web.HTTPSeeOther("/staff/sign-in")
                request[ACCOUNT] = account
                if not route.permission.before_second_factor and self._lacks_second_factor(account):
                    raise web.HTTPSeeOther(SECOND_FACTOR_PAGE)
                await self._enter_ward(request, account, route.permission)
            if route.body_limit is not None:
                request = request.clone(client_max_size=route.body_limit)
            if request.method not in SAFE_METHODS:
                await self._refuse_forged(request)
            response = await route.handler(request)
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return handle

    async def _account(self, request: web.Request) -> SignedIn | None:
        token = request.cookies.get(SESSION_COOKIE)
        if not token:
            return None
        now = utc_now()
        account = await self._database.read(lambda session: signed_in(session, token, now))
        if account is not None and account.seen_at < now - SEEN_AGAIN:
            await self._database.write(lambda session: touch(session, account.session, now))
        return account

    def _lacks_second_factor(self, account: SignedIn) -> bool:
        wanted = self._settings.second_factor
        return not account.second_factor and (
            wanted == "everyone" or (wanted == "administrators" and bool(account.administers))
        )

    async def _enter_ward(self, request: web.Request, account: SignedIn, permission: Permission) -> None:
        """Another ward's address is 404: nobody learns that it exists."""
        code = request.match_info.get("ward")
        if code is None:
            return
        membership = account.membership(code)
        ward = await self._database.read(lambda session: session.get(Ward, code)) if membership else None
        if membership is None or ward is None:
            raise web.HTTPNotFound
        if permission.roles is not None and membership.role not in permission.roles:
            raise web.HTTPForbidden(text="Tài khoản của bạn không có quyền làm việc này.")
        request[WARD], request[MEMBERSHIP] = ward, membership

    async def _refuse_forged(self, request: web.Request) -> None:
        account = request.get(ACCOUNT)  # not on public pages, whoever opens them
        origin = request.headers.get("Origin")
        if origin is not None and origin.split("://", 1)[-1] != request.host:
            raise web.HTTPForbidden(text="Yêu cầu đến từ trang khác nên bị từ chối.")
        expected = account.csrf if account else request.cookies.get(FORM_COOKIE, "")
        given = (await request.post()).get(CSRF_FIELD, "")
        if not expected or not isinstance(given, str) or not hmac.compare_digest(given.encode(), expected.encode()):
            raise web.HTTPForbidden(text="Trang đã mở quá lâu. Bạn tải lại trang rồi làm lại nhé.")
