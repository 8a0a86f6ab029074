"""What is told to webhooks: an outbox, and the deliveries from it."""
