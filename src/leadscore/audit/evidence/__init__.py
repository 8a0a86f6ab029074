"""What speaks against a column: each module looks for one kind of thing."""
