"""Transport and composition from trajectories, every number with an error that holds.

In: a :class:`Trajectory` or a stream of frames, and heights of boundaries, Å. Out: an :class:`Estimate`
with unit, standard error and number of independent samples, a limit, or an error that says why there is no
value. Equations and papers stand in the rooms.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
