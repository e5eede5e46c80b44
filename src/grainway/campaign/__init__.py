"""Campaigns: configuration, record, evaluation in parallel processes, resumption.

In: a campaign file. Out: a record of evaluations and an :class:`Outcome`; a kill at any moment loses no
result. The only place where building, running, measuring and choosing meet.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
