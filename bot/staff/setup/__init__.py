"""The first-run wizard: a ward chosen, groups, plan, offices, targets, accounts, channels, a test message."""
