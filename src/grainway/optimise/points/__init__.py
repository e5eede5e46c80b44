"""Points of a design space as the model sees them: inputs, candidates, failures, reproducible draws.

In: points as dictionaries. Out: arrays in [0, 1] with coincidence features; candidates in a reproducible
order.
"""
