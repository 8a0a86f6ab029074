"""Whom to call next: the order of the leads, and the tasks that reps take."""
