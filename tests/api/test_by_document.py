"""The API asked whatever schemathesis makes of its OpenAPI document: no 500, nothing undocumented, no leak."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bot.api.routes import openapi
from bot.store.api_tokens import FIGURES, REPORTS, make_token
from bot.store.tables import utc_now
from tests.support.house import House

schemathesis: Any = pytest.importorskip("schemathesis", reason="make setup EXTRAS=test")
checks: Any = pytest.importorskip("schemathesis.specs.openapi.checks", reason="make setup EXTRAS=test")

EXAMPLES = 10  # of each operation: with the others below the 60 a minute that a token may ask
SECRET = "Phường Lê Đại Hành"  # of another ward: nothing the token reads may hold it


def ask(url: str, token: str) -> dict[str, set[int]]:
    """Every operation with its examples; the statuses it answered with."""
    answered: dict[str, set[int]] = {}
    schema = schemathesis.openapi.from_dict(openapi())
    wanted = [
        schemathesis.checks.not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    for found in schema.get_all_operations():
        operation = found.ok()
        answered[operation.label] = set()
        ask_operation(operation, url, token, wanted, answered[operation.label])
    return answered


def ask_operation(operation: Any, url: str, token: str, wanted: list[Any], statuses: set[int]) -> None:
    """EXAMPLES requests, the same in every run."""
    places = iter(range(1000))

    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
              phases=(Phase.generate,), suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(operation.as_strategy())
    def one(case: Any) -> None:
        if "ward" in case.path_parameters and next(places) % 2 == 0:
            case.path_parameters["ward"] = "hung-dao"  # the token's: else almost every answer is 404
        answer = case.call(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=wanted)
        assert SECRET not in answer.text
        statuses.add(answer.status_code)

    one()


async def test_whatever_the_document_allows_is_answered_as_it_says(house: House) -> None:
    token = house.database.write_now(
        lambda session: make_token(session, "hung-dao", "IOC", (FIGURES, REPORTS), "Lan", utc_now())
    )
    answered = await asyncio.to_thread(ask, house.url, token)
    assert len(answered) == 5
    assert all(status < 500 for statuses in answered.values() for status in statuses)
    assert 200 in answered["GET /wards/{ward}"]
