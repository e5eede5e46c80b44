"""Molecular dynamics in LAMMPS: potentials, stages, runs and their health.

In: atoms, a :class:`Potential`, a :class:`Protocol` (ps, K, bar). Out: finished stages on disk, each
judged, and the frames of production, Å and ps. LAMMPS is a program of its own (Thompson et al., Comput.
Phys. Commun. 271 (2022) 108171).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
