"""Every entry of the catalogue, built with a random translation, random cuts and seed, is what it says.

Nothing here is compared with the builder's own lattices: both grains' axes come from the entry's integers,
the strain from the finished cell, and the origin of each grain from one of its Zr atoms.
"""

from collections import Counter
from itertools import permutations, product
from math import gcd

import numpy as np
import pytest
from scipy.spatial import cKDTree

from example_structures.pair_distances import limit_table, pairs, with_images
from grainway.geometry.contact import CONTACT_SCALE
from grainway.structure import Catalogue, build_boundary, disorientation, load_garnet, measured_orientation

CATALOGUE = Catalogue(max_atoms=10_000)
BEYOND = Catalogue(max_atoms=5000, angle_range_deg=(30.1, 62.8))
"""Beyond what campaigns vary, up to the largest disorientations: Σ3, Σ5, Σ7, Σ9, Σ11 are here."""
ENTRIES = (*CATALOGUE.entries, *BEYOND.entries)
GARNET = load_garnet()
CHUNKS = 24
PRIMITIVE = np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]])
"""Body-centred lattice, units of a/2; its cell has a volume of 4."""
BULK_REACH_A = 6.0


def built(number):
    rng = np.random.default_rng([634, number])
    spec = ENTRIES[number].spec(
        translation=tuple(rng.random(2).tolist()),
        termination=float(rng.random()),
        termination_b=float(rng.random()),
    )
    return build_boundary(spec, seed=int(rng.integers(2**31)))


def integers(entry, grain):
    """Normal, periods, number of planes, planes per unit of v·n, and primitive cells in one plane."""
    normal = np.array((entry.normal_a, entry.normal_b)[grain])
    periods = np.array((entry.periods_a, entry.periods_b)[grain])
    step = gcd(*(PRIMITIVE @ normal).tolist())
    volume = abs(int(np.cross(*periods) @ normal)) * step
    assert volume % (4 * normal @ normal) == 0
    return normal, periods, (entry.planes, entry.planes_b)[grain], step, volume // (4 * int(normal @ normal))


def axes(normal, periods):
    """Laboratory axes in the crystal, as rows: x along the first period, z along the normal."""
    x, z = periods[0] / np.linalg.norm(periods[0]), normal / np.linalg.norm(normal)
    return np.array([x, np.cross(z, x), z])


def stretch(entry, grain, cell):
    """In-plane deformation that takes the grain's own periods to those of the finished cell."""
    normal, periods, *_ = integers(entry, grain)
    own = (periods @ axes(normal, periods).T)[:, :2] * CATALOGUE.lattice_parameter / 2
    # the cell's second vector is the second period less whole first ones
    turns = np.round((own[1, 0] - cell[1, 0]) / cell[0, 0])
    return np.linalg.solve(own, np.array([cell[0, :2], cell[1, :2] + turns * cell[0, :2]]))


def lattice(entry, grain, cell):
    """Primitive lattice vectors in the laboratory as rows, strained as the finished cell says, Å."""
    vectors = PRIMITIVE @ axes(*integers(entry, grain)[:2]).T * CATALOGUE.lattice_parameter / 2
    vectors[:, :2] = vectors[:, :2] @ stretch(entry, grain, cell)
    return vectors


def sites_of_atoms(positions, species, vectors):
    """Site of the crystal that each atom stands on, and its primitive cell, in whole numbers.

    The origin is set by one Zr: of the eight kinds of Zr it can be, one puts all other atoms on sites.
    """
    sites = GARNET.framework_sites * 2 @ np.linalg.inv(PRIMITIVE)
    tree = cKDTree(sites % 1.0, boxsize=1.0)
    fractions = positions @ np.linalg.inv(vectors)
    start = fractions[np.flatnonzero(species == "Zr")[0]]
    for candidate in np.flatnonzero(GARNET.framework_species == "Zr"):
        placed = fractions - start + sites[candidate]
        # rounding of 1e-9 Å must not tip a site at 0 over to 1
        off, found = tree.query((placed + 1e-7) % 1.0)
        if np.all(off < 1e-6) and np.array_equal(GARNET.framework_species[found], species):
            return found, np.round(placed - sites[found]).astype(int)
    raise AssertionError("the atoms are on no lattice of the garnet")


def check_composition(entry, boundary):
    symbols, grain = np.array(boundary.atoms.get_chemical_symbols()), boundary.atoms.arrays["grain"]
    units = entry.n_atoms // 24
    assert len(symbols) == entry.n_atoms == 24 * units
    assert Counter(symbols.tolist()) == {"Li": 7 * units, "La": 3 * units, "Zr": 2 * units, "O": 12 * units}
    assert sum(GARNET.formal_charges[s] for s in symbols.tolist()) == 0
    for number in (0, 1):
        *_, planes, _, cells = integers(entry, number)
        counts = Counter(symbols[(grain == number) & (symbols != "Li")].tolist())
        # a primitive cell holds four formula units
        assert counts == {"La": 12 * planes * cells, "Zr": 8 * planes * cells, "O": 48 * planes * cells}


