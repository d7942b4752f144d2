"""Other systems: tokens of the JSON API, and webhooks with what became of their deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session, col, select

from bot.staff.access import ACCOUNT, WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import Context, audit, back_to, page, staff_texts
from bot.store.api_tokens import SCOPES, make_token, revoke_token, tokens_of
from bot.store.tables import ApiToken, Webhook, WebhookDelivery, utc_now
from bot.store.webhooks import (
    EVENTS,
    add_webhook,
    end_webhook,
    is_good_url,
    rotate_secret,
    send_again,
    valid_secrets,
)

NAME_LIMIT = 60
TOKENS_LIMIT = 20  # of a ward that are not revoked: more nobody keeps count of
HOOKS_LIMIT = 10
DELIVERIES_SHOWN = 30


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = SystemPages(context)
    base, hook = "/w/{ward}/systems", "/w/{ward}/systems/webhooks/{hook:[0-9a-f]+}"
    return [
        StaffRoute("GET", base, pages.all, WARD_ADMINISTRATORS),
        StaffRoute("POST", f"{base}/tokens", pages.add_token, WARD_ADMINISTRATORS),
        StaffRoute("POST", f"{base}/tokens/{{token:[0-9]+}}/revoke", pages.revoke, WARD_ADMINISTRATORS),
        StaffRoute("POST", f"{base}/webhooks", pages.add_hook, WARD_ADMINISTRATORS),
        StaffRoute("POST", f"{hook}/rotate", pages.rotate, WARD_ADMINISTRATORS),
        StaffRoute("POST", f"{hook}/end", pages.end, WARD_ADMINISTRATORS),
        StaffRoute("POST", f"{base}/deliveries/{{delivery:[0-9a-f]+}}/again", pages.again, WARD_ADMINISTRATORS),
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A webhook on the page; ``signed`` is false of one whose secret did not come along with a restored backup."""

    hook: Webhook
    signed: bool


class SystemPages:
    """Handlers. A token and a secret stand on the page that answers, once, and nowhere else."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def all(self, request: web.Request) -> web.Response:
        """Tokens, webhooks, deliveries."""
        return await self._page(request)

    async def add_token(self, request: web.Request) -> web.StreamResponse:
        """Make a token."""
        form, code, by = await request.post(), request[WARD].code, request[ACCOUNT].name
        name = " ".join(str(form.get("name", "")).split())
        scopes = [scope for scope in SCOPES if scope in form.getall("scope", [])]
        if not name or len(name) > NAME_LIMIT or not name.isprintable():
            return await self._page(request, "token_name_wrong")
        if not scopes:
            return await self._page(request, "token_no_scope")

        def unit(session: Session) -> str | None:
            if sum(row.revoked_at is None for row in tokens_of(session, code)) >= TOKENS_LIMIT:
                return None
            audit(session, request, "api_token_add", name)
            return make_token(session, code, name, scopes, by, utc_now())

        token = await self._database.write(unit)
        return await self._page(request, token=token) if token else await self._page(request, "token_too_many")

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        """End a token."""
        code, number = request[WARD].code, int(request.match_info["token"])

        def unit(session: Session) -> bool:
            audit(session, request, "api_token_revoke", str(number))
            return revoke_token(session, code, number, utc_now())

        if not await self._database.write(unit):
            raise web.HTTPNotFound
        raise back_to(request, "systems", "token_revoked")

    async def add_hook(self, request: web.Request) -> web.StreamResponse:
        """Add a webhook."""
        form, code, by = await request.post(), request[WARD].code, request[ACCOUNT].name
        url = str(form.get("url", "")).strip()
        events = [event for event in EVENTS if event in form.getall("event", [])]
        if not is_good_url(url) or not url.isprintable():
            return await self._page(request, "hook_url_wrong")
        if not events:
            return await self._page(request, "hook_no_event")

        def unit(session: Session) -> str | None:
            if len(_hooks(session, code)) >= HOOKS_LIMIT:
                return None
            audit(session, request, "webhook_add", url)
            return add_webhook(session, code, url, events, by, utc_now())

        secret = await self._database.write(unit)
        return await self._page(request, secret=secret) if secret else await self._page(request, "hook_too_many")

    async def rotate(self, request: web.Request) -> web.StreamResponse:
        """Give a webhook a new secret."""

        def act(session: Session, hook: Webhook) -> str:
            audit(session, request, "webhook_rotate", hook.url)
            return rotate_secret(session, hook.code, utc_now())

        return await self._page(request, secret=await self._with_hook(request, act))

    async def end(self, request: web.Request) -> web.StreamResponse:
        """Tell an address no more."""

        def act(session: Session, hook: Webhook) -> str:
            audit(session, request, "webhook_end", hook.url)
            end_webhook(session, hook.code, utc_now())
            return ""

        await self._with_hook(request, act)
        raise back_to(request, "systems", "hook_ended")

    async def again(self, request: web.Request) -> web.StreamResponse:
        """Send an event again."""
        ward, code = request[WARD].code, request.match_info["delivery"]

        def unit(session: Session) -> None:
            row = session.get(WebhookDelivery, code)
            hook = session.get(Webhook, row.webhook) if row else None
            if row is None or hook is None or hook.ward_code != ward or hook.ended_at or row.status == "waiting":
                raise web.HTTPNotFound
            audit(session, request, "webhook_again", row.event)
            send_again(session, row, utc_now())

        await self._database.write(unit)
        raise back_to(request, "systems", "delivery_again")

    async def _with_hook(self, request: web.Request, act: Callable[[Session, Webhook], str]) -> str:
        ward, code = request[WARD].code, request.match_info["hook"]

        def unit(session: Session) -> str:
            hook = session.get(Webhook, code)
            if hook is None or hook.ward_code != ward or hook.ended_at is not None:
                raise web.HTTPNotFound
            return act(session, hook)

        return await self._database.write(unit)

    async def _page(
        self, request: web.Request, problem: str | None = None, token: str | None = None, secret: str | None = None
    ) -> web.Response:
        code = request[WARD].code

        def unit(session: Session) -> tuple[list[ApiToken], list[Line], list[tuple[WebhookDelivery, Webhook]]]:
            hooks = [Line(hook, bool(valid_secrets(session, hook.code, utc_now()))) for hook in _hooks(session, code)]
            return list(tokens_of(session, code)), hooks, _deliveries(session, code)

        tokens, hooks, deliveries = await self._database.read(unit)
        values = {
            "tokens": tokens,
            "hooks": hooks,
            "deliveries": deliveries,
            "token": token,
            "secret": secret,
            "scopes": SCOPES,
            "events": EVENTS,
            "address": f"{self._context.public_base(request)}/api/v1/wards/{code}",
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "systems.html", values, status=400 if problem else 200)


def _hooks(session: Session, ward_code: str) -> list[Webhook]:
    statement = select(Webhook).where(Webhook.ward_code == ward_code, col(Webhook.ended_at).is_(None))
    return list(session.exec(statement.order_by(col(Webhook.made_at))).all())


def _deliveries(session: Session, ward_code: str) -> list[tuple[WebhookDelivery, Webhook]]:
    statement = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, col(Webhook.code) == col(WebhookDelivery.webhook))
        .where(Webhook.ward_code == ward_code)
        .order_by(col(WebhookDelivery.created_at).desc())
        .limit(DELIVERIES_SHOWN)
    )
    return [(row, hook) for row, hook in session.exec(statement)]
