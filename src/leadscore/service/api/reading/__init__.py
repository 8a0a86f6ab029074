"""What the routes read: parameters, and small bodies that say what to do."""
