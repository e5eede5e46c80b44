"""A boundary small enough to be minimised in about a second, and engines that fail on purpose."""

from functools import cache

from grainway.structure import Catalogue

J_PER_M2 = 16.02176634
"""1 eV/Å²."""


@cache
def small_boundary():
    """Σ5 (310) about [001], 384 atoms; grains of 8 Å are too thin for physics, not for bookkeeping."""
    catalogue = Catalogue(
        max_atoms=1000, min_grain_thickness=6.0, angle_range_deg=(30.0, 45.0), axes=((0, 0, 1),)
    )
    return catalogue.snap((0, 0, 1), 36.87).entry.spec()


@cache
def small_crystal():
    """The perfect crystal cut and rejoined on (510), whose cuts are not polar."""
    catalogue = Catalogue(
        max_atoms=1000, min_grain_thickness=5.0, angle_range_deg=(36.0, 38.0), axes=((0, 0, 1),)
    )
    return catalogue.perfect_crystal((5, 1, 0), (0, 0, 1))


def engine(path, commands):
    """Write an executable that stands for LAMMPS, of shell commands that may use ``$log``."""
    unasked = '[ "$1" = -h ] && exit 1'  # asked for its styles it has nothing to say
    path.write_text(f'#!/bin/sh\n{unasked}\nlog="$(echo *.in)"; log="${{log%.in}}.log"\n{commands}\n')
    path.chmod(0o755)
    return path
