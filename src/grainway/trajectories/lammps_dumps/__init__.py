"""LAMMPS dumps, text and binary: columns, box and numbers, in one process or several.

In: a file of ``dump custom`` or ``dump atom``. Out: a stream of ``Frame`` records, Å.
"""
