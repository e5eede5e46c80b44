"""Molecular dynamics in stages: minimise, anneal, equilibrate, produce; each restartable, each judged.

In: atoms, potential, protocol (ps, K, bar). Out: finished stages on disk and trajectories of production.
"""
