"""Delivers webhooks: signed, each try once, again later when the other side does not answer 2xx."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.store.database import Database
from bot.store.tables import WebhookDelivery, utc_now
from bot.store.webhooks import note_answer, signature, take_due

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10.0
AGENT = "bdhvs-webhook/1"
NO_SECRET = "no secret"  # noqa: S105 - said on the page of one whose secret was not in a restored backup


class WebhookSender:
    """Sends what is due. Several programs may: each takes what no other holds."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def step(self) -> int:
        """Try every delivery that is due; how many."""
        due = await self._database.write(lambda session: take_due(session, self._clock()))
        if due:
            import httpx  # a fifth of a second at every start, for what few wards use

            from bot.channels.http import certificates, quiet_client_logs

            quiet_client_logs()  # an address may hold a key
            # Never to another address than staff entered: a redirect is a failure.
            async with httpx.AsyncClient(
                timeout=TIMEOUT_SECONDS, verify=certificates(), follow_redirects=False, headers={"User-Agent": AGENT}
            ) as client:
                await asyncio.gather(*(self._try(client, *one) for one in due))
        return len(due)

    async def _try(self, client: httpx.AsyncClient, row: WebhookDelivery, url: str, secrets: Sequence[str]) -> None:
        import httpx

        good, answer = False, NO_SECRET
        if secrets:
            at = int(self._clock().timestamp())
            headers = {
                "Content-Type": "application/json",
                "webhook-id": row.code,
                "webhook-timestamp": str(at),
                "webhook-signature": " ".join(signature(one, row.code, at, row.body) for one in secrets),
            }
            try:
                # The body of the answer is not read: nothing of it is needed, and it may be endless.
                async with client.stream("POST", url, content=row.body.encode("utf-8"), headers=headers) as response:
                    good, answer = response.is_success, str(response.status_code)
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: a name no encoding takes
                answer = type(error).__name__
        now = self._clock()
        await self._database.write(lambda session: note_answer(session, row.code, good, answer, now))
