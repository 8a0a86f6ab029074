"""Leads: what is said of them comes in, each change scores them again, and every score stays."""
