"""``bdhvs serve`` that sends broadcasts at any hour: a benchmark does not wait for the morning."""

from __future__ import annotations

import sys

from bot.cli import main
from bot.delivery import broadcasts

if __name__ == "__main__":
    broadcasts.is_quiet = lambda now: False
    sys.argv = ["bdhvs", "serve"]
    main()
