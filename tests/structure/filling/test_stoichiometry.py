"""Composition in neutral units, and lithium where it has room."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from grainway.domain import DOPANT_CHARGE, BoundarySpec, Composition
from grainway.errors import StructureError
from grainway.geometry.periodic_points import periodic_images
from grainway.structure import Catalogue, build_boundary, load_garnet

CATALOGUE = Catalogue(max_atoms=5000)
ENTRY = next(e for e in CATALOGUE.entries if e.normal_a == (5, 1, 0) and e.sigma == 13)
CONTACT_SCALE = 0.85


def total_charge(atoms):
    charges = load_garnet().formal_charges | DOPANT_CHARGE
    return sum(charges[s] for s in atoms.get_chemical_symbols())


def formula_units(atoms):
    return sum(s in ("Zr", "Ta", "Nb") for s in atoms.get_chemical_symbols()) / 2


def assert_nothing_too_close(atoms):
    crystal = load_garnet()
    symbols = np.array(atoms.get_chemical_symbols())
    images, owner = periodic_images(atoms.positions, atoms.cell.array, 3.3)
    pairs = cKDTree(images[: len(atoms)]).sparse_distance_matrix(
        cKDTree(images), 3.3, output_type="coo_matrix"
    )
    for i, j, distance in zip(pairs.row, owner[pairs.col], pairs.data, strict=True):
        if distance > 1e-6:
            mobile = {"Li", "Al", "Ga"} & {symbols[i], symbols[j]}
            limit = crystal.limit(symbols[i], symbols[j]) * (1.0 if mobile else CONTACT_SCALE)
            assert distance >= limit - 1e-6, (symbols[i], symbols[j], distance)


compositions = st.builds(
    Composition,
    region=st.sampled_from(["band", "everywhere"]),
    lithium_oxide_per_nm2=st.floats(-3.0, 2.5),
    oxygen_vacancies=st.floats(0.0, 0.5),
    lithium_transfer_per_nm2=st.floats(-1.0, 2.0),
    dopants=st.lists(
        st.tuples(st.sampled_from(["Al", "Ga", "Ta", "Nb"]), st.floats(0.01, 2.0)),
        max_size=2,
        unique_by=lambda d: d[0],
    ).map(tuple),
)


@settings(max_examples=25)
@given(composition=compositions, seed=st.integers(0, 1000))
def test_any_composition_is_neutral_and_clear_or_refused_with_a_remedy(composition, seed):
    spec = ENTRY.spec(termination=0.3, translation=(0.1, 0.2), composition=composition)
    try:
        boundary = build_boundary(spec, seed=seed)
    except StructureError as error:
        assert any(word in str(error) for word in ("Lower", "less", "Less", "another", "Move"))  # noqa: PT017
        return
    atoms = boundary.atoms
    assert total_charge(atoms) == 0
    assert_nothing_too_close(atoms)
    # what was changed is what is missing or new against the plain cell
    plain = Counter(build_boundary(ENTRY.spec(), seed=0).atoms.get_chemical_symbols())
    counts, changes = Counter(atoms.get_chemical_symbols()), boundary.composition_changes
    assert counts["O"] == plain["O"] + changes.get("Li2O", 0) - changes.get("V_O", 0)
    for element in DOPANT_CHARGE:
        assert counts[element] == changes.get(element, 0)
    assert counts["Zr"] == plain["Zr"] - changes.get("Ta", 0) - changes.get("Nb", 0)
    assert counts["La"] == plain["La"]


def test_amounts_are_within_half_a_unit_of_what_was_asked():
    composition = Composition(region="everywhere", oxygen_vacancies=0.1, dopants=(("Ta", 0.25), ("Al", 0.1)))
    boundary = build_boundary(ENTRY.spec(composition=composition), seed=1)
    units = formula_units(boundary.atoms)
    for name, amount in (("V_O", 0.1), ("Ta", 0.25), ("Al", 0.1)):
        assert abs(boundary.composition_changes[name] - amount * units) <= 0.5
    per_boundary = -1.5 * boundary.area / 100
    boundary = build_boundary(ENTRY.spec(composition=Composition(lithium_oxide_per_nm2=-1.5)), seed=1)
    assert abs(boundary.composition_changes["Li2O"] / 2 - per_boundary) <= 0.5


@pytest.mark.parametrize("element", ["Ta", "Al"])
def test_band_dopants_stay_in_the_bands_and_both_get_their_share(element):
    composition = Composition(dopants=((element, 0.4),))
    boundary = build_boundary(ENTRY.spec(width_layers=4, composition=composition), seed=3)
    atoms = boundary.atoms
    z = atoms.positions[np.array(atoms.get_chemical_symbols()) == element][:, 2]
    length = atoms.cell[2, 2]
    apart = np.abs((z[:, None] - boundary.boundary_positions + length / 2) % length - length / 2)
    assert len(z) >= 4
    assert (apart.min(axis=1) <= (boundary.spec.width + max(boundary.gaps)) / 2 + 1e-6).all()
    near = np.bincount(apart.argmin(axis=1), minlength=2)
    assert abs(near[0] - near[1]) <= 1


def test_lithium_moves_between_inside_and_band_without_loss():
    def lithium_near(amount):
        spec = ENTRY.spec(composition=Composition(lithium_transfer_per_nm2=amount))
        boundary = build_boundary(spec, seed=2)
        atoms = boundary.atoms
        z, length = atoms.positions[atoms.numbers == 3, 2], atoms.cell[2, 2]
        apart = np.abs((z[:, None] - boundary.boundary_positions + length / 2) % length - length / 2)
        deep = apart.min(axis=1) > (boundary.spec.width + max(boundary.gaps)) / 2 + 2.0
        return len(z), int(deep.sum()), boundary.composition_changes.get("Li to band", 0)

    plain, enriched, depleted = (lithium_near(amount) for amount in (0.0, 1.0, -0.2))
    assert plain[0] == enriched[0] == depleted[0]
    assert enriched[2] == 2 * round(1.0 * ENTRY.area / 100) == plain[1] - enriched[1]
    assert depleted[2] < 0
    assert depleted[1] == plain[1] - depleted[2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lithium_oxide_per_nm2": 99.0}, "composition.lithium_oxide_per_nm2 = 99.0"),
        ({"oxygen_vacancies": -0.1}, "composition.oxygen_vacancies = -0.1"),
        ({"dopants": (("Xx", 0.1),)}, "composition.dopants = 'Xx'"),
        ({"dopants": (("Al", 0.1), ("Al", 0.2))}, "each element once"),
        ({"dopants": (("Al", 0.0),)}, "composition.dopants.Al = 0.0"),
        ({"region": "grain"}, "composition.region = 'grain'"),
    ],
)
def test_bad_compositions_are_refused(change, message):
    with pytest.raises(StructureError, match=message):
        Composition(**change)


def test_more_lithium_oxide_than_the_gap_holds_is_refused():
    spec = ENTRY.spec(composition=Composition(lithium_oxide_per_nm2=10.0))
    with pytest.raises(StructureError, match=r"no room for .*less lithium"):
        build_boundary(spec)


@given(composition=compositions)
def test_composition_survives_json(composition):
    import json

    spec = ENTRY.spec(composition=composition)
    assert BoundarySpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec
