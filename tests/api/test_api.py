"""The JSON API: scoped tokens, a limit, and answers that are what its OpenAPI document says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import jsonschema
import pytest
import pytest_asyncio
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from sqlmodel import Session, select

from bot.api.limits import RateLimit
from bot.api.routes import BASE, Api, openapi
from bot.reports.freezing import content, freeze
from bot.staff.accounts import Role
from bot.store.api_tokens import FIGURES, REPORTS, make_token
from bot.store.tables import ApiToken, FrozenReport, utc_now
from lessons.progress import local_day
from tests.reports.made import snapshot, words
from tests.support.house import House
from tests.support.staff_browser import Browser

WARD = f"{BASE}/wards/hung-dao"
TOKEN = re.compile(r"bdhvs_[\w-]{40,}")


class Client:
    """A system that reads the API."""

    def __init__(self, house: House, http: aiohttp.ClientSession) -> None:
        self.house, self.http = house, http

    def token(self, *scopes: str, ward: str = "hung-dao") -> str:
        return self.house.database.write_now(
            lambda session: make_token(session, ward, "IOC", scopes or (FIGURES, REPORTS), "Lan", utc_now())
        )

    async def get(self, path: str, token: str | None = None, **query: str) -> tuple[int, Any, Any]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with self.http.get(self.house.url + path, headers=headers, params=query) as response:
            return response.status, await response.json(), response.headers

    def frozen(self) -> FrozenReport:
        return self.house.database.write_now(lambda session: freeze(session, snapshot(), words(), "Lan", utc_now()))


@pytest_asyncio.fixture
async def client(house: House) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as http:
        yield Client(house, http)


def matches(body: Any, path: str, status: int) -> None:
    """The body is what the document says of this address and status."""
    uri = "urn:openapi"
    registry = Registry().with_resource(uri, Resource(openapi(), DRAFT202012))  # type: ignore[call-arg, var-annotated]
    at = f"#/paths/{path.replace('/', '~1')}/get/responses/{status}"
    said = openapi()["paths"][path]["get"]["responses"][str(status)]
    while "$ref" in said:
        at = said["$ref"]
        said = openapi()["components"]["responses"][at.rsplit("/", 1)[1]]
    schema = {"$ref": f"{uri}{at}/content/application~1json/schema"}
    validator = jsonschema.Draft202012Validator(schema, registry=registry)
    validator.validate(body)


async def test_every_answer_is_what_the_document_says(client: Client) -> None:
    client.house.group("hung-dao", "Tổ 1", 60)
    token, number = client.token(), client.frozen().id
    asked = {
        "/wards/{ward}": WARD,
        "/wards/{ward}/figures": f"{WARD}/figures",
        "/wards/{ward}/reports": f"{WARD}/reports",
        "/wards/{ward}/reports/{report}": f"{WARD}/reports/{number}",
    }
    assert set(asked) | {"/openapi.json"} == set(openapi()["paths"])
    served = {route.path for route in Api(client.house.settings, client.house.database).routes()}
    assert served == {BASE + path for path in openapi()["paths"]}
    for path, address in asked.items():
        status, body, headers = await client.get(address, token)
        assert status == 200 and headers["Cache-Control"] == "no-store"
        matches(body, path, 200)
        status, body, headers = await client.get(address)
        assert status == 401 and "Bearer" in headers["WWW-Authenticate"]
        matches(body, path, 401)
        status, body, _ = await client.get(address.replace("hung-dao", "tu-ky"), token)
        assert status == 404
        matches(body, path, 404)
    status, body, _ = await client.get(f"{WARD}/figures", token, last="hôm qua")
    assert status == 400
    matches(body, "/wards/{ward}/figures", 400)
    status, document, _ = await client.get(f"{BASE}/openapi.json")
    assert status == 200 and document["openapi"].startswith("3.1") and document == openapi()


async def test_a_frozen_report_is_read_as_it_was_frozen(client: Client) -> None:
    row = client.frozen()
    _, body, _ = await client.get(f"{WARD}/reports/{row.id}", client.token(REPORTS))
    figures, said, frozen = content(row)
    assert body["sha256"] == frozen.digest and body["words"] == said
    first = body["figures"]["indicators"][0]
    assert (first["code"], first["version"], first["total"]["value"], first["total"]["shown"]) == (
        "K1",
        2,
        45.5,
        "45,5%",
    )
    hidden = first["groups"][2]
    assert hidden["hidden"] and (hidden["value"], hidden["numerator"], hidden["shown"]) == (None, None, "**")
    assert body["figures"]["indicators"][1]["total"]["entered"] == figures.indicators[1].total.said


@pytest.mark.parametrize("scope", [FIGURES, REPORTS])
async def test_a_token_reads_what_its_scopes_allow(client: Client, scope: str) -> None:
    token = client.token(scope)
    for address in (FIGURES, REPORTS):
        status, _, _ = await client.get(f"{WARD}/{address}", token)
        assert status == (200 if address == scope else 403)


async def test_a_revoked_or_foreign_token_lets_nobody_in(client: Client) -> None:
    token, other = client.token(), client.token(ward="tu-ky")

    def revoke(session: Session) -> None:
        session.exec(select(ApiToken).where(ApiToken.ward_code == "hung-dao")).one().revoked_at = utc_now()

    assert (await client.get(WARD, token))[0] == 200 and (await client.get(WARD, other))[0] == 404
    client.house.database.write_now(revoke)
    assert (await client.get(WARD, token))[0] == 401
    for odd in ("", "bdhvs_x", "x" * 4000, token[:-1], token.upper()):
        assert (await client.get(WARD, odd))[0] == 401


async def test_only_a_hash_is_kept_and_the_day_of_use(client: Client) -> None:
    token = client.token()
    await client.get(WARD, token)
    row = client.house.database.read_now(lambda session: session.exec(select(ApiToken)).one())
    assert token not in str(row.model_dump()) and token.endswith(row.ends) and row.used_on == local_day(utc_now())


@pytest.mark.parametrize(
    "query",
    [
        {"last": "2999-01-01"},
        {"first": "2026-02-01", "last": "2026-01-01"},
        {"first": "0001-01-01"},
        {"first": "2026-13-01"},
        {"last": ""},
    ],
)
async def test_odd_periods_are_refused(client: Client, query: dict[str, str]) -> None:
    assert (await client.get(f"{WARD}/figures", client.token(), **query))[0] == 400


@pytest.mark.parametrize("report", ["0", "999", "-1", "x", "1" * 40, "²"])
async def test_reports_that_are_not_there_are_not_found(client: Client, report: str) -> None:
    assert (await client.get(f"{WARD}/reports/{report}", client.token()))[0] == 404


def test_more_than_the_limit_is_put_off_until_the_window_has_passed() -> None:
    limit = RateLimit(most=3, window=60)
    assert [limit.wait(1, at) for at in (0.0, 10.0, 20.0)] == [0, 0, 0]
    assert limit.wait(1, 30.5) == 30 and limit.wait(2, 30.5) == 0
    assert limit.wait(1, 60.1) == 0 and limit.wait(1, 60.2) == 10


async def test_who_asks_too_often_is_told_when_to_come_again(client: Client) -> None:
    client.house.application.api._limit = RateLimit(most=2)
    token = client.token()
    answers = [await client.get(WARD, token) for _ in range(3)]
    assert [status for status, _, _ in answers] == [200, 200, 429]
    assert 1 <= int(answers[2][2]["Retry-After"]) <= 60
    matches(answers[2][1], "/wards/{ward}", 429)


async def test_nothing_can_be_written(client: Client) -> None:
    token = {"Authorization": f"Bearer {client.token()}"}
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        async with client.http.request(method, client.house.url + WARD, headers=token) as response:
            assert response.status == 405


async def test_an_administrator_makes_a_token_that_is_shown_once_and_revokes_it(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    browser.house.staff("mai", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    page = "/staff/w/hung-dao/systems"
    status, shown = await browser.submit(page, f"{page}/tokens", name="IOC thành phố", scope="figures")
    found = TOKEN.search(shown)
    assert status == 200 and found and WARD in shown
    assert set(re.findall(r'action="([^"]+)"', shown)) >= {
        f"{page}/tokens",
        f"{page}/webhooks",
        f"{page}/tokens/1/revoke",
    }
    assert TOKEN.search((await browser.get(page))[1]) is None
    client = Client(browser.house, browser.http)
    assert (await client.get(f"{WARD}/figures", found[0]))[0] == 200
    _, shown = await browser.submit(page, f"{page}/tokens/1/revoke")
    assert "Đã thu hồi" in shown and (await client.get(f"{WARD}/figures", found[0]))[0] == 401
    assert (await browser.submit(page, f"{page}/tokens", name=" ", scope="figures"))[0] == 400
    assert (await browser.submit(page, f"{page}/tokens", name="IOC"))[0] == 400
    await browser.submit(page, "/staff/sign-out")
    await browser.sign_in("mai")
    assert (await browser.get(page))[0] == 403
