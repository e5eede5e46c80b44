"""Bayesian optimisation of expensive, noisy, failing evaluations that run beside each other.

In: a design space, and values with standard errors as they come. Out: proposals, a recommendation with its
interval, and whether the search has converged. Gaussian processes (Rasmussen and Williams, 2006), knowledge
gradient (Frazier et al., 2009). Knows no boundaries.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
