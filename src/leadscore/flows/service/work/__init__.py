"""Whom to call: tasks, the worklist, the moves of reps, and what came of calls."""
