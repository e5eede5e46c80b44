"""Interatomic potentials as LAMMPS takes them: shipped ones and a user's own.

In: a name, or a declaration in the campaign file. Out: :class:`Potential`: commands, files, charges, time
step, digest.
"""
