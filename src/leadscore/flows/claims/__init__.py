"""The published figures beside what is measured now."""