def check_cell(entry, boundary):
    cell, gaps = boundary.atoms.cell.array, np.array(boundary.gaps)
    assert np.all(np.diag(cell) > 0)
    assert np.array_equal(cell, np.tril(cell))
    assert boundary.atoms.pbc.all()
    assert boundary.area == pytest.approx(entry.area, rel=1e-9)
    assert cell[0, 0] * cell[1, 1] == pytest.approx(entry.area, rel=1e-9)
    lower, upper = entry.planes * entry.plane_spacing, entry.planes_b * entry.plane_spacing_b
    assert np.all(gaps >= 0)
    # nothing is strained along the normal
    assert boundary.boundary_positions == pytest.approx(
        (lower + gaps.sum() / 2, lower + upper + gaps.sum()), abs=1e-6
    )
    assert cell[2, 2] == boundary.boundary_positions[1]
    grain = boundary.atoms.arrays["grain"]
    for number, (bottom, thickness) in enumerate(
        ((gaps[1] / 2, lower), (lower + gaps[0] + gaps[1] / 2, upper))
    ):
        z = boundary.atoms.positions[(grain == number) & (boundary.atoms.numbers != 3), 2]
        assert z.min() >= bottom - 1e-6
        assert z.max() <= bottom + thickness + 1e-6


def check_pairs(boundary):
    """No pair is too close, periodic ones included, and at both boundaries some pair just touches."""
    atoms, gaps = boundary.atoms, boundary.gaps
    kinds, kind = np.unique(atoms.get_chemical_symbols(), return_inverse=True)
    limits = limit_table(GARNET, kinds, CONTACT_SCALE)
    first, second, distance, height = pairs(atoms, limits.max() + 1e-3)
    share = distance / limits[kind[first], kind[second]]
    grain, framework = atoms.arrays["grain"], atoms.numbers != 3
    foreign = (grain[first] != grain[second]) & framework[first] & framework[second]
    assert distance[~foreign].size > 2 * len(atoms)
    assert share.min() >= 1 - 1e-7
    # inside a grain the framework keeps the whole of the closest distance
    whole = limit_table(GARNET, kinds, 1.0)[kind[first], kind[second]]
    assert np.all(distance[~foreign] >= whole[~foreign] - 1e-6)
    length = atoms.cell[2, 2]
    for place, gap in zip(boundary.boundary_positions, gaps, strict=True):
        apart = height - place
        here = foreign & (np.abs(apart - length * np.round(apart / length)) < length / 4)
        assert gap == 0.0 or share[here].min() == pytest.approx(1.0, abs=1e-6)


def check_orientation(entry, boundary):
    """The angle between the grains as their Zr atoms have it.

    A grain is deformed in the plane only, by F = 1 + e with its first period kept along x. It turns about the
    normal by |e_xy|/2, and no principal strain, (e_xx + e_yy)/2 ± √(((e_xx - e_yy)/2)² + (e_xy/2)²), has both
    signs smaller than that: the turn in radians is at most the largest strain. Two grains make twice of it.
    """
    atoms = boundary.atoms
    zirconium, grain = atoms.numbers == 40, atoms.arrays["grain"]
    turned = [
        measured_orientation(
            atoms.positions[zirconium & (grain == n)], atoms.cell.array, GARNET.lattice_parameter
        )
        for n in (0, 1)
    ]
    angle, _ = disorientation(*turned)
    assert angle == pytest.approx(entry.angle_deg, abs=0.01 + np.degrees(2 * entry.strain))


def check_lattices(entry, boundary):
    """Every framework atom of a grain stands on its lattice's sites, and none of the sites is empty.

    All sites of every plane are there, whatever the plane, and the cell's vectors are lattice vectors: so all
    distances around an atom of the inside, to as far as its own grain reaches, are those of the lattice.
    """
    cell, symbols = boundary.atoms.cell.array, np.array(boundary.atoms.get_chemical_symbols())
    stretches = [np.linalg.svd(stretch(entry, n, cell), compute_uv=False) for n in (0, 1)]
    assert np.abs(np.array(stretches) - 1).max() == pytest.approx(entry.strain, rel=0.02, abs=1e-9)
    for grain in (0, 1):
        normal, _, planes, step, cells = integers(entry, grain)
        vectors = lattice(entry, grain, cell)
        across = cell[:2] @ np.linalg.inv(vectors)
        assert np.abs(across - np.round(across)).max() < 1e-7
        own = np.flatnonzero((boundary.atoms.arrays["grain"] == grain) & (symbols != "Li"))
        site, where = sites_of_atoms(boundary.atoms.positions[own], symbols[own], vectors)
        plane = where @ PRIMITIVE @ normal // step
        table = np.zeros((len(GARNET.framework_sites), plane.max() - plane.min() + 1), dtype=int)
        np.add.at(table, (site, plane - plane.min()), 1)
        assert set(np.unique(table)) <= {0, cells}
        # each kind of site fills as many planes, one on the other
        filled = table > 0
        assert np.all(filled.sum(axis=1) == planes)
        assert np.all(np.abs(np.diff(filled.astype(int), axis=1, prepend=0, append=0)).sum(axis=1) == 2)


