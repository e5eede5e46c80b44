"""The catalogue against literature values and a search without any formula."""

import csv
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

from grainway.errors import StructureError
from grainway.structure import Catalogue, disorientation
from grainway.structure.lattice.coincidence_lattice import sigma_of_rotation
from grainway.structure.lattice.cubic_lattice import in_lattice, plane_lattice
from grainway.structure.lattice.misorientation import cubic_rotations, lab_rotation

# tilt boundaries found in any textbook table (e.g. Sutton and Balluffi, Interfaces in Crystalline Materials)
LITERATURE = [
    ((0, 0, 1), (5, 1, 0), 13, 22.6199),
    ((0, 0, 1), (3, 2, 0), 13, 22.6199),
    ((0, 0, 1), (4, 1, 0), 17, 28.0725),
    ((0, 0, 1), (5, 3, 0), 17, 28.0725),
    ((0, 0, 1), (3, 1, 0), 5, 36.8699),
    ((0, 0, 1), (2, 1, 0), 5, 36.8699),
    ((1, 1, 0), (1, -1, 6), 19, 26.5254),
    ((1, 1, 0), (3, -3, 1), 19, 26.5254),
    ((1, 1, 0), (1, -1, 8), 33, 20.0500),
    ((1, 1, 0), (1, -1, 4), 9, 38.9424),
]


@pytest.mark.parametrize(("axis", "normal", "sigma", "angle"), LITERATURE)
def test_known_coincidence_boundaries(axis, normal, sigma, angle):
    catalogue = Catalogue(angle_range_deg=(5.0, 45.0), characters=("symmetric tilt",), max_strain=0.0)
    entry = next(e for e in catalogue.entries if e.axis == axis and e.normal_a == normal)
    assert entry.sigma == sigma
    assert entry.angle_deg == pytest.approx(angle, abs=1e-4)


def test_sigma_is_the_ratio_of_volumes():
    """Σ counts how many lattice points of one grain there are for each that both grains share."""
    once = {e.sigma: e for e in Catalogue(angle_range_deg=(15.0, 45.0), max_strain=0.0).entries}
    assert len(once) > 10
    for entry in once.values():
        turned = [lab_rotation(p[0], n) for p, n in zip(*grains(entry), strict=True)]
        rotation = turned[1].T @ turned[0]
        reach = 14
        points = np.array(
            [p for p in product(range(-reach, reach + 1), repeat=3) if in_lattice(p)], dtype=float
        )
        # the coincidence lattice has Σ classes of lattice points: two points are of one class when their
        # difference is shared, i.e. when the fractional part of the rotated coordinates agrees
        rotated = points @ rotation.T
        # coordinates along a primitive basis, so that lattice points are whole numbers
        basis = np.array([[-1, 1, 1], [1, -1, 1], [1, 1, -1]], dtype=float)
        fractions = rotated @ np.linalg.inv(basis)
        classes = {tuple(np.round((f - np.floor(f + 1e-9)) * entry.sigma).astype(int)) for f in fractions}
        assert len(classes) == entry.sigma


def grains(entry):
    return (entry.periods_a, entry.periods_b), (entry.normal_a, entry.normal_b)


def test_area_agrees_with_a_search_for_shared_vectors():
    """The in-plane cell is the smallest that both grains share, found here by trying all vectors."""
    catalogue = Catalogue(max_atoms=5000, max_strain=0.0)
    assert {e.character for e in catalogue.entries} >= {"symmetric tilt", "asymmetric tilt", "mixed"}
    half = catalogue.lattice_parameter / 2
    for entry in catalogue.entries:
        vectors = {}
        for name, periods, normal in zip("ab", *grains(entry), strict=True):
            to_lab = lab_rotation(periods[0], normal)
            reach = max(max(map(abs, p)) for p in periods) + 1
            grid = np.indices([2 * reach + 1] * 3).reshape(3, -1).T - reach
            parity = grid % 2
            lattice = (parity[:, 0] == parity[:, 1]) & (parity[:, 1] == parity[:, 2])
            in_plane = grid[lattice & (grid @ np.array(normal) == 0) & grid.any(axis=1)]
            vectors[name] = {tuple(v) for v in np.round(in_plane @ to_lab.T * half, 3)[:, :2] + 0.0}
        shared = [np.array(v) for v in vectors["a"] & vectors["b"]]
        areas = [abs(u[0] * v[1] - u[1] * v[0]) for u in shared for v in shared]
        smallest = min(area for area in areas if area > 1.0)
        assert entry.area == pytest.approx(smallest, rel=1e-3)


