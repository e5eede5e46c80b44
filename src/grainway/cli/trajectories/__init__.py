"""Commands that measure: analyse a trajectory, run under a field."""
