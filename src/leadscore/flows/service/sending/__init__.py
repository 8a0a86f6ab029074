"""What others are told: webhooks, and how messages to them are tried again."""