WIDE = Catalogue(max_atoms=10_000)


def test_every_entry_is_what_it_says():
    assert len(WIDE.entries) > 500
    assert {e.character for e in WIDE.entries} == {"symmetric tilt", "asymmetric tilt", "twist", "mixed"}
    for entry in WIDE.entries:
        measured, axis = disorientation(*(lab_rotation(p[0], n) for p, n in zip(*grains(entry), strict=True)))
        assert measured == pytest.approx(entry.angle_deg, abs=1e-9)
        assert np.allclose(axis, np.sort(np.abs(entry.axis)) / np.linalg.norm(entry.axis), atol=1e-7)
        for planes, spacing in ((entry.planes, entry.plane_spacing), (entry.planes_b, entry.plane_spacing_b)):
            assert planes * spacing >= WIDE.min_grain_thickness - 1e-6
            assert (planes - 1) * spacing < WIDE.min_grain_thickness
        thickness = entry.planes * entry.plane_spacing + entry.planes_b * entry.plane_spacing_b
        # a stretched grain has its own area: atoms follow from the planes, the volume to within the strain
        assert entry.n_atoms * WIDE.lattice_parameter**3 == pytest.approx(
            192 * entry.area * thickness, rel=1e-9 + entry.strain
        )
        assert 5.0 <= entry.angle_deg <= 30.0
        assert 0.0 <= entry.strain <= 0.01
        assert (entry.sigma is None) == (entry.strain > 0)


def test_each_grain_meets_the_common_cell_within_the_strain():
    """Lengths and angle of both grains' own cells, from their lattice vectors alone."""
    for entry in WIDE.entries:
        cells = [np.array(p) for p in (entry.periods_a, entry.periods_b)]
        metric_a, metric_b = (c @ c.T for c in cells)
        if entry.sigma is not None:
            assert np.array_equal(metric_a, metric_b)
        stretch = np.sqrt(np.linalg.eigvals(np.linalg.solve(metric_a, metric_b)).real)
        # each grain takes half of what separates them
        assert np.abs(stretch - 1).max() / 2 == pytest.approx(entry.strain, rel=0.02, abs=1e-12)


def test_no_boundary_is_listed_twice():
    """No two entries are images of each other under the cube's operations or the exchange of the grains."""
    operations = [
        np.diag(signs) @ np.eye(3)[list(order)]
        for signs in product((1, -1), repeat=3)
        for order in permutations(range(3))
    ]
    seen = {}
    for entry in Catalogue(max_atoms=6000).entries:
        normals, directions = np.array([entry.normal_a, entry.normal_b]), (entry.periods_a, entry.periods_b)
        frames = [lab_rotation(p[0], n) for p, n in zip(directions, normals, strict=True)]
        turn = frames[0].T @ frames[1]
        keys = []
        for exchanged in (False, True):
            rotation, normal = (turn.T, normals[1]) if exchanged else (turn, normals[0])
            for s in operations:
                image = np.round(s @ rotation @ s.T, 6) + 0.0
                keys += [(image.tobytes(), tuple((sign * s @ normal).astype(int))) for sign in (1, -1)]
        key = min(keys)
        assert key not in seen, (entry, seen[key])
        seen[key] = entry


