"""Editing the material on the staff site: guides, facts and lessons, with a second person's approval."""
