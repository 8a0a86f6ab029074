"""The worker: sends messages to webhooks, and does what is done by the clock."""
