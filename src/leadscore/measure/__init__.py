"""Is it true? Metrics with intervals, baselines, charts and the report page."""
