"""What a column of an unknown file is, told from its name and its values."""
