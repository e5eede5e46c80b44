"""What boundary energies are counted from."""

import numpy as np
import pytest
from ase.neighborlist import neighbor_list

from example_campaigns.small_boundary import J_PER_M2, small_boundary
from grainway.ground_state.relaxed_boundary_energy import boundary_energy, lithium_oxide, perfect_grain
from grainway.structure import Catalogue, build_boundary, load_garnet


def test_boundary_energy_is_the_excess_over_both_areas():
    area, gamma, grains, mu, n = 250.0, 0.9, (-1000.0, -1100.0), -5.0, 3
    cell = sum(grains) + n * mu + 2 * area * gamma / J_PER_M2
    assert boundary_energy(cell, grains, area, n, mu) == pytest.approx(gamma)
    assert boundary_energy(sum(grains), grains, area) == 0.0
    # a cell with n Li2O costs more by -n Δμ/2A when Li2O is dearer to take from its reservoir
    shift = boundary_energy(cell, grains, area, n, mu - 0.5) - boundary_energy(cell, grains, area, n, mu)
    assert shift == pytest.approx(n * 0.5 / (2 * area) * J_PER_M2)


def test_a_perfect_grain_has_the_sites_of_the_crystal():
    spec = small_boundary()
    for grain, planes in ((0, spec.planes), (1, spec.n_planes_b)):
        atoms = perfect_grain(spec, grain, seed=1)
        crystal = load_garnet()
        density = 2 * (len(crystal.framework_sites) + crystal.n_lithium) / crystal.lattice_parameter**3
        assert len(atoms) / atoms.get_volume() == pytest.approx(density)
        built = build_boundary(spec, seed=1)
        assert atoms.get_volume() == pytest.approx(
            built.area * (built.atoms.cell[2, 2] - sum(built.gaps)) * planes / (spec.planes + spec.n_planes_b)
        )
        # the La-Zr distance of garnet, (√5/8) a, six times at every zirconium, across the cell's faces too
        zirconium, distances = neighbor_list("id", atoms, {("La", "Zr"): 4.0})
        assert distances == pytest.approx(np.sqrt(5) / 8 * crystal.lattice_parameter)
        counts = np.bincount(zirconium, minlength=len(atoms))[atoms.symbols == "Zr"]
        assert (counts == 6).all()


def test_a_perfect_grain_has_the_lithium_that_the_builder_tiles_into_that_grain():
    catalogue = Catalogue(
        max_atoms=2000, min_grain_thickness=24.0, angle_range_deg=(36.0, 38.0), axes=((0, 0, 1),)
    )
    spec = catalogue.snap((0, 0, 1), 36.87).entry.spec()
    built = build_boundary(spec, seed=5)
    middle, height = built.boundary_positions
    for grain, centre in ((0, middle / 2), (1, (middle + height) / 2)):
        # 6 Å from the planes where lithium is arranged anew, 3.5 Å of them to look at the neighbours
        inner = np.abs(built.atoms.positions[:, 2] - centre) < 2.0
        inner &= built.atoms.numbers == 3
        assert inner.sum() > 20
        seen = surroundings(built.atoms, np.flatnonzero(inner))
        own, other = perfect_grain(spec, grain, seed=5), perfect_grain(spec, grain, seed=6)
        assert seen <= surroundings(own, np.flatnonzero(own.numbers == 3))
        assert not seen <= surroundings(other, np.flatnonzero(other.numbers == 3))


def surroundings(atoms, chosen, reach=3.5):
    """Distances to the neighbours of each chosen atom by element, in 0.01 Å: independent of orientation."""
    i, j, d = neighbor_list("ijd", atoms, reach)
    return {
        tuple(sorted(zip(atoms.numbers[j[i == n]].tolist(), np.round(d[i == n], 2).tolist(), strict=True)))
        for n in chosen
    }


def test_lithium_oxide_has_four_oxygen_at_each_lithium():
    atoms = lithium_oxide()
    distances = atoms.get_all_distances(mic=True)[np.ix_(atoms.numbers == 3, atoms.numbers == 8)]
    nearest = np.sqrt(3) / 4 * atoms.cell[0, 0]
    assert (np.isclose(distances, nearest).sum(axis=1) == 4).all()
    assert distances.min() == pytest.approx(nearest)
