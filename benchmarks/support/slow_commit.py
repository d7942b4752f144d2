"""``bdhvs serve`` with every commit delayed, as on a slow disk: BENCHMARK_COMMIT_SECONDS."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from sqlalchemy import Engine, event

from bot.cli import main

DELAY = float(os.environ["BENCHMARK_COMMIT_SECONDS"])


@event.listens_for(Engine, "commit")
def _wait(_connection: Any) -> None:
    time.sleep(DELAY)


if __name__ == "__main__":
    sys.argv = ["bdhvs", "serve"]
    main()
