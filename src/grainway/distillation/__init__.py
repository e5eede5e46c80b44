"""From a slow, well founded potential to a fast one: frames, labels, training and what it is worth.

In: a teacher (SevenNet-0, CHGNet) and a budget of hours. Out: a committee of neuroevolution potentials (Fan
et al., Phys. Rev. B 104 (2021) 104309) and the card of its errors on origins never learned from.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
