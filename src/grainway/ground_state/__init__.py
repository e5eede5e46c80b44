"""The microscopic ground state of a boundary: translations, cuts and Li2O, minimised in LAMMPS.

In: one macroscopic boundary. Out: a table of relaxed energies in J/m², duplicates told, resumable on disk.
"""
