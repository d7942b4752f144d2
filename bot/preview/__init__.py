"""``bdhvs lessons preview``: every lesson as Zalo, Telegram and the web show it, walked with the real conversation."""
