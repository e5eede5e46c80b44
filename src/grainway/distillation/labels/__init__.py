"""Frames chosen, and labelled by a teacher within a budget of hours.

In: sources, a teacher (SevenNet-0 or any ASE calculator). Out: a folder of labels that a kill does not spoil.
"""
