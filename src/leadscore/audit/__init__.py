"""May we learn from this file: a court for every column, and the quality of the data."""
