"""Boundaries of crystals from files: neutral, of the file's composition, no pair too close, bulk inside."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from grainway.geometry.periodic_points import periodic_images
from grainway.structure import Catalogue, build_boundary
from grainway.structure.crystal.files.crystal_file import load_crystal
from grainway.structure.lattice.cubic_lattice import CENTRING_VECTORS

DATA = Path(__file__).parents[2] / "example_structures" / "data"
CONTACT_SCALE = 0.85
BULK_A = 4.5


def entry_of(crystal, normal, sigma, thickness):
    catalogue = Catalogue(
        lattice_parameter=crystal.lattice_parameter,
        crystal=crystal,
        max_atoms=3000,
        max_strain=0.0,
        axes=((0, 0, 1),),
        characters=("symmetric tilt",),
        angle_range_deg=(22.0, 37.0),
        min_grain_thickness=thickness,
    )
    return next(
        e
        for e in catalogue.entries
        if e.sigma == sigma and sorted(map(abs, e.normal_a)) == sorted(map(abs, normal))
    )


@pytest.fixture(
    scope="module",
    params=[
        ("li3ocl", (3, 1, 0), 5, {"Li": 3, "O": 1, "Cl": 1}),
        ("llzo_tantalum", (5, 1, 0), 13, {"Li": 13, "La": 6, "Zr": 3, "Ta": 1, "O": 24}),
        ("llzo_aluminium", (5, 1, 0), 13, {"Li": 25, "Al": 1, "La": 12, "Zr": 8, "O": 48}),
        ("argyrodite", (3, 1, 0), 5, {"Li": 6, "P": 1, "S": 5, "Cl": 1}),
    ],
    ids=lambda p: p[0],
)
def built(request):
    name, normal, sigma, formula = request.param
    crystal = load_crystal(DATA / f"{name}.cif")
    entry = entry_of(crystal, normal, sigma, 24.0)
    spec = entry.spec(termination=0.3, translation=(0.1, 0.2))
    return crystal, entry, formula, build_boundary(spec, seed=1, crystal=crystal)


def test_the_cell_is_neutral_and_of_the_file_s_composition(built):
    crystal, entry, formula, boundary = built
    counts = Counter(boundary.atoms.get_chemical_symbols())
    assert sum(crystal.charge(s) * n for s, n in counts.items()) == 0
    assert set(counts) == set(formula)
    units = sum(counts.values()) / sum(formula.values())
    for element, n in formula.items():
        # a grain rounds its pools to whole ions, lithium follows by the charges
        slack = 0 if not crystal.shared_sites else 2 * (abs(crystal.charge("Al")) if "Al" in formula else 1)
        assert abs(counts[element] - n * units) <= slack, element
    assert len(boundary.atoms) <= entry.n_atoms
    assert entry.n_atoms - len(boundary.atoms) <= 0.1 * entry.n_atoms


def test_no_pair_is_too_close(built):
    crystal, _, _, boundary = built
    atoms, names = boundary.atoms, np.array(boundary.atoms.get_chemical_symbols())
    images, owner = periodic_images(atoms.positions, atoms.cell.array, 3.3)
    guests = {e for s in crystal.shared_sites if s.place == "lithium" for e, _ in s.fractions} | {"Li"}
    pairs = cKDTree(images[: len(atoms)]).sparse_distance_matrix(
        cKDTree(images), 3.3, output_type="coo_matrix"
    )
    checked = 0
    for i, j, distance in zip(pairs.row, owner[pairs.col], pairs.data, strict=True):
        if distance > 1e-6:
            scale = 1.0 if guests & {names[i], names[j]} else CONTACT_SCALE
            assert distance >= crystal.limit(names[i], names[j]) * scale - 1e-6, (names[i], names[j])
            checked += 1
    assert checked > 4 * len(atoms)


def test_both_grains_are_the_bulk_away_from_the_boundary(built):
    """Around every inner ion the sites are those of the perfect crystal, rotated: by their distances."""
    crystal, _, _, boundary = built
    atoms = boundary.atoms
    shifts = np.array([(0, 0, 0), *CENTRING_VECTORS[crystal.centring]]) / 2
    cube = np.vstack([crystal.framework_sites + t for t in shifts])
    kinds = np.tile(crystal.framework_species, len(shifts))
    a = crystal.lattice_parameter
    images, owner = periodic_images(cube * a, np.eye(3) * a, BULK_A)
    hosts = {e: s.host for s in crystal.shared_sites for e, _ in s.fractions}
    shared = {e for s in crystal.shared_sites for e in (s.host, *dict(s.fractions))} - {"Li"}

    def kind(element):
        # who stands on shared sites is drawn; the site is the same
        return "shared" if element in shared else hosts.get(element, element)

    def shells(places, tree, names):
        for place, near in zip(places, tree.query_ball_point(places, BULK_A), strict=True):
            apart = np.linalg.norm(tree.data[near] - place, axis=1)
            yield tuple(
                sorted((kind(str(names[n])), round(float(d), 3)) for n, d in zip(near, apart, strict=True))
            )

    perfect = set(shells(images[: len(cube)], cKDTree(images), kinds[owner]))
    names = np.array(atoms.get_chemical_symbols())
    mobile = {e for s in crystal.shared_sites if s.place == "lithium" for e, _ in s.fractions} | {"Li"}
    framework = ~np.isin(names, sorted(mobile))
    wrapped, owner = periodic_images(atoms.positions[framework], atoms.cell.array, BULK_A)
    n = int(framework.sum())
    height = atoms.cell[2, 2]
    depth = np.min(
        [
            np.abs((wrapped[:n, 2] - z + height / 2) % height - height / 2)
            for z in boundary.boundary_positions
        ],
        axis=0,
    )
    inner = np.flatnonzero(depth > BULK_A + max(boundary.gaps))
    assert set(atoms.arrays["grain"][framework][inner].tolist()) == {0, 1}
    found = set(shells(wrapped[inner], cKDTree(wrapped), names[framework][owner]))
    assert len(found) > 0
    for shell in found:
        assert any(
            len(shell) == len(other)
            and all(p[0] == q[0] and abs(p[1] - q[1]) <= 2e-3 for p, q in zip(shell, other, strict=True))
            for other in perfect
        )


def test_same_seed_same_bytes():
    crystal = load_crystal(DATA / "llzo_tantalum.cif")
    spec = entry_of(crystal, (5, 1, 0), 13, 15.0).spec()
    first, again, other = (build_boundary(spec, seed=s, crystal=crystal).atoms for s in (4, 4, 5))
    assert first.positions.tobytes() == again.positions.tobytes()
    assert np.array_equal(first.numbers, again.numbers)
    assert not np.array_equal(first.numbers, other.numbers)


def test_the_perfect_doped_crystal_comes_back():
    crystal = load_crystal(DATA / "llzo_tantalum.cif")
    catalogue = Catalogue(
        crystal=crystal, max_atoms=2000, max_strain=0.0, axes=((0, 0, 1),), characters=("symmetric tilt",)
    )
    boundary = build_boundary(catalogue.perfect_crystal((0, 0, 1)), seed=0, crystal=crystal)
    assert boundary.gaps == (0.0, 0.0)
    counts = Counter(boundary.atoms.get_chemical_symbols())
    assert (3 * counts["Ta"], 6 * counts["Li"]) == (counts["Zr"], 13 * counts["La"])