def test_agrees_with_an_independent_table():
    """Every tilt and twist row, and none besides: angle, Σ, periods, area, spacing, planes and atoms."""
    lines = (
        (Path(__file__).parents[2] / "example_structures" / "data" / "csl_boundaries.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) == 165
    listed = []
    for axis in {row["axis"] for row in rows}:
        for kind, character in (("tilt", "symmetric tilt"), ("twist", "twist")):
            chosen = [r for r in rows if r["axis"] == axis and r["character"] == kind]
            catalogue = Catalogue(
                lattice_parameter=12.97,
                max_atoms=max(int(r["atoms_primitive_cell"]) for r in chosen),
                max_strain=0.0,
                axes=(tuple(int(c) for c in axis.split()),),
                characters=(character,),
                angle_range_deg=(4.9, 30.0),
                max_sigma=max(int(r["sigma"]) for r in chosen),
            )
            assert len(catalogue.entries) == len(chosen)
            listed += [(axis, kind, sorted(map(abs, e.normal_a)), e) for e in catalogue.entries]
    for row in rows:
        family = sorted(abs(int(c)) for c in row["plane_hkl"].split())
        (entry,) = (
            e
            for axis, kind, planes, e in listed
            if (axis, kind, planes) == (row["axis"], row["character"], family)
            and e.sigma == int(row["sigma"])
            and abs(e.angle_deg - float(row["angle_deg"])) < 1e-3
        )
        assert entry.angle_deg == pytest.approx(float(row["angle_deg"]), abs=6e-5)
        assert entry.area == pytest.approx(float(row["area_A2"]), rel=1e-3)
        assert entry.plane_spacing == pytest.approx(float(row["plane_spacing_A"]), abs=6e-5)
        assert entry.planes == entry.planes_b == int(row["planes_per_grain"])
        assert entry.n_atoms == int(row["atoms_primitive_cell"])
        periods = sorted((float(row["period_1_A"]), float(row["period_2_A"])))
        assert sorted((entry.period_1, entry.period_2)) == pytest.approx(periods, abs=1e-3)
        if row["character"] == "tilt":
            rectangles = entry.period_1 * entry.period_2 / entry.area
            assert entry.n_atoms * rectangles == pytest.approx(int(row["atoms_orthogonal_cell"]), rel=1e-9)


def test_snapping_goes_to_the_nearest():
    catalogue = Catalogue(max_atoms=5000)
    for entry in catalogue.entries:
        snap = catalogue.snap(entry.axis, entry.angle_deg, entry.inclination_deg, entry.axis_normal_deg)
        assert snap.entry == entry
        assert snap.angle_error_deg == 0.0
    near = catalogue.snap((0, 0, 1), 22.0, 3.0)
    assert near.entry.sigma == 13
    assert near.entry.normal_a == (5, 1, 0)
    assert near.angle_error_deg == pytest.approx(near.entry.angle_deg - 22.0)


def test_cap_that_excludes_everything_is_refused_with_the_smallest_size():
    with pytest.raises(StructureError, match=r"max_atoms = 500 .*the smallest needs 1920 atoms"):
        Catalogue(max_atoms=500)


def test_min_atoms_thickens_grains_instead_of_dropping_boundaries():
    thin = {e.normal_a for e in Catalogue(max_atoms=5000, max_strain=0.0).entries}
    thick = Catalogue(max_atoms=5000, min_atoms=3000, max_strain=0.0).entries
    assert {e.normal_a for e in thick} == thin
    assert all(e.n_atoms >= 3000 for e in thick)


def test_sigma_3_is_sixty_degrees_about_111():
    assert sigma_of_rotation((1, 1, 1), 3, 1) == 3  # tan(30°) = √3/3
    angle = np.radians(60.0)
    k = np.array([1.0, 1.0, 1.0]) / np.sqrt(3)
    cross = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
    rotation = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    measured, axis = disorientation(np.eye(3), rotation)
    assert measured == pytest.approx(60.0, abs=1e-9)
    assert np.allclose(axis, k, atol=1e-9)


def test_310_and_210_are_one_disorientation():
    angles = [
        disorientation(lab_rotation((0, 0, 1), a), lab_rotation((0, 0, 1), b))[0]
        for a, b in (((3, 1, 0), (3, -1, 0)), ((2, 1, 0), (2, -1, 0)))
    ]
    assert angles[0] == pytest.approx(36.86989764584402, abs=1e-9)
    assert angles[1] == pytest.approx(angles[0], abs=1e-9)


def test_disorientation_ignores_symmetry_and_order():
    rng = np.random.default_rng(0)
    a, b = (np.linalg.qr(rng.normal(size=(3, 3)))[0] for _ in range(2))
    a, b = (m * np.sign(np.linalg.det(m)) for m in (a, b))
    expected, _ = disorientation(a, b)
    assert expected <= 62.8 + 1e-6  # the largest disorientation of two cubes (Mackenzie 1958)
    for symmetry in cubic_rotations():
        assert disorientation(a @ symmetry, b)[0] == pytest.approx(expected, abs=1e-6)
        assert disorientation(b, a @ symmetry)[0] == pytest.approx(expected, abs=1e-6)


def test_plane_basis_spans_the_body_centred_lattice():
    for normal, axis in (((5, 1, 0), (0, 0, 1)), ((4, 1, 0), (0, 0, 1)), ((1, -1, 7), (1, 1, 0))):
        lattice = plane_lattice(normal, axis)
        assert np.linalg.det(np.array([lattice.b1, lattice.b2, lattice.b3])) == pytest.approx(4.0)
        assert all(in_lattice(v) for v in (lattice.b1, lattice.b2, lattice.b3))
    with pytest.raises(ValueError, match="does not lie in the plane"):
        plane_lattice((5, 1, 0), (1, 1, 0))
