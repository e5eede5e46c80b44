"""Boundaries that meet: exact grains, blocks at contact, steps in whole formula units."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from grainway.domain import BoundarySpec, Composition
from grainway.errors import StructureError
from grainway.geometry.contact import CONTACT_SCALE
from grainway.geometry.periodic_points import periodic_images
from grainway.structure import Catalogue, build_boundary, disorientation, load_garnet, measured_orientation
from grainway.structure.connected.checkerboard import ClosedBlocks, open_gaps
from grainway.structure.connected.connected_boundary import boundary_normals, connect, n_independent_normals
from grainway.structure.connected.formula_cuts import formula
from grainway.structure.connected.grain_prism import make_prism
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.lattice.misorientation import lab_rotation

GARNET = load_garnet()
CATALOGUE = Catalogue(
    max_atoms=12_000, max_strain=0.0, angle_range_deg=(5.0, 45.0), characters=("symmetric tilt",)
)
TILTS = CATALOGUE.entries
OTHERS = [
    Catalogue(
        axes=((0, 0, 1),), angle_range_deg=(22.0, 23.0), characters=(kind,), max_strain=0.0, max_atoms=20_000
    ).entries[0]
    for kind in ("asymmetric tilt", "twist")
]
CONNECTIONS = ("orthogonal", "network", "stepped")


def tilt(normal, axis=(0, 0, 1), planes=None, **details):
    entry = next(e for e in TILTS if e.normal_a == normal and e.axis == axis)
    spec = entry.spec(**details)
    return spec if planes is None else replace(spec, planes=planes, planes_b=planes)


def formula_units(species, crystal=GARNET):
    """Whole formula units of a framework, exactly."""
    elements, per_unit = formula(crystal)
    counts = Counter(species.tolist())
    units = counts[elements[0]] // per_unit[0]
    assert [counts[e] for e in elements] == list(units * per_unit)
    return units


def all_pairs(positions, species, vectors, limits, cutoff=3.3):
    """Every periodic pair within a cut-off: both atoms, distance over the least allowed one."""
    images, owner = periodic_images(positions, vectors, cutoff)
    pairs = cKDTree(images[: len(positions)]).sparse_distance_matrix(
        cKDTree(images), cutoff, output_type="coo_matrix"
    )
    real = pairs.data > 1e-6
    rows, columns = pairs.row[real], owner[pairs.col[real]]
    names, kind = np.unique(species, return_inverse=True)
    table = np.array([[limits(str(p), str(q)) for q in names] for p in names])
    return rows, columns, pairs.data[real] / table[kind[rows], kind[columns]]


def closest(built, crystal=GARNET):
    symbols = np.array(built.atoms.get_chemical_symbols())

    def limit(p, q):
        return crystal.limit(p, q) * (1.0 if "Li" in (p, q) else CONTACT_SCALE)

    return all_pairs(built.atoms.positions, symbols, built.atoms.cell.array, limit)[2].min()


def apart(values, place, length):
    difference = values - place
    return np.abs(difference - length * np.round(difference / length))


@pytest.mark.parametrize(
    ("normal", "n_atoms"), [((4, 1, 0), 3264), ((5, 1, 0), 4992), ((5, 3, 0), 6528), ((7, 1, 0), 9600)]
)
def test_columns_are_exact_neutral_and_clear(normal, n_atoms):
    """A cell of a√(h²+k²) squared by a: 192(h²+k²) atoms for whole lattice vectors."""
    assert n_atoms == 192 * (normal[0] ** 2 + normal[1] ** 2)
    spec = tilt(normal, connection="orthogonal", termination=0.3, translation=(0.2, 0.1))
    built, frame = build_boundary(spec, seed=1), connect(spec, GARNET)
    atoms = built.atoms
    assert len(atoms) == n_atoms
    gaps = np.array(built.gaps)
    edge = GARNET.lattice_parameter * np.hypot(*normal[:2])
    assert atoms.cell.lengths() == pytest.approx(
        [GARNET.lattice_parameter, edge + gaps[2:].sum(), edge + gaps[:2].sum()], abs=1e-9
    )
    symbols, grain = np.array(atoms.get_chemical_symbols()), atoms.arrays["grain"]
    framework = symbols != "Li"
    half = n_atoms / 2 / 24
    assert [formula_units(symbols[framework & (grain == g)]) for g in (0, 1)] == [half, half]
    assert sum(GARNET.formal_charges[s] for s in symbols) == 0
    assert closest(built) >= 1 - 1e-6
    assert built.area == pytest.approx(atoms.cell.volume * (1 / atoms.cell[1, 1] + 1 / atoms.cell[2, 2]))
    body = frame.body_at(atoms.positions)
    assert np.unique(body).tolist() == [0, 2, 4, 6]
    assert np.array_equal(frame.grain_at(atoms.positions)[framework], grain[framework])
    for number in np.unique(body):
        zirconium = atoms.positions[(symbols == "Zr") & (body == number)]
        measured = measured_orientation(zirconium, atoms.cell.array, GARNET.lattice_parameter)
        normals = spec.normal_b if number in (2, 4) else spec.normal_a
        # about the axis along x by half the misorientation either way
        assert disorientation(measured, lab_rotation(spec.axis, normals))[0] < 0.01
    first, second = (lab_rotation(spec.axis, n) for n in (spec.normal_a, spec.normal_b))
    assert disorientation(first, second)[0] == pytest.approx(spec.angle_deg, abs=1e-3)


@pytest.mark.parametrize(
    "spec",
    [
        tilt((4, 1, 0), connection="orthogonal"),
        tilt((4, 1, 0), planes=4, connection="network", translation=(0.4, 0.3), termination=0.6),
        tilt((3, 1, 0), planes=4, connection="network", translation=(0.1, 0.7), termination=0.1),
        tilt((7, -5, -2), (1, 1, 1), planes=8, connection="orthogonal", termination=0.5, termination_b=0.2),
        tilt((2, -2, 7), (1, 1, 0), planes=8, connection="orthogonal", translation=(0.5, 0.5)),
    ],
    ids=str,
)
def test_gaps_are_the_smallest_that_clear_every_pair(spec):
    frame = connect(spec, GARNET)
    rows, columns, ratio = all_pairs(
        frame.framework, frame.species, frame.vectors, lambda p, q: CONTACT_SCALE * GARNET.limit(p, q)
    )
    assert ratio.min() >= 1 - 1e-6
    units = [formula_units(frame.species[frame.grain == g]) for g in (0, 1)]
    assert units[0] == units[1]
    # contact at every face that was opened: a pair of different grains, just touching, near that face
    touching = (np.abs(ratio - 1) < 1e-6) & (frame.grain[rows] != frame.grain[columns])
    gaps = iter(frame.gaps)
    for direction in (2, 1, 0):
        for place in frame.faces[direction]:
            near = apart(frame.framework[rows[touching], direction], place, frame.cell[direction]) < 3.3
            assert next(gaps) == 0.0 or near.any()
    assert next(gaps, None) is None


def test_gaps_of_random_blocks_clear_faces_and_corners():
    """Few atoms in each block: often it is at a corner, not across a face, that blocks meet first."""
    rng = np.random.default_rng(3)
    cell = np.array([12.0, 14.0, 13.0])
    limits = {("A", "A"): 3.0, ("A", "B"): 2.0, ("B", "A"): 2.0, ("B", "B"): 2.5}
    at_corners = 0
    for trial in range(120):
        split = (trial % 3 > 0, True, True)
        corners = rng.integers(0, 2, (20, 3)) / 2 * cell
        positions = (corners + rng.normal(0.0, 0.8, (20, 3))) % cell
        blocks = (positions >= cell / 2).astype(np.int64) * split
        species = rng.choice(["A", "B"], size=20)
        gaps = open_gaps(ClosedBlocks(positions, species, blocks, cell, split), limits)
        assert [len(g) for g in gaps] == [2 * s for s in split]
        middle, ends = (np.array([g[n] if g else 0.0 for g in gaps]) for n in (0, 1))
        rows, columns, ratio = all_pairs(
            positions + blocks * middle, species, np.diag(cell + middle + ends), lambda p, q: limits[p, q]
        )
        foreign = (blocks[rows].sum(axis=1) - blocks[columns].sum(axis=1)) % 2 == 1
        assert ratio[foreign].min(initial=np.inf) >= 1 - 1e-9
        # and no gap is wider than that needs
        for part in (middle, ends):
            for d in np.flatnonzero(part > 0.02):
                part[d] -= 0.02
                closer = all_pairs(
                    positions + blocks * middle,
                    species,
                    np.diag(cell + middle + ends),
                    lambda p, q: limits[p, q],
                )
                part[d] += 0.02
                different = (blocks[closer[0]].sum(axis=1) - blocks[closer[1]].sum(axis=1)) % 2 == 1
                assert closer[2][different].min() < 1 - 1e-6
        atoms = (positions, species, blocks, cell, split, limits)
        faces_only = [gap for d in range(3) if split[d] for gap in _face_gaps(*atoms, d)]
        at_corners += sum(g for gap in gaps for g in gap) > sum(faces_only) + 1e-9
    assert at_corners >= 5


def _face_gaps(positions, species, blocks, cell, split, limits, d):
    """The largest √(D² - ρ²) - Δ over pairs that face each other across either face, from all images."""
    others = [n for n in range(3) if n != d and split[n]]
    widest = [0.0, 0.0]
    for i in range(len(positions)):
        for j in range(len(positions)):
            if (blocks[i, others] != blocks[j, others]).any() or blocks[i, d] == blocks[j, d]:
                continue
            side = blocks[i, d]
            step = positions[j] - positions[i]
            step[d] += cell[d] * side
            free = [n for n in range(3) if n != d and not split[n]]
            step[free] -= cell[free] * np.round(step[free] / cell[free])
            room = limits[species[i], species[j]] ** 2 - np.delete(step, d) @ np.delete(step, d)
            if room > 0:
                widest[side] = max(widest[side], np.sqrt(room) - step[d])
    return widest


@pytest.mark.parametrize("connection", CONNECTIONS)
@pytest.mark.parametrize("termination", [0.0, 0.31])
def test_without_misorientation_the_perfect_crystal_comes_back(connection, termination):
    """No gap, and as many pairs at each distance as the crystal has, for the whole framework."""
    perfect = CATALOGUE.perfect_crystal((3, 1, 0), (0, 0, 1))
    spec = replace(
        perfect,
        connection=connection,
        termination=termination,
        termination_b=termination,
        planes=5,
        planes_b=5,
    )
    frame = connect(spec, GARNET)
    assert max(frame.gaps) == pytest.approx(0.0, abs=1e-9)
    assert frame.n_removed == 0
    prism = make_prism((0, 0, 1), (3, 1, 0), GARNET)
    whole = prism.fractions(GARNET.framework_sites) * prism.lengths
    every = np.repeat(GARNET.framework_species, len(prism.translations))
    copies = len(frame.framework) // len(whole)

    def counts(positions, species, vectors):
        rows, columns, distance = all_pairs(positions, species, vectors, lambda _p, _q: 1.0, cutoff=4.0)
        names = np.char.add(species[rows], species[columns])
        return Counter(zip(names.tolist(), np.round(distance, 4).tolist(), strict=True))

    reference = counts(whole, every, np.diag(prism.lengths))
    built = counts(frame.framework, frame.species, frame.vectors)
    assert built == {key: copies * n for key, n in reference.items()}


@pytest.mark.parametrize("normal", [(4, 1, 0), (5, 1, 0), (3, 2, 0)])
def test_steps_lose_whole_formula_units_only(normal):
    spec = tilt(normal, connection="stepped", termination=0.2, translation=(0.3, 0.4))
    built, frame = build_boundary(spec, seed=2), connect(spec, GARNET)
    atoms = built.atoms
    symbols, grain = np.array(atoms.get_chemical_symbols()), atoms.arrays["grain"]
    units = sum(formula_units(symbols[(symbols != "Li") & (grain == g)]) for g in (0, 1))
    counts = Counter(symbols.tolist())
    assert counts["Li"] == 7 * units
    assert closest(built) >= 1 - 1e-6
    assert built.composition_changes.get("Li7La3Zr2O12", 0) == -frame.n_removed
    # the volume of both grains without the gaps holds what was there before
    length = frame.cell[2] - sum(frame.gaps)
    volume = frame.cell[0] * frame.cell[1] * length
    assert units + frame.n_removed == pytest.approx(8 * volume / GARNET.lattice_parameter**3, abs=1e-6)
    assert frame.n_removed <= 0.05 * units
    # steps of whole planes, of at least two layers
    spacing = length / 2 / frame.spec.planes
    assert frame.step_height / spacing == pytest.approx(round(frame.step_height / spacing), abs=1e-9)
    assert 5.4 <= frame.step_height <= length / 4 + 1e-9
    assert built.area == pytest.approx(frame.cell[0] * (frame.cell[1] + 2 * frame.step_height))
    for g, plane in ((0, spec.normal_a), (1, spec.normal_b)):
        zirconium = atoms.positions[(symbols == "Zr") & (grain == g)]
        measured = measured_orientation(zirconium, atoms.cell.array, GARNET.lattice_parameter)
        assert disorientation(measured, lab_rotation(spec.axis, plane))[0] < 0.01


def test_distance_from_a_stepped_boundary_is_that_from_its_outline():
    frame = connect(tilt((5, 1, 0), connection="stepped"), GARNET)
    rng = np.random.default_rng(0)
    points = rng.random((200, 3)) * frame.cell
    # the outline is where the grain changes: found on a fine grid, without knowing its pieces
    y = (np.arange(1600) + 0.5) / 1600 * frame.cell[1]
    z = (np.arange(1200) + 0.5) / 1200 * frame.cell[2]
    grid = np.stack(np.meshgrid([0.0], y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    grain = frame.grain_at(grid).reshape(1600, 1200)
    change = (grain != np.roll(grain, 1, axis=0)) | (grain != np.roll(grain, 1, axis=1))
    outline = grid.reshape(1600, 1200, 3)[change]
    images, _ = periodic_images(outline, frame.vectors, 30.0, directions=(1, 2))
    found = cKDTree(images[:, 1:]).query(points[:, 1:])[0]
    assert np.abs(found - frame.boundaries.distance(points)).max() < 0.1


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_a_distance_of_zero_lies_between_the_grains(connection):
    frame = connect(tilt((3, 1, 0), planes=8, connection=connection), GARNET)
    distance = frame.boundaries.distance(frame.framework)
    rows, columns, _ = all_pairs(frame.framework, frame.species, frame.vectors, lambda _p, _q: 1.0)
    foreign = frame.grain[rows] != frame.grain[columns]
    assert foreign.any()
    assert distance[rows[foreign]].max() <= 3.3
    own = np.delete(np.arange(len(distance)), np.unique(rows[foreign]))
    assert distance[own].max() > 5.0


def synthetic(centring, sites, mobile, lattice_parameter):
    species = np.array([name for name, _ in sites])
    pairs = {(p, q): 0.9 * 1.9 for p in ("Li", *species) for q in ("Li", *species)}
    charge = -1 if centring == "F" else -3
    return IonicCrystal(
        name="synthetic",
        lattice_parameter=lattice_parameter,
        centring=centring,
        framework_species=species,
        framework_sites=np.array([place for _, place in sites]),
        lithium_sites=np.array(mobile),
        n_lithium=len(mobile),
        formal_charges={"Li": 1, "Cl": -1, "O": charge + 1, "F": -1},
        closest=pairs,
    )


CRYSTALS = [
    # anti-perovskite Li3OCl and rock-salt LiF: every lithium site full
    synthetic(
        "P", [("Cl", (0, 0, 0)), ("O", (0.5, 0.5, 0.5))], [(0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5)], 3.9
    ),
    synthetic("F", [("F", (0.0, 0.0, 0.0))], [(0.5, 0.0, 0.0)], 4.03),
    GARNET,
]


@settings(max_examples=40)
@given(
    crystal=st.sampled_from(CRYSTALS),
    connection=st.sampled_from(CONNECTIONS),
    entry=st.sampled_from([e for e in TILTS if max(map(abs, e.normal_a)) <= 5]),
    planes=st.integers(1, 12),
    translation=st.tuples(*[st.floats(0, 1, exclude_max=True)] * 2),
    terminations=st.tuples(*[st.floats(0, 1, exclude_max=True)] * 2),
)
def test_any_lattice_and_cut_is_exact_and_clear_or_refused(
    crystal, connection, entry, planes, translation, terminations
):
    spec = replace(
        entry.spec(connection=connection, translation=translation),
        termination=terminations[0],
        termination_b=terminations[1],
        planes=planes,
        planes_b=planes,
    )
    try:
        frame = connect(spec, crystal)
    except StructureError as raised:
        named = re.search(r"Use (\d+) planes or more", str(raised))
        assert named or "Use " in str(raised)  # noqa: PT017
        if named is None:
            return
        # the remedy that is named works
        frame = connect(replace(spec, planes=int(named[1]), planes_b=int(named[1])), crystal)
    units = [formula_units(frame.species[frame.grain == g], crystal) for g in (0, 1)]
    assert min(units) > 0
    ratio = all_pairs(
        frame.framework, frame.species, frame.vectors, lambda p, q: CONTACT_SCALE * crystal.limit(p, q)
    )[2]
    assert ratio.size == 0 or ratio.min() >= 1 - 1e-6
    assert np.isfinite(frame.framework).all()


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_same_recipe_and_seed_give_the_same_bytes(connection):
    spec = tilt((2, 1, 0), planes=4, connection=connection, termination=0.1)
    first, again = build_boundary(spec, 3), build_boundary(spec, 3)
    other = build_boundary(spec, 4)
    assert first.atoms.positions.tobytes() == again.atoms.positions.tobytes()
    assert first.atoms.positions.tobytes() != other.atoms.positions.tobytes()
    framework = first.atoms.numbers != 3
    assert np.array_equal(first.atoms.positions[framework], other.atoms.positions[framework])


def test_composition_changes_work_on_connected_boundaries():
    composition = Composition(lithium_oxide_per_nm2=-0.3, dopants=(("Ta", 0.3),))
    spec = tilt((4, 1, 0), connection="orthogonal", composition=composition)
    built = build_boundary(spec, seed=0)
    charges = GARNET.formal_charges | {"Ta": 5}
    symbols = built.atoms.get_chemical_symbols()
    assert sum(charges[s] for s in symbols) == 0
    # two boundaries of half the area each
    assert built.composition_changes["Li2O"] == -2 * round(0.3 * built.area / 100)
    assert symbols.count("Ta") == built.composition_changes["Ta"] > 0


def test_normals_span_as_many_directions_as_the_connection_says():
    for connection, rank in (("planar", 1), ("stepped", 2), ("orthogonal", 2), ("network", 3)):
        spec = tilt((5, 1, 0), connection=connection)
        normals = boundary_normals(spec)
        assert np.linalg.norm(normals, axis=1) == pytest.approx(1.0)
        assert n_independent_normals(spec) == rank == len(normals)
    assert abs(np.linalg.det(normals)) == pytest.approx(1.0)


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_other_boundaries_are_refused(connection):
    for entry in OTHERS:
        with pytest.raises(
            StructureError, match=r"connection = .* is not allowed: .*Use connection = 'planar'"
        ):
            connect(entry.spec(connection=connection), GARNET)
    with pytest.raises(StructureError, match=r"planes = .*Use more planes"):
        connect(replace(tilt((5, 1, 0), connection="stepped"), planes=3, planes_b=3), GARNET)
    with pytest.raises(StructureError, match=r"at most 300 nm².* about 384\d\d atoms.*fewer planes"):
        build_boundary(tilt((7, 1, 0), connection="network"))
    with pytest.raises(StructureError, match="Use build_boundary"):
        connect(BoundarySpec.from_dict(tilt((5, 1, 0)).to_dict()), GARNET)
