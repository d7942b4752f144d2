"""What other systems may read: a JSON API with scoped tokens, and webhooks that tell them of events."""
