"""One pass over a trajectory of any length, in flat memory, and all that is measured on it.

In: frames. Out: a condensed trajectory, and every quantity as an estimate or a reason for its absence.
"""
