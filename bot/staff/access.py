"""Who may open what: the request's account, the permission every route declares, and the guards before it."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import web

from bot.settings import LOOPBACK_HOSTS, Settings
from bot.staff.accounts import Membership, Role, SignedIn
from bot.staff.sessions import SEEN_AGAIN, signed_in, touch
from bot.store.database import Database
from bot.store.tables import Ward, utc_now

log = logging.getLogger(__name__)

SESSION_COOKIE = "bdhvs_staff"
FORM_COOKIE = "bdhvs_form"  # proves that a form sent before sign-in came from our page
HOST_PREFIX = "__Host-"  # over HTTPS: no other host, and no page of plain HTTP, can set a cookie so named
CSRF_FIELD = "csrf"
NUMBER_DIGITS = 9  # of a row in an address: 999,999,999 still fits PostgreSQL's 32-bit integers
SAFE_METHODS = frozenset({"GET", "HEAD"})

HTTPS = web.RequestKey("https", bool)
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
    return is_https(request, settings) or (is_loopback(request.host) and is_loopback(request.remote or ""))


def is_https(request: web.Request, settings: Settings) -> bool:
    """Whether the browser speaks HTTPS, to this program or to the trusted proxy in front."""
    return request.secure or (settings.trusted_proxy and request.headers.get("X-Forwarded-Proto") == "https")


def cookie_of(request: web.Request, name: str) -> str:
    """A cookie of the staff site; empty when there is none."""
    prefix = HOST_PREFIX if request.get(HTTPS) else ""
    return request.cookies.get(prefix + name, "")


def put_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str, seconds: int | None) -> None:
    """Give the browser a cookie that no script reads and no other site sends; None: until the browser ends."""
    https = request.get(HTTPS, False)
    response.set_cookie(
        (HOST_PREFIX if https else "") + name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="Strict",
        secure=https,
        path="/" if https else "/staff/",  # the prefix wants the whole host
    )


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
            if any(value.isdecimal() and len(value) > NUMBER_DIGITS for value in request.match_info.values()):
                raise web.HTTPNotFound
            request[HTTPS] = is_https(request, self._settings)
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
        token = cookie_of(request, SESSION_COOKIE)
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
            self._note_refusal(request, account)
            raise web.HTTPNotFound
        if permission.roles is not None and membership.role not in permission.roles:
            self._note_refusal(request, account)
            raise web.HTTPForbidden(text="Tài khoản của bạn không có quyền làm việc này.")
        request[WARD], request[MEMBERSHIP] = ward, membership

    def _note_refusal(self, request: web.Request, account: SignedIn) -> None:
        """By number and by the address's pattern: a log holds no names, and nothing that somebody typed."""
        log.warning("refused to staff account %d: %s %s", account.staff_id, request.method, _pattern(request))

    async def _refuse_forged(self, request: web.Request) -> None:
        account = request.get(ACCOUNT)  # not on public pages, whoever opens them
        origin = request.headers.get("Origin")
        if origin is not None and origin.split("://", 1)[-1] != request.host:
            log.warning("refused a form of another site: %s", _pattern(request))
            raise web.HTTPForbidden(text="Yêu cầu đến từ trang khác nên bị từ chối.")
        expected = account.csrf if account else cookie_of(request, FORM_COOKIE)
        given = (await request.post()).get(CSRF_FIELD, "")
        if not expected or not isinstance(given, str) or not hmac.compare_digest(given.encode(), expected.encode()):
            raise web.HTTPForbidden(text="Trang đã mở quá lâu. Bạn tải lại trang rồi làm lại nhé.")


def _pattern(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
