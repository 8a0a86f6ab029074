"""Values looked up among rising edges: places, straight lines, and effects from tables."""
