"""Model and leads into scores: tiers, probabilities, exact reasons, notes."""
