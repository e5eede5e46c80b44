"""Pair potentials of the package: analytic forms and the tables that LAMMPS reads.

Buckingham with a closed core, Du and Teter's oxide set, softBV (Chen, Wong, Adams; Acta Cryst. B 75 (2019)
18). In: parameters with sources. Out: V(r) in eV, F(r) in eV/Å, ``pair_style table`` files.
"""
