"""The engines behind :func:`grainway.optimise.make_strategy`, one module each.

In: ask and tell. Out: proposals; all share the record, the initial design and the recommendation.
"""
