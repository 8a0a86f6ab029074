"""The registry: which models are kept, and which of them is live, since when and why."""
