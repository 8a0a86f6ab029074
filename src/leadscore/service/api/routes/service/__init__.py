"""The routes about the service itself: health, models, keys, webhooks, documentation."""
