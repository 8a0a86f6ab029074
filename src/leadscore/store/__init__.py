"""Files and, later, SQL: where leads, models and scores are kept."""
