"""Imports: rows of a file or a query become what is known of leads."""
