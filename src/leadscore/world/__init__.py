"""Leads with known truth."""
