"""Structures by the thousand, in batches and over processes, and as files of other programs.

In: recipes. Out: boundaries in the order asked for; extxyz, LAMMPS data, CIF, POSCAR and an index.
"""
