"""``python -m bot`` is the bdhvs command."""

from bot.cli import main

main()
