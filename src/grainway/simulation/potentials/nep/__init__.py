"""Neuroevolution potentials (Fan et al., Phys. Rev. B 104 (2021) 104309): files, models, and runs.

In: ``nep.txt`` files. Out: forces through a callback in LAMMPS, and a committee's disagreement as a watch.
"""
