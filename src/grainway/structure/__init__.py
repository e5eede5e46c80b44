"""Perfect crystals, coincidence boundaries and their atoms.

In: a wish (axis, angle, Σ) or a :class:`BoundarySpec`, and a seed. Out: a :class:`GrainBoundary`, neutral,
Å. Coincidence is exact in integers (Grimmer, Bollmann and Warrington, Acta Cryst. A 30 (1974) 197). Knows
no forces.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
