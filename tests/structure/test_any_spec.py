"""Whatever a user asks for comes out sound or is refused with a remedy; nothing else ever comes out."""

import re
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from example_structures.any_recipe import contact_scales, nonsense, raw_arguments, recipes, seeds
from example_structures.pair_distances import limit_table, pairs
from grainway.domain import DOPANT_CHARGE, BoundarySpec
from grainway.errors import StructureError
from grainway.geometry.contact import CONTACT_SCALE
from grainway.structure import build_boundary, load_garnet

GARNET = load_garnet()
CHARGES = GARNET.formal_charges | DOPANT_CHARGE
REMEDY = re.compile(
    r"(\. |; )(Add|Choose|Divide|Give|Leave|Lower|Move|Raise|Take|Use|use another) ?[^.]*(\.\d[^.]*)*\.?$"
)


def assert_sound(boundary, contact_scale):
    """Neutral, finite, no pair too near, and every atom in a grain."""
    atoms, spec = boundary.atoms, boundary.spec
    symbols = atoms.get_chemical_symbols()
    assert sum(CHARGES[s] for s in symbols) == 0
    assert np.isfinite(atoms.positions).all()
    assert np.isfinite(atoms.cell.array).all()
    assert atoms.pbc.all()
    grain = atoms.arrays["grain"]
    assert grain.shape == (len(atoms),)
    assert grain.dtype == np.int64
    assert set(np.unique(grain).tolist()) == {0, 1}
    kinds, kind = np.unique(symbols, return_inverse=True)
    # oxygen that is added goes to the widest voids, which leave it this much
    added = spec.composition.lithium_oxide_per_nm2 > 0
    limits = limit_table(GARNET, kinds, min(contact_scale, CONTACT_SCALE) if added else contact_scale)
    first, second, distance, _ = pairs(atoms, limits.max() + 1e-3)
    # an atom's own image is no nearer than the cell is wide
    share = distance / limits[kind[first], kind[second]]
    assert share.min() >= 1 - 1e-7, (symbols[first[share.argmin()]], symbols[second[share.argmin()]])
    assert all(np.isfinite(g) and g >= 0.0 for g in boundary.gaps)
    assert boundary.area > 0


def built_or_refused(spec, seed, contact_scale):
    try:
        with warnings.catch_warnings(action="error"):
            boundary = build_boundary(spec, seed=seed, contact_scale=contact_scale)
    except StructureError as error:
        assert REMEDY.search(str(error)), str(error)  # noqa: PT017
        return
    assert_sound(boundary, contact_scale)


@pytest.mark.slow
@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(spec=recipes(), seed=seeds, contact_scale=contact_scales)
def test_every_recipe_builds_or_is_refused_with_a_remedy(spec, seed, contact_scale):
    built_or_refused(spec, seed, contact_scale)


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(arguments=raw_arguments(), seed=seeds | st.integers(max_value=-1) | nonsense)
def test_nonsense_is_refused_with_a_remedy(arguments, seed):
    try:
        spec = BoundarySpec(**arguments)
    except StructureError as error:
        assert REMEDY.search(str(error)), str(error)  # noqa: PT017
        return
    except TypeError as error:
        # an argument that has no default was left out: Python's own message names it
        assert "required keyword-only argument" in str(error)  # noqa: PT017
        return
    built_or_refused(spec, seed, CONTACT_SCALE)
