"""The one list of what is measured on a run; ``grainway analyse`` and a campaign take every number from it.

In: a trajectory of the mobile ions, a few averaged frames of all atoms, heights of boundaries and their
width δ, Å. Out: :class:`Measured`, each quantity an :class:`Estimate` or the reason for its absence.
"""
