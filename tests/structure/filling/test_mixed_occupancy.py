"""Shared sites made explicit: whole numbers per grain, equal guests apart, neutral by lithium nearby."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from grainway.errors import StructureError
from grainway.geometry.boundary_planes import parallel_boundaries
from grainway.geometry.periodic_points import periodic_images
from grainway.structure import lithium_ordering, load_garnet
from grainway.structure.crystal.files.crystal_file import load_crystal
from grainway.structure.filling.mixed_occupancy import decorate, whole_numbers
from grainway.structure.filling.short_range_order import short_range_ordered
from grainway.structure.filling.tiled_cell import TiledCell
from grainway.structure.lattice.cubic_lattice import CENTRING_VECTORS

DATA = Path(__file__).parents[2] / "example_structures" / "data"
SHARED = ["llzo_tantalum", "llzo_aluminium", "argyrodite"]


def block(crystal, n=(1, 2, 2), seed=0):
    """A perfect crystal whose lower half is called grain 0 and its upper half grain 1."""
    shifts = np.array([(0, 0, 0), *CENTRING_VECTORS[crystal.centring]]) / 2
    steps = np.stack(np.meshgrid(*map(np.arange, n), indexing="ij"), axis=-1).reshape(-1, 3)
    vectors = np.diag(np.array(n) * crystal.lattice_parameter)

    def lattice_sites(grain, sites):
        every = (sites[:, None, None] + shifts[None, :, None]) % 1.0 + steps
        mine = every[:, :, (steps[:, 2] >= n[2] // 2) == bool(grain)]
        return mine.reshape(-1, 3) * crystal.lattice_parameter

    framework = [lattice_sites(g, crystal.framework_sites) for g in (0, 1)]
    occupied = lithium_ordering(seed, crystal)
    lithium = [lattice_sites(g, crystal.lithium_sites[occupied]) for g in (0, 1)]
    vacant = [lattice_sites(g, crystal.lithium_sites[~occupied]) for g in (0, 1)]
    times = len(framework[0]) // len(crystal.framework_species)
    cell = TiledCell(
        framework=np.vstack(framework),
        species=np.tile(np.repeat(crystal.framework_species, times), 2),
        grain=np.repeat([0, 1], len(framework[0])),
        lithium=np.vstack(lithium),
        lithium_grain=np.repeat([0, 1], len(lithium[0])),
        vacant=np.vstack(vacant),
        vectors=vectors,
        boundaries=parallel_boundaries(
            (0.0, vectors[2, 2] / 2), vectors[2, 2], vectors[0, 0] * vectors[1, 1], 0.0
        ),
    )
    return cell, lattice_sites


def charge(cell, crystal):
    return sum(map(crystal.charge, cell.species.tolist())) + len(cell.lithium)


def shortest(cell, names, first, second):
    positions = np.vstack([cell.framework, cell.lithium])
    images, _ = periodic_images(positions[names == second], cell.vectors, 8.0)
    here = periodic_images(positions[names == first], cell.vectors, 0.0)[0][: (names == first).sum()]
    if not (len(here) and len(images)):
        return np.inf
    apart, _ = cKDTree(images).query(here, k=2)
    return apart[:, 1 if first == second else 0].min()


@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4).filter(lambda x: 0 < sum(x) <= 1),
    st.integers(0, 500),
)
def test_whole_numbers_are_the_nearest_that_add_up(fractions, total):
    shares = tuple(zip("abcd", fractions, strict=False))
    numbers = whole_numbers(shares, "host", total)
    host = total - sum(numbers.values())
    asked = {e: x * total for e, x in shares}
    assert list(numbers) == [e for e, _ in shares]
    assert all(abs(numbers[e] - asked[e]) < 1 + 1e-5 for e in numbers)
    assert abs(host - (total - sum(asked.values()))) < 1 + 1e-5
    assert host >= 0


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("seed", [0, 1])
def test_grains_have_the_composition_of_the_file_and_no_charge(name, seed):
    crystal = load_crystal(DATA / f"{name}.cif")
    cell, lattice_sites = block(crystal, (1, 2, 2) if crystal.centring == "I" else (2, 2, 4), seed)
    drawn = decorate(cell, lattice_sites, crystal, np.random.default_rng(seed))
    assert charge(cell, crystal) == 0
    assert charge(drawn, crystal) == 0
    for grain in (0, 1):
        before = Counter(cell.species[cell.grain == grain].tolist())
        after = Counter(drawn.species[drawn.grain == grain].tolist())
        expected = Counter(before)
        for shared in crystal.shared_sites:
            sites = crystal.framework_sites if shared.place == "framework" else crystal.lithium_sites
            n = len(lattice_sites(grain, sites[list(shared.sites)]))
            for element, fraction in shared.fractions:
                assert fraction * n == pytest.approx(round(fraction * n), abs=1e-3)
                expected[element] += round(fraction * n)
                if shared.place == "framework":
                    expected[shared.host] -= round(fraction * n)
        assert after == expected
    # every ion stands on a site of its own
    everything = np.vstack([drawn.framework, drawn.lithium, drawn.vacant])
    names = np.concatenate([drawn.species, np.repeat("Li", len(drawn.lithium))])
    sites = np.vstack([cell.framework, cell.lithium, cell.vacant])
    distance, found = cKDTree(sites).query(everything)
    assert distance.max() < 1e-9
    assert len(set(found.tolist())) == len(found)
    for first in set(names.tolist()):
        for second in set(names.tolist()):
            assert shortest(drawn, names, first, second) >= crystal.limit(first, second) - 1e-6


def test_lithium_leaves_beside_the_guest():
    """One Li for each Ta, three sites given up for each Al: the Li near them is fewer by as many."""
    for name, reach in (("llzo_tantalum", 4.0), ("llzo_aluminium", 5.0)):
        crystal = load_crystal(DATA / f"{name}.cif")
        cell, lattice_sites = block(crystal)
        drawn = decorate(cell, lattice_sites, crystal, np.random.default_rng(3))
        guest = dict(crystal.shared_sites[0].fractions).popitem()[0]
        guests = drawn.framework[drawn.species == guest]
        assert len(guests) > 5
        gone = np.array([p for p in cell.lithium.tolist() if p not in drawn.lithium.tolist()])
        gone = gone[[p not in guests.tolist() for p in gone.tolist()]]
        assert len(gone) == len(guests) * (1 if guest == "Ta" else 2)
        images, _ = periodic_images(guests, cell.vectors, 8.0)
        assert cKDTree(images).query(gone % np.diag(cell.vectors))[0].max() < reach


def test_a_crystal_without_shared_sites_is_left_alone():
    crystal = load_garnet()
    cell, lattice_sites = block(crystal, (1, 1, 2))
    rng = np.random.default_rng(0)
    assert decorate(cell, lattice_sites, crystal, rng) is cell
    assert rng.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize("name", SHARED)
def test_the_order_of_the_atoms_and_a_second_run_change_nothing(name):
    crystal = load_crystal(DATA / f"{name}.cif")
    cell, lattice_sites = block(crystal, (1, 1, 2) if crystal.centring == "I" else (2, 2, 2))
    rng = np.random.default_rng(5)
    first, second, third = (rng.permutation(len(a)) for a in (cell.framework, cell.lithium, cell.vacant))
    shuffled = replace(
        cell,
        framework=cell.framework[first],
        species=cell.species[first],
        grain=cell.grain[first],
        lithium=cell.lithium[second],
        lithium_grain=cell.lithium_grain[second],
        vacant=cell.vacant[third],
    )
    drawn = [decorate(c, lattice_sites, crystal, np.random.default_rng(9)) for c in (cell, cell, shuffled)]
    assert drawn[0].framework.tobytes() == drawn[1].framework.tobytes()
    assert drawn[0].lithium.tobytes() == drawn[1].lithium.tobytes()
    assert drawn[0].species.tolist() == drawn[1].species.tolist()

    def atoms(c):
        rows = [
            (*p, s, int(g)) for p, s, g in zip(c.framework.tolist(), c.species.tolist(), c.grain, strict=True)
        ]
        return set(rows), {tuple(p) for p in c.lithium.tolist()}, {tuple(p) for p in c.vacant.tolist()}

    assert atoms(drawn[0]) == atoms(drawn[2])
    other = decorate(cell, lattice_sites, crystal, np.random.default_rng(10))
    assert atoms(other) != atoms(drawn[0])


def test_guests_of_opposite_charge_make_each_other_neutral():
    """As much S on Cl sites as Cl on S sites: no lithium comes or goes."""
    crystal = load_crystal(DATA / "argyrodite.cif")
    cell, lattice_sites = block(crystal, (2, 2, 2))
    drawn = decorate(cell, lattice_sites, crystal, np.random.default_rng(0))
    assert np.array_equal(drawn.lithium, cell.lithium)
    assert not np.array_equal(drawn.species, cell.species)


def test_guests_of_lower_charge_bring_lithium():
    """S on a quarter of the Cl sites only: one more Li for each, on free sites with room."""
    crystal = load_crystal(DATA / "argyrodite.cif")
    sulphur = next(s for s in crystal.shared_sites if s.host == "Cl")
    crystal = replace(
        crystal,
        shared_sites=(replace(sulphur, fractions=(("S", 0.0625),)),),
        closest={**crystal.closest, ("Li", "Li"): 1.8},
    )
    cell, lattice_sites = block(crystal, (2, 2, 2))
    drawn = decorate(cell, lattice_sites, crystal, np.random.default_rng(0))
    assert len(drawn.lithium) == len(cell.lithium) + 2
    assert len(drawn.vacant) == len(cell.vacant) - 2
    assert charge(drawn, crystal) == 0
    names = np.concatenate([drawn.species, np.repeat("Li", len(drawn.lithium))])
    assert shortest(drawn, names, "Li", "Li") >= 1.8
    tight = replace(crystal, closest={**crystal.closest, ("Li", "Li"): 4.0})
    with pytest.raises(StructureError, match="room for one more lithium ion"):
        decorate(cell, lattice_sites, tight, np.random.default_rng(0))


def test_more_guests_than_lithium_stands_there_are_refused():
    crystal = load_crystal(DATA / "llzo_aluminium.cif")
    (aluminium,) = crystal.shared_sites
    crystal = replace(crystal, shared_sites=(replace(aluminium, fractions=(("Al", 0.95),)),))
    cell, lattice_sites = block(crystal, (1, 1, 2))
    with pytest.raises(StructureError, match=r"shared sites = \{'Al': 0.95\} .*at most .* are wanted.*seed"):
        decorate(cell, lattice_sites, crystal, np.random.default_rng(0))


@pytest.mark.physics
def test_equal_guests_avoid_each_other():
    """On a simple cubic lattice a quarter of guests at random has 3 n x (m-1)/(n-1) m / n neighbour pairs."""
    n, m = 6, 54
    steps = np.stack(np.meshgrid(*[np.arange(n)] * 3, indexing="ij"), axis=-1).reshape(-1, 3) * 4.0
    vectors = np.eye(3) * 4.0 * n
    random = 3 * n**3 * (m / n**3) * ((m - 1) / (n**3 - 1))
    found = []
    for seed in range(5):
        names = short_range_ordered(steps, {"Ta": m}, "Zr", vectors, np.random.default_rng(seed))
        assert Counter(names.tolist()) == {"Ta": m, "Zr": n**3 - m}
        images, _ = periodic_images(steps[names == "Ta"], vectors, 4.1)
        tree = cKDTree(images)
        found.append((tree.query_ball_point(steps[names == "Ta"], 4.1, return_length=True) - 1).sum() / 2)
    assert np.mean(found) < 0.5 * random
    few = short_range_ordered(steps, {"Ta": 4}, "Zr", vectors, np.random.default_rng(0))
    images, _ = periodic_images(steps[few == "Ta"], vectors, 13.0)
    assert cKDTree(images).query(steps[few == "Ta"], k=2)[0][:, 1].min() > 5.0


@pytest.mark.parametrize(
    ("numbers", "n"), [({"Ta": 0}, 5), ({"Ta": 5}, 5), ({"Ta": 2, "Nb": 3}, 5), ({"Ta": 1}, 1)]
)
def test_pools_may_be_empty_or_full(numbers, n):
    places = np.arange(3.0 * n).reshape(n, 3)
    names = short_range_ordered(places, numbers, "Zr", np.eye(3) * 20.0, np.random.default_rng(0))
    expected = Counter({**numbers, "Zr": n - sum(numbers.values())})
    assert Counter(names.tolist()) == +expected
