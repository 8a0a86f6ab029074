"""Tasks, who has them, and the order to call in."""
