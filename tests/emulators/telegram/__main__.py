"""``python -m tests.emulators.telegram --port 0``: the emulator as a process of its own.

The first line of output is JSON with base_url, control_url and token; it runs until it is stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import json

from .control import control_routes
from .emulator import DEFAULT_TOKEN, TelegramEmulator


async def serve(port: int, token: str, *, validate: bool) -> None:
    """Serve until cancelled."""
    emulator = TelegramEmulator(token, port=port)
    emulator.switches.validate = validate
    await emulator.start(control_routes(emulator))
    where = {"base_url": emulator.base_url, "control_url": f"{emulator.base_url}/emulator", "token": token}
    print(json.dumps(where), flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await emulator.stop()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=DEFAULT_TOKEN)
    parser.add_argument("--no-validate", action="store_true", help="faster: answers are not checked")
    arguments = parser.parse_args()
    try:
        asyncio.run(serve(arguments.port, arguments.token, validate=not arguments.no_validate))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
