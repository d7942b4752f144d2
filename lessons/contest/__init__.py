"""Contests as pure functions: rules, draw, score, boards, the log as a file, and its verification."""
