"""One pass over a trajectory of any length, in flat memory.

In: frames. Out: a condensed trajectory: block averages of the mobile ions and a few frames of all atoms.
"""
