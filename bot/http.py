"""What every address of the server shares: safe headers, errors people can read, health and metrics."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# No outside host, no inline script or style, no frame: what a page does not load cannot spy on a resident.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms, which then look forged.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
WEBHOOKS = "/webhooks/"
ERROR_CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: the headers of every response but those that platforms read, which is no browser."""
    if request.path.startswith(WEBHOOKS):
        return
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.secure:
        response.headers.update(HTTPS_HEADERS)


def json_error(status: int, code: str, message: str) -> web.Response:
    """An error as the contract words it."""
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


@web.middleware
async def readable_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors of /api as JSON; an unforeseen one is logged and answered without a traceback."""
    api = request.path.startswith(("/api/", WEBHOOKS))
    try:
        return await handler(request)
    except web.HTTPException as error:
        if not api or error.status < 400:
            raise
        code = ERROR_CODES.get(error.status, "error")
        response = json_error(error.status, code, error.reason)
        if allowed := error.headers.get("Allow"):
            response.headers["Allow"] = allowed
        return response
    except (ConnectionResetError, TimeoutError):
        raise
    except Exception:
        log.exception("an error while answering %s %s", request.method, request.match_info.route.resource)
        message = "Hệ thống gặp lỗi. Bạn thử lại sau ít phút nhé."
        return json_error(500, "internal", message) if api else web.Response(status=500, text=message)


class Health:
    """/healthz says the process lives; /readyz that it can answer; /metrics counts."""

    def __init__(
        self,
        registry: CollectorRegistry,
        is_ready: Callable[[], Awaitable[str | None]],
        alerts: Callable[[], Sequence[str]],
    ) -> None:
        """``is_ready`` returns None, or what is missing; ``alerts`` what an operator must know, in English."""
        self._registry = registry
        self._is_ready = is_ready
        self._alerts = alerts

    def routes(self) -> list[web.RouteDef]:
        """The three addresses."""
        return [
            web.get("/healthz", self._healthz),
            web.get("/readyz", self._readyz),
            web.get("/metrics", self._metrics),
        ]

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "alerts": list(self._alerts())})

    async def _readyz(self, _request: web.Request) -> web.Response:
        missing = await self._is_ready()
        if missing is not None:
            return web.json_response({"status": "not ready", "missing": missing}, status=503)
        return web.json_response({"status": "ready"})

    async def _metrics(self, _request: web.Request) -> web.Response:
        body = generate_latest(self._registry)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
