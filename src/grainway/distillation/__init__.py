"""From a slow, well founded potential to a fast one: frames, labels, training and what it is worth."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
