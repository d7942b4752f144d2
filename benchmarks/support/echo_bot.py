"""The baseline: a bare python-telegram-bot program that polls and echoes, with the library's defaults."""

from __future__ import annotations

import os

from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters


async def _echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None and update.message.text is not None:
        await update.message.reply_text(update.message.text)


if __name__ == "__main__":
    builder = ApplicationBuilder().token(os.environ["BDHVS_TELEGRAM_TOKEN"])
    application = builder.base_url(os.environ["BDHVS_TELEGRAM_BASE_URL"]).build()
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    application.run_polling()
