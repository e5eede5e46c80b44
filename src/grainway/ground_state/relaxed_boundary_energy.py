"""Boundary energies, and the perfect crystals they are counted from."""

import numpy as np
from ase import Atoms

from grainway.domain import BoundarySpec
from grainway.structure import load_garnet
from grainway.structure.crystal.lithium_ordering import boundary_stream, grain_orderings
from grainway.structure.planar.lattice_slab import slabs
from grainway.units import J_PER_M2_PER_EV_PER_A2

_LI2O_LATTICE_PARAMETER_A = 4.62
LI2O_FORMULA_UNITS = 4
"""In the cell of :func:`lithium_oxide`."""


def boundary_energy(
    cell: float,
    grains: tuple[float, float],
    area: float,
    n_lithium_oxide: int = 0,
    lithium_oxide: float = 0.0,
) -> float:
    """Return E_gb = (E_cell - E_A - E_B - n μ(Li2O)) / 2A, the mean of a cell's two boundaries, J/m².

    Args:
        cell: energy of the boundary cell, eV.
        grains: energies of both grains as perfect crystals: same plane, same in-plane cell, same number of
            planes, same lithium ordering, eV.
        area: of one boundary, Å².
        n_lithium_oxide: formula units of Li2O that the cell holds beyond the grains.
        lithium_oxide: μ(Li2O), eV per formula unit.
    """
    excess = cell - sum(grains) - n_lithium_oxide * lithium_oxide
    return excess / (2 * area) * J_PER_M2_PER_EV_PER_A2


def perfect_grain(spec: BoundarySpec, grain: int, seed: int) -> Atoms:
    """Return a grain of a boundary as perfect crystal: its planes stacked on themselves without end.

    Strained as the grain is strained to fit the common in-plane cell, so that a boundary energy holds no
    elastic energy of the grains, which would grow with their thickness.
    """
    crystal = load_garnet()
    slab = slabs(spec, crystal)[grain]
    planes = (spec.planes, spec.n_planes_b)[grain]
    framework = slab.fill(crystal.framework_sites, planes, 0.0)
    orderings = grain_orderings(boundary_stream(seed), crystal, same=spec.character == "none")
    lithium = slab.fill(crystal.lithium_sites[orderings[grain]], planes, 0.0)
    cell = slab.basis.copy()
    cell[2] *= planes
    for i in (1, 0):
        cell[2] -= np.round(cell[2, i] / cell[i, i]) * cell[i]
    cell[np.abs(cell) < 1e-9] = 0.0
    names = np.repeat(crystal.framework_species, len(framework) // len(crystal.framework_species))
    return Atoms(
        symbols=[*map(str, names), *["Li"] * len(lithium)],
        positions=np.vstack([framework, lithium]),
        cell=cell,
        pbc=True,
    )


def lithium_oxide() -> Atoms:
    """Return antifluorite Li2O (Fm-3m, O on 4a, Li on 8c), the cubic cell of four formula units.

    Its energy is the zero that chemical potentials are counted from, no prediction: a potential with charges
    made for the garnet, such as softBV, does not hold Li2O neutral.
    """
    faces = np.array([[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]])
    return Atoms(
        symbols=["O"] * 4 + ["Li"] * 8,
        scaled_positions=np.vstack([faces, faces + 0.25, (faces + 0.75) % 1.0]),
        cell=[_LI2O_LATTICE_PARAMETER_A] * 3,
        pbc=True,
    )
