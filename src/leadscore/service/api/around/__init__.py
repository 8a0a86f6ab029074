"""What surrounds the routes: ids, headers, limits, counts, logs and errors."""
