"""The LAMMPS program: where it is, how it runs, what it wrote.

In: a script in a folder. Out: a watched process that ends with its parent; thermo rows, cells, final
positions.
"""
