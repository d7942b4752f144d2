"""Look-ups that come together are made together: a hall that comes back at once costs a few statements."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

AT_ONCE = 500  # keys in one statement: SQLite takes 32,766 values, and who waits should not wait for more


class Together(Generic[K, V]):
    """``get`` waits for one look-up that many keys share; those that come meanwhile are in the next."""

    def __init__(self, look_up: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        """``look_up`` gets different keys and leaves out what it did not find."""
        self._look_up = look_up
        self._waiting: list[tuple[K, asyncio.Future[V | None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """What was found for a key, None for nothing. Raises what the look-up raises."""
        done: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="together")
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                found = await self._look_up(list(dict.fromkeys(key for key, _ in batch)))
            except Exception as error:  # noqa: BLE001 - handed to each who waits
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                continue
            for key, done in batch:
                if not done.done():
                    done.set_result(found.get(key))