def check_surroundings(entry, boundary):
    """All distances up to 6 Å around the deepest atom of each element in each grain, none more or less."""
    atoms = boundary.atoms
    symbols, grain = np.array(atoms.get_chemical_symbols()), atoms.arrays["grain"]
    length = atoms.cell[2, 2]
    apart = atoms.positions[:, 2, None] - boundary.boundary_positions
    depth = np.abs(apart - length * np.round(apart / length)).min(axis=1)
    framework = np.flatnonzero(symbols != "Li")
    images, _ = with_images(atoms.positions[framework], atoms.cell.array, BULK_REACH_A)
    tree = cKDTree(images)
    shifts = np.array(list(product(range(-3, 4), repeat=3)))
    for number in (0, 1):
        vectors = lattice(entry, number, atoms.cell.array)
        sites = GARNET.framework_sites * 2 @ np.linalg.inv(PRIMITIVE)
        for element in ("La", "Zr", "O"):
            chosen = np.flatnonzero((symbols == element) & (grain == number))
            deepest = chosen[np.argmax(depth[chosen])]
            assert depth[deepest] > BULK_REACH_A + 0.1
            here = images[np.searchsorted(framework, deepest)]
            near = np.linalg.norm(images[tree.query_ball_point(here, BULK_REACH_A)] - here, axis=1)
            assert any(
                len(expected := around(site, sites, shifts, vectors)) == len(near)
                and np.abs(np.sort(near) - expected).max() < 1e-6
                for site in sites[GARNET.framework_species == element]
            )


def around(site, sites, shifts, vectors):
    """Distances from a site to all sites of its lattice up to 6 Å."""
    distances = np.linalg.norm((sites[:, None] + shifts - site).reshape(-1, 3) @ vectors, axis=1)
    return np.sort(distances[distances <= BULK_REACH_A])


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_entry_is_built_exactly(chunk):
    for number in range(chunk, len(ENTRIES), CHUNKS):
        entry = ENTRIES[number]
        try:
            boundary = built(number)
            check_composition(entry, boundary)
            check_cell(entry, boundary)
            check_pairs(boundary)
            check_orientation(entry, boundary)
            check_lattices(entry, boundary)
            check_surroundings(entry, boundary)
        except Exception as error:
            error.add_note(f"entry {number}: {entry}")
            raise


def test_every_kind_of_boundary_is_listed():
    counts = Counter(entry.character for entry in ENTRIES)
    assert set(counts) == {"symmetric tilt", "asymmetric tilt", "twist", "mixed"}
    assert min(counts.values()) > 0
    strained = sum(entry.strain > 0 for entry in ENTRIES)
    assert 0 < strained < len(ENTRIES)


def test_no_two_entries_are_one_boundary():
    """Each grain's crystal may be turned by any operation of the cube, and the grains exchanged.

    A boundary is the rotation M from crystal b to crystal a with its normal n in crystal a. Operations P and
    Q of the two crystals make it PᵀMQ and Pᵀn; seen from the other grain it is Mᵀ and -Mᵀn. The garnet has a
    centre of inversion, so the sign of n means nothing.
    """
    cube = np.array(
        [
            np.diag(signs) @ np.eye(3)[list(order)]
            for signs in product((1, -1), repeat=3)
            for order in permutations(range(3))
        ]
    )
    rotations = cube[np.linalg.det(cube) > 0]
    seen = {}
    for number, entry in enumerate(ENTRIES):
        frames = [axes(*integers(entry, grain)[:2]) for grain in (0, 1)]
        turn = frames[0].T @ frames[1]
        names = []
        for rotation, normal in ((turn, entry.normal_a), (turn.T, entry.normal_b)):
            images = np.einsum("pji,jk,qkl->pqil", rotations, rotation, rotations).reshape(-1, 9)
            normals = np.repeat(np.einsum("pji,j->pi", rotations, np.array(normal)), len(rotations), axis=0)
            first = normals[np.arange(len(normals)), np.argmax(normals != 0, axis=1)]
            names.append(np.hstack([np.round(images, 6), normals * np.sign(first)[:, None]]) + 0.0)
        key = tuple(min(map(tuple, np.vstack(names))))
        assert key not in seen, f"entries {seen.get(key)} and {number} are one boundary: {entry}"
        seen[key] = number
