"""The steps, each forward and back."""
