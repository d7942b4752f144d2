"""Programs of others that answers are compared with; each runs where it is installed, not in our environment."""
