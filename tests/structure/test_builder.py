"""Built boundaries: composition, distances, orientation, the perfect crystal as null test."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from grainway.domain import BoundarySpec
from grainway.errors import StructureError
from grainway.geometry.contact import contact_gap
from grainway.geometry.periodic_points import periodic_images
from grainway.structure import (
    Catalogue,
    build_boundary,
    build_many,
    bulk_crystal,
    lithium_ordering,
    load_garnet,
    measured_orientation,
)

CATALOGUE = Catalogue(max_atoms=5000)
CONTACT_SCALE = 0.85


def pair_distances(atoms, cutoff):
    """All periodic pair distances below a cut-off, by pair of elements."""
    symbols = np.array(atoms.get_chemical_symbols())
    images, owner = periodic_images(atoms.positions, atoms.cell.array, cutoff)
    pairs = cKDTree(images[: len(atoms)]).sparse_distance_matrix(
        cKDTree(images), cutoff, output_type="coo_matrix"
    )
    found = {}
    real = pairs.data > 1e-6
    names = np.sort(np.column_stack([symbols[pairs.row[real]], symbols[owner[pairs.col[real]]]]), axis=1)
    for first, second in {tuple(n) for n in names}:
        chosen = (names[:, 0] == first) & (names[:, 1] == second)
        found[first, second] = np.sort(pairs.data[real][chosen])
    return found


def assert_neutral_and_stoichiometric(atoms):
    crystal = load_garnet()
    counts = Counter(atoms.get_chemical_symbols())
    units = counts["Zr"] // 2
    assert counts == {"Li": 7 * units, "La": 3 * units, "Zr": 2 * units, "O": 12 * units}
    assert sum(crystal.formal_charges[s] * n for s, n in counts.items()) == 0


def test_grains_are_bulk_away_from_the_boundaries():
    """Every framework distance inside a grain is a distance of the perfect crystal."""
    boundary = build_boundary(CATALOGUE.snap((0, 0, 1), 22.6, 45.0).entry.spec(termination=0.37), seed=2)
    atoms = boundary.atoms
    reference = {
        pair: np.unique(np.round(d, 5))
        for pair, d in pair_distances(bulk_crystal((1, 1, 1), lithium_ordering(0)), 6.0).items()
    }
    length = atoms.cell[2, 2]
    depth = np.min(
        [
            np.abs((atoms.positions[:, 2] - z + length / 2) % length - length / 2)
            for z in boundary.boundary_positions
        ],
        axis=0,
    )
    inside = np.flatnonzero((depth > 6.1) & (atoms.numbers != 3))
    assert inside.size > 500
    symbols = np.array(atoms.get_chemical_symbols())
    framework = np.flatnonzero(atoms.numbers != 3)
    images, owner = periodic_images(atoms.positions[framework], atoms.cell.array, 6.0)
    wrapped = images[: len(framework)][np.searchsorted(framework, inside)]
    for i, (place, neighbours) in enumerate(
        zip(wrapped, cKDTree(wrapped).query_ball_tree(cKDTree(images), 6.0), strict=True)
    ):
        distances = np.linalg.norm(images[neighbours] - place, axis=1)
        for distance, n in zip(distances, neighbours, strict=True):
            if distance > 1e-6:
                pair = tuple(sorted((symbols[inside[i]], symbols[framework[owner[n]]])))
                assert np.min(np.abs(reference[pair] - distance)) < 2e-5


def test_lithium_goes_with_its_grain():
    """In mid-grain it is as far from oxygen as in the perfect crystal, however the grains are shifted."""
    entry = CATALOGUE.snap((0, 0, 1), 22.6, 45.0).entry
    nearest = pair_distances(bulk_crystal((1, 1, 1), lithium_ordering(0)), 3.0)["Li", "O"][0]
    for translation in ((0.0, 0.0), (0.31, 0.43)):
        boundary = build_boundary(entry.spec(termination=0.37, translation=translation), seed=2)
        atoms = boundary.atoms
        length = atoms.cell[2, 2]
        heights = [
            (atoms.positions[:, 2] - z + length / 2) % length - length / 2
            for z in boundary.boundary_positions
        ]
        inner = np.min(np.abs(heights), axis=0) > 8.0
        for grain in (0, 1):
            lithium = np.flatnonzero(inner & (atoms.numbers == 3) & (atoms.arrays["grain"] == grain))
            oxygen = np.flatnonzero(atoms.numbers == 8)
            images, _ = periodic_images(atoms.positions[oxygen], atoms.cell.array, 3.0)
            places, _ = periodic_images(atoms.positions[lithium], atoms.cell.array, 0.1)
            distances, _ = cKDTree(images).query(places[: lithium.size])
            assert lithium.size > 20
            assert distances.min() > nearest - 0.01


@pytest.mark.parametrize(
    ("normal", "axis"), [((0, 0, 1), (1, 0, 0)), ((3, 1, 0), (0, 0, 1)), ((1, -1, 6), (1, 1, 0))]
)
@pytest.mark.parametrize("termination", [0.0, 0.31])
def test_no_misorientation_gives_back_the_perfect_crystal(normal, axis, termination):
    spec = CATALOGUE.perfect_crystal(normal, axis)
    spec = BoundarySpec.from_dict({**spec.to_dict(), "termination": termination})
    boundary = build_boundary(spec, seed=5)
    assert boundary.gaps == (0.0, 0.0)
    assert_neutral_and_stoichiometric(boundary.atoms)
    cells = len(boundary.atoms) / 192
    # the primitive cell's ordering repeats in both: whole distance lists agree, lithium included
    rng = np.random.default_rng([10, 5])
    ordering = lithium_ordering(int(rng.choice(64, size=2, replace=False)[0]))
    reference = pair_distances(bulk_crystal((1, 1, 1), ordering), 6.0)
    built = pair_distances(boundary.atoms, 6.0)
    assert built.keys() == reference.keys()
    for pair, distances in reference.items():
        assert len(built[pair]) == round(cells * len(distances))
        repeated = np.repeat(distances, round(cells * 2)) if cells % 1 else np.repeat(distances, round(cells))
        assert np.allclose(built[pair], repeated[:: 2 if cells % 1 else 1], atol=1e-6)


def test_same_recipe_and_seed_give_the_same_bytes():
    spec = CATALOGUE.entries[5].spec(translation=(0.2, 0.7), termination=0.4)
    first, second, other = build_boundary(spec, 3), build_boundary(spec, 3), build_boundary(spec, 4)
    assert first.atoms.positions.tobytes() == second.atoms.positions.tobytes()
    assert first.atoms.positions.tobytes() != other.atoms.positions.tobytes()
    framework = first.atoms.numbers != 3
    assert np.array_equal(first.atoms.positions[framework], other.atoms.positions[framework])


def test_build_many_yields_in_order():
    specs = [entry.spec() for entry in CATALOGUE.entries[-2:]]
    built = list(build_many(specs, seed=7))
    assert [b.spec for b in built] == specs
    assert built[1].atoms == build_boundary(specs[1], seed=8).atoms


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    entry=st.sampled_from([e for e in CATALOGUE.entries if e.n_atoms < 3500]),
    translation=st.tuples(*[st.floats(0, 1, exclude_max=True)] * 2),
    termination=st.floats(0, 1, exclude_max=True),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_recipe_builds_neutral_or_raises(entry, translation, termination, seed):
    try:
        boundary = build_boundary(entry.spec(translation=translation, termination=termination), seed=seed)
    except StructureError as raised:
        error = str(raised)
        boundary = None
    if boundary is None:
        assert "use another" in error  # the remedy
        return
    assert_neutral_and_stoichiometric(boundary.atoms)
    assert np.isfinite(boundary.atoms.positions).all()
    assert all(gap >= 0 for gap in boundary.gaps)


def test_contact_gap_equals_the_naive_maximum():
    rng = np.random.default_rng(4)
    cell = np.array([[9.0, 0, 0], [4.5, 8.0, 0], [0, 0, 20.0]])
    closest = {("A", "A"): 2.5, ("A", "B"): 1.5, ("B", "A"): 1.5, ("B", "B"): 3.0}
    for _ in range(20):
        below = rng.random((40, 3)) @ np.diag([20.0, 20.0, -6.0])
        above = rng.random((40, 3)) @ np.diag([20.0, 20.0, 6.0])
        names = np.array(["A", "B"] * 20)
        gap = 0.0
        limits = np.array([[closest[p, q] for q in names] for p in names])
        for s in range(-8, 9):
            for t in range(-6, 7):
                d = above[None] + s * cell[0] + t * cell[1] - below[:, None]
                room = limits**2 - d[..., 0] ** 2 - d[..., 1] ** 2
                gap = max(gap, np.max(np.sqrt(np.maximum(room, 0)) - d[..., 2], where=room > 0, initial=0.0))
        assert contact_gap(below, names, above, names, cell, closest) == pytest.approx(gap, abs=1e-9)


def test_lithium_orderings_are_neutral_distinct_and_spaced():
    crystal = load_garnet()
    orderings = [lithium_ordering(seed) for seed in range(12)]
    assert all(o.sum() == crystal.n_lithium == 28 for o in orderings)
    assert len({o.tobytes() for o in orderings}) == 12
    shortest = pair_distances(bulk_crystal((1, 1, 1), orderings[0]), 3.0)["Li", "Li"][0]
    assert shortest >= crystal.closest["Li", "Li"]


def test_garnet_has_its_textbook_coordination():
    """Zr-O 2.11, La-O 2.52 and 2.59 Å (Awaka 2011): six and eight neighbours, every O with one Zr, two La."""
    found = pair_distances(bulk_crystal((1, 1, 1), lithium_ordering(0)), 3.0)
    assert len(found["O", "Zr"]) == 2 * 16 * 6
    assert found["O", "Zr"][0] == pytest.approx(2.11, abs=0.01)
    assert len(found["La", "O"]) == 2 * 24 * 8
    assert np.unique(np.round(found["La", "O"], 2)) == pytest.approx([2.52, 2.59], abs=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"angle_deg": 10.0}, "angle_deg = 10.0"),
        ({"translation": (1.2, 0.0)}, r"translation\[0\] = 1.2"),
        ({"termination": -0.1}, "termination = -0.1"),
        ({"width_layers": 40}, "width_layers = 40"),
        ({"normal_a": (2, 0, 4)}, "three coprime integers"),
        ({"planes": 0}, "planes = 0"),
        ({"axis": (1, 0, 0)}, "the axis of a tilt boundary"),
    ],
)
def test_bad_recipes_name_field_value_and_remedy(change, message):
    good = CATALOGUE.entries[0].spec().to_dict()
    with pytest.raises(StructureError, match=message):
        build_boundary(BoundarySpec.from_dict({**good, **change}))


@given(
    entry=st.sampled_from(CATALOGUE.entries),
    width=st.integers(2, 5),
    translation=st.tuples(*[st.floats(0, 1, exclude_max=True)] * 2),
    termination=st.floats(0, 1, exclude_max=True),
)
def test_recipe_survives_json(entry, width, translation, termination):
    import json

    spec = entry.spec(width_layers=width, translation=translation, termination=termination)
    assert BoundarySpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_a_disordered_grain_is_not_mistaken_for_a_crystal():
    rng = np.random.default_rng(1)
    positions = rng.random((60, 3)) * 25.0
    with pytest.raises(StructureError, match="do not form a garnet lattice"):
        measured_orientation(positions, np.eye(3) * 25.0, 12.98)
