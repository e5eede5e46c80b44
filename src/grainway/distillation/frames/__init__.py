"""Labelled frames: structures with a teacher's energy, forces and stress; packed, split by origin.

In: atoms and labels. Out: training and held-out sets that share no origin.
"""
