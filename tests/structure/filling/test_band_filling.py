"""Whole cells: neutral unit by unit, changed where asked and nowhere else, for boundaries of any shape."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from grainway.domain import DOPANT_CHARGE, Composition
from grainway.errors import StructureError
from grainway.geometry.band_grid import band_grid
from grainway.geometry.boundary_planes import Boundaries, parallel_boundaries
from grainway.geometry.periodic_points import periodic_images
from grainway.structure import Catalogue, build_boundary, lithium_ordering, load_garnet
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.garnet import conventional_sites
from grainway.structure.filling import whole_cell as completion
from grainway.structure.filling.band_filling import fill
from grainway.structure.filling.tiled_cell import TiledCell

WIDTH = 8.1
CHARGES = load_garnet().formal_charges | DOPANT_CHARGE
CHANGED = [
    Composition(lithium_oxide_per_nm2=-2.0),
    Composition(lithium_oxide_per_nm2=1.5),
    Composition(oxygen_vacancies=0.4),
    Composition(dopants=(("Al", 0.5), ("Ta", 0.7))),
    Composition(lithium_oxide_per_nm2=1.0, oxygen_vacancies=0.2, dopants=(("Ga", 0.3), ("Nb", 0.3))),
]


@pytest.fixture(scope="module")
def tiled():
    """A boundary cell as the builder hands it over, lithium tiled but not yet arranged."""
    caught = []

    def catch(cell, *others):
        caught.append(cell)
        return fill(cell, *others)

    catalogue = Catalogue(max_atoms=2500)
    entry = next(e for e in catalogue.entries if e.normal_a == (5, 1, 0) and e.sigma == 13)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(completion, "fill", catch)
        build_boundary(entry.spec(termination=0.3, translation=(0.1, 0.2)))
    return caught[0]


def filled(cell, composition, seed=0, crystal=None):
    return fill(cell, composition, WIDTH, crystal or load_garnet(), np.random.default_rng(seed))


def same_atoms(first, second, cell):
    """Say whether two lists of (positions, species) are the same atoms in some order."""
    if Counter(first[1].tolist()) != Counter(second[1].tolist()):
        return False
    for element in set(first[1].tolist()):
        images, owner = periodic_images(second[0][second[1] == element], cell.vectors, 1.0)
        wrapped, _ = periodic_images(first[0][first[1] == element], cell.vectors, 0.0)
        distance, found = cKDTree(images).query(wrapped[: (first[1] == element).sum()])
        if distance.max() > 1e-6 or len(set(owner[found].tolist())) != len(found):
            return False
    return True


def before(cell):
    positions = np.vstack([cell.framework, cell.lithium])
    return positions, np.concatenate([cell.species, np.repeat("Li", len(cell.lithium))])


def charge_by_boundary(cell, positions, species):
    charges = np.array([CHARGES[s] for s in species.tolist()])
    return np.bincount(cell.boundaries.nearest(positions), weights=charges, minlength=2)


def closest_in_units_of_the_limit(result, vectors, crystal):
    least = {}
    images, owner = periodic_images(result.positions, vectors, 3.3)
    pairs = cKDTree(images[: len(result.positions)]).sparse_distance_matrix(
        cKDTree(images), 3.3, output_type="coo_matrix"
    )
    for i, j, distance in zip(pairs.row, owner[pairs.col], pairs.data, strict=True):
        if distance > 1e-6:
            pair = (str(result.species[i]), str(result.species[j]))
            share = distance / crystal.limit(*pair)
            kind = "mobile" if {"Li", "Al", "Ga"} & set(pair) else "framework"
            least[kind] = min(least.get(kind, np.inf), share)
    return least


@pytest.mark.parametrize("composition", CHANGED)
def test_nothing_changes_outside_the_band_and_no_boundary_is_charged(tiled, composition):
    result = filled(tiled, composition)
    reach = (WIDTH + tiled.boundaries.gap) / 2 + 1e-6
    kept = []
    for positions, species in ((result.positions, result.species), before(tiled)):
        outside = tiled.boundaries.distance(positions) > reach
        assert outside.sum() > 500
        kept.append((positions[outside], species[outside]))
    assert same_atoms(*kept, tiled)
    assert np.array_equal(
        charge_by_boundary(tiled, result.positions, result.species), charge_by_boundary(tiled, *before(tiled))
    )
    least = closest_in_units_of_the_limit(result, tiled.vectors, load_garnet())
    assert least["mobile"] >= 1 - 1e-6
    assert least["framework"] >= 0.85 - 1e-6


def test_plain_filling_moves_lithium_only_and_lowers_its_energy(tiled):
    result = filled(tiled, Composition())
    n = len(tiled.framework)
    assert np.array_equal(result.positions[:n], tiled.framework)
    assert result.changes == {}
    assert len(result.positions) == n + len(tiled.lithium)
    assert result.energies[1] < result.energies[0]


@pytest.mark.parametrize("region", ["band", "everywhere"])
def test_dopants_take_their_lithium_from_beside_them(tiled, region):
    """A doped crystal is neutral everywhere: the band does not pay for dopants inside the grains."""
    composition = Composition(region=region, dopants=(("Ta", 0.5),))
    plain, doped = (filled(tiled, c) for c in (Composition(), composition))

    def near(result):
        lithium = result.positions[result.species == "Li"]
        return int((tiled.boundaries.distance(lithium) < (WIDTH + tiled.boundaries.gap) / 2).sum())

    lost = near(plain) - near(doped)
    total = doped.changes["Ta"]
    share = near(plain) / int((plain.species == "Li").sum()) if region == "everywhere" else 1.0
    # a binomial draw of Ta over the cell, or all of it in the band
    assert abs(lost - share * total) <= (4 * np.sqrt(total * share * (1 - share)) if share < 1 else 0)


def test_more_lithium_than_there_is_cannot_leave(tiled):
    composition = Composition(region="everywhere", dopants=(("Al", 2.0), ("Ga", 2.0)))
    with pytest.raises(
        StructureError, match=r"composition.dopants.Al = 2.0 is not allowed: at most 1.67 .* Lower"
    ):
        filled(tiled, composition)


def test_a_band_cannot_give_more_lithium_than_it_has(tiled):
    composition = Composition(dopants=(("Al", 2.0),), lithium_transfer_per_nm2=-3.0)
    with pytest.raises(StructureError, match=r"composition.lithium_transfer_per_nm2 = "):
        filled(tiled, composition)


@pytest.mark.parametrize("composition", [Composition(), *CHANGED, Composition(lithium_transfer_per_nm2=-0.4)])
def test_the_order_of_the_atoms_changes_nothing(tiled, composition):
    rng = np.random.default_rng(11)
    first, second, third = (rng.permutation(len(a)) for a in (tiled.framework, tiled.lithium, tiled.vacant))
    shuffled = replace(
        tiled,
        framework=tiled.framework[first],
        species=tiled.species[first],
        grain=tiled.grain[first],
        lithium=tiled.lithium[second],
        lithium_grain=tiled.lithium_grain[second],
        vacant=tiled.vacant[third],
    )
    answers = [filled(c, composition, seed=4) for c in (tiled, shuffled)]
    assert same_atoms(*[(a.positions, a.species) for a in answers], tiled)
    assert answers[0].changes == answers[1].changes


def crossed_boundaries(length, area):
    """Boundaries on two planes, at right angles to y and to z, through the origin."""
    columns = [parallel_boundaries((0.0,), length, area, 0.0, direction=d) for d in (1, 2)]
    return Boundaries(lambda points: np.hstack([c.distances(points) for c in columns]), area, 0.0)


@pytest.mark.parametrize("composition", [Composition(), *CHANGED])
def test_boundaries_on_two_planes(composition):
    crystal = load_garnet()
    a, n = crystal.lattice_parameter, 2
    shifts = np.stack(np.meshgrid(*[np.arange(n)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)

    def block(sites):
        return ((conventional_sites(sites)[None] + shifts) * a).reshape(-1, 3)

    occupied = lithium_ordering(0)
    framework = block(crystal.framework_sites)
    cell = TiledCell(
        framework=framework,
        species=np.tile(np.concatenate([crystal.framework_species] * 2), n**3),
        grain=np.zeros(len(framework), dtype=int),
        lithium=block(crystal.lithium_sites[occupied]),
        lithium_grain=np.zeros(2 * n**3 * int(occupied.sum()), dtype=int),
        vacant=block(crystal.lithium_sites[~occupied]),
        vectors=np.eye(3) * n * a,
        boundaries=crossed_boundaries(n * a, (n * a) ** 2),
    )
    if composition == Composition(lithium_oxide_per_nm2=1.5):
        # the perfect crystal is full
        with pytest.raises(StructureError, match=r"no void for more oxygen|no room for"):
            filled(cell, composition)
        return
    result = filled(cell, composition)
    if composition == Composition():
        assert same_atoms((result.positions, result.species), before(cell), cell)
    assert sum(CHARGES[s] for s in result.species.tolist()) == 0
    reach = WIDTH / 2 + 1e-6
    outside = [
        (p[cell.boundaries.distance(p) > reach], s[cell.boundaries.distance(p) > reach])
        for p, s in ((result.positions, result.species), before(cell))
    ]
    assert same_atoms(*outside, cell)
    assert closest_in_units_of_the_limit(result, cell.vectors, crystal)["mobile"] >= 1 - 1e-6


def test_the_band_grid_is_every_grid_point_near_a_boundary():
    rng = np.random.default_rng(2)
    for _ in range(5):
        vectors = np.diag(10 + 10 * rng.random(3)) + np.tril(4 * rng.random((3, 3)), -1)
        boundaries = parallel_boundaries((0.0, 0.4 * vectors[2, 2]), vectors[2, 2], 1.0, 0.0)
        counts = np.ceil(np.linalg.norm(vectors, axis=1) / 0.8).astype(int)
        steps = np.stack(np.meshgrid(*map(np.arange, counts), indexing="ij"), axis=-1).reshape(-1, 3)
        naive = steps @ (vectors / counts[:, None])
        naive = naive[boundaries.distance(naive) < 2.3]
        found = band_grid(vectors, boundaries, 0.8, 2.3)
        assert len(found) == len(naive) > 100
        assert cKDTree(naive).query(found)[0].max() < 1e-9


def toy_crystal(centring, n_lithium, n_sites):
    """Oxide with lithium on ``n_sites`` of a primitive cell, of which ``n_lithium`` are full."""
    rng = np.random.default_rng(n_sites)
    sites = rng.random((n_sites, 3))
    return IonicCrystal(
        name="toy",
        lattice_parameter=20.0,
        centring=centring,
        framework_species=np.array(["O"]),
        framework_sites=np.zeros((1, 3)),
        lithium_sites=sites,
        n_lithium=n_lithium,
        formal_charges={"O": -n_lithium, "Li": 1},
        closest={("Li", "Li"): 0.5, ("Li", "O"): 0.1, ("O", "Li"): 0.1, ("O", "O"): 1.0},
    )


CENTRING = {
    "P": [],
    "I": [[0.5, 0.5, 0.5]],
    "F": [[0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]],
}


@pytest.mark.parametrize("centring", ["P", "I", "F"])
def test_orderings_keep_their_distance_in_every_lattice(centring):
    crystal = replace(toy_crystal(centring, 3, 12), closest={("Li", "Li"): 4.0})
    occupied = lithium_ordering(1, crystal)
    assert occupied.sum() == 3
    basis = crystal.lithium_sites[occupied]
    cube = np.vstack([basis, *[basis + np.array(c) for c in CENTRING[centring]]]) * 20.0
    images, _ = periodic_images(cube, np.eye(3) * 20.0, 8.0)
    distance, _ = cKDTree(images).query(images[: len(cube)], k=2)
    assert distance[:, 1].min() >= 4.0


@pytest.mark.parametrize("centring", ["P", "I", "F"])
def test_full_sites_have_one_ordering(centring):
    crystal = toy_crystal(centring, 2, 2)
    assert all(lithium_ordering(seed, crystal).all() for seed in range(3))
    assert lithium_ordering(0, crystal) is lithium_ordering(0, crystal)


def test_more_lithium_than_finds_a_place_is_refused():
    crystal = replace(toy_crystal("P", 5, 6), closest={("Li", "Li"): 30.0})
    with pytest.raises(StructureError, match="lower the closest Li-Li distance"):
        lithium_ordering(0, crystal)
