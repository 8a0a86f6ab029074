"""Shipped makers and fakes, for tests of what uses leadscore."""
