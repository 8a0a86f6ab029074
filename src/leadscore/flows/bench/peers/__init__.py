"""Other ways to score the same leads, a module for each kind."""
