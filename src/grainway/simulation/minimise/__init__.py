"""Structures at 0 K: relaxed with their cell, or one energy without moving an atom.

In: atoms and potential. Out: energy (eV), stress (bar), relaxed atoms.
"""
