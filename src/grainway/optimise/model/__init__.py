"""Which model predicts: with or without coincidence, through measured quantities, within limits.

In: the record of what was told. Out: a mixture weighted by leave-one-out prediction.
"""
