"""A user's own LAMMPS potential: checked commands, copied and digested files.

In: strings and paths of a campaign file. Out: :class:`DeclaredPotential`; nothing off the list of commands
passes.
"""
