"""Watching a live model: how far its leads are from those that it learned from."""
