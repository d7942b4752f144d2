"""Serves the preview on this machine only. Files are read anew for every page: save, reload, look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.connecting import material_images
from bot.errors import OperatorError
from bot.material import load_material
from bot.preview.pages import STYLES, index_page, lesson_page, problems_page
from bot.preview.walk import Walker, open_walker
from bot.settings import Settings
from knowledge.wards import load_wards
from knowledge.yaml_source import MaterialError
from lessons.catalogue import Catalogue

HOST = "127.0.0.1"  # unpublished lessons are nobody else's business
PORT = 8099
SHUTDOWN_SECONDS = 1.0


class PreviewSite:
    """The preview's addresses."""

    def __init__(self, settings: Settings, walker: Walker) -> None:
        self._settings = settings
        self._walker = walker
        self._images = material_images(settings)

    def application(self) -> web.Application:
        """The routes."""
        application = web.Application()
        application.add_routes(
            [
                web.get("/", self._index),
                web.get("/lesson/{id}", self._lesson),
                web.get("/static/{path:.+}", self._picture),
                web.get("/{name}", self._style),
            ]
        )
        return application

    async def _index(self, _request: web.Request) -> web.Response:
        return await self._page(index_page)

    async def _lesson(self, request: web.Request) -> web.Response:
        def draw(catalogue: Catalogue) -> str:
            lesson = catalogue.lesson(request.match_info["id"])
            if lesson is None:
                raise web.HTTPNotFound
            return lesson_page(self._walker, catalogue, lesson, easy="easy" in request.query)

        return await self._page(draw)

    async def _page(self, draw: Callable[[Catalogue], str]) -> web.Response:
        try:
            material = await asyncio.to_thread(load_material, self._settings)
        except MaterialError as error:
            return _html(problems_page(str(error).splitlines()), status=500)
        return _html(await asyncio.to_thread(draw, material.catalogue))

    async def _picture(self, request: web.Request) -> web.FileResponse:
        file = await asyncio.to_thread(self._images.served, request.match_info["path"])
        if file is None or file.suffix not in {".svg", ".png", ".jpg"}:
            raise web.HTTPNotFound
        return web.FileResponse(file, headers={"Cache-Control": "no-store"})

    async def _style(self, request: web.Request) -> web.FileResponse:
        file = STYLES.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        return web.FileResponse(file, headers={"Cache-Control": "no-store"})


def _html(page: str, status: int = 200) -> web.Response:
    return web.Response(text=page, content_type="text/html", status=status, headers={"Cache-Control": "no-store"})


def serve_preview(settings: Settings, say: Callable[[str], None], port: int = PORT) -> int:
    """Serve until Ctrl-C; ``say`` is told the address. Returns the exit code. Raises OperatorError."""
    with open_walker(load_wards().wards) as walker:
        try:
            asyncio.run(_serve(PreviewSite(settings, walker), say, port))
        except KeyboardInterrupt:
            return 0
    return 0


async def _serve(site: PreviewSite, say: Callable[[str], None], port: int) -> None:
    runner = web.AppRunner(site.application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            raise OperatorError(f"Port {port} is in use: {error}. Choose another: --port {port + 1}") from error
        say(f"http://{HOST}:{runner.addresses[0][1]}/")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
