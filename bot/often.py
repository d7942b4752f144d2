"""How often each job of a running program looks for work, in seconds (bot/app.py)."""

from __future__ import annotations

INDEX_CHECK_SECONDS = 2.0  # a newly built index is taken this soon
STAFF_ANSWER_SECONDS = 5.0  # an answer written through another replica is in force this soon
ALERT_SECONDS = 20.0  # a stalled outbox is told this soon after its minutes are over
BROADCAST_SECONDS = 1.0  # a broadcast is fed, begun and ended this soon
CONTEST_SECONDS = 1.0  # what a live contest notes of being alive
PROGRESS_SECONDS = 3.0  # a bar need not move faster, and each look counts the messages
TYPING_SECONDS = 2.0  # platforms show it for five
RETENTION_SECONDS = 3600.0
REMINDERS_SECONDS = 300.0  # the next 500 of who asked are looked at
WEBHOOKS_SECONDS = 5.0  # other systems hear of an event this soon
FIGURES_SECONDS = 15.0  # figures that were asked for are begun this soon
REPORTS_SECONDS = 1800.0  # a report's deadline is told within half an hour after the quiet hours
BACKUP_SECONDS = 600.0  # the backup of the night is made this soon after its hour, or after a start that finds none
EDITS_SECONDS = 5.0  # an edit of the material is in force this soon
