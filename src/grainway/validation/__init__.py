"""How far each interatomic potential can be believed, by experiment and by the others.

In: names of potentials. Out: lattice, bonds, D(T), activation energy, σ(300 K) beside published values.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
