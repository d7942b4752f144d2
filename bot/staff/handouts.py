"""The lessons as handouts to print, for staff, group leaders and volunteers."""

from __future__ import annotations

from aiohttp import web

from bot.conversation.pictures import handout_path
from bot.staff.access import WARD, WARD_READERS, StaffRoute
from bot.staff.context import Context, page


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""

    async def handouts(request: web.Request) -> web.Response:
        """Every course with its lessons."""
        ward = request[WARD].code
        courses = [
            (course, [(lesson, handout_path(lesson.id, ward)) for lesson in course.lessons])
            for course in context.material.catalogue.courses
        ]
        missing = context.settings.public_url is None
        return page(request, "handouts.html", {"courses": courses, "public_url_missing": missing})

    return [StaffRoute("GET", "/w/{ward}/handouts", handouts, WARD_READERS)]
