"""The live side of contests: rounds, clock, what host and players see."""
