"""Which translations and cuts are looked at, and which of them are minimised."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from example_campaigns.small_boundary import small_boundary, small_crystal
from grainway.errors import ConfigError, StructureError
from grainway.ground_state.boundary_candidates import measure_contacts, screen
from grainway.ground_state.ground_state_settings import SearchSettings
from grainway.structure import Catalogue, build_boundary
from grainway.structure.catalogue.microscopic_variants import microscopic_variants


def test_candidates_are_deterministic_fill_their_ranges_and_more_of_them_begin_with_the_same():
    spec = small_boundary()
    few, many = list(microscopic_variants(spec, 50, seed=4)), list(microscopic_variants(spec, 400, seed=4))
    assert few == list(microscopic_variants(spec, 50, seed=4)) == many[:50]
    assert few[0] == spec
    assert few[1:] != list(microscopic_variants(spec, 50, seed=5))[1:]
    points = np.array([(*s.translation, s.termination, s.termination_b) for s in many[1:]])
    for column in points.T:
        counts, _ = np.histogram(column, bins=10, range=(0.0, 1.0))
        assert counts.sum() == 399
        assert counts.min() > 0.8 * 39.9
    # no two of them go together: every pair fills its square, 25 points in a sixteenth
    for first, second in combinations(points.T, 2):
        counts, *_ = np.histogram2d(first, second, bins=4, range=[(0.0, 1.0)] * 2)
        assert counts.min() > 0.6 * 399 / 16


def test_the_perfect_crystal_is_cut_at_one_height():
    for spec in list(microscopic_variants(small_crystal(), 20, seed=0)):
        assert spec.termination == spec.cut_b


def test_contacts_are_those_of_the_built_boundary():
    for candidate in measure_contacts(list(microscopic_variants(small_boundary(), 8, seed=0))):
        built = build_boundary(candidate.spec, seed=0)
        assert candidate.gaps == pytest.approx(built.gaps, abs=1e-8)
        assert candidate.dipoles == pytest.approx(built.dipoles, abs=1e-12)
        assert candidate.gap == sum(candidate.gaps)


def test_screening_leaves_polar_cuts_out_and_keeps_the_smallest_gaps():
    catalogue = Catalogue(max_atoms=3000, angle_range_deg=(30.0, 40.0), axes=((0, 0, 1),))
    (entry,) = (e for e in catalogue.entries if e.normal_b == (1, 1, 0))  # (110) has polar cuts
    candidates = measure_contacts(list(microscopic_variants(entry.spec(), 200, seed=0)))
    kept = screen(candidates, 5, 0.1)
    assert len(kept) == 5
    assert all(abs(d) <= 0.1 for c in kept for d in c.dipoles)
    others = [c for c in candidates if max(map(abs, c.dipoles)) <= 0.1 and c not in kept]
    assert 0 < len(others) + len(kept) < len(candidates)
    gaps = [c.gap for c in kept]
    assert gaps == sorted(gaps)
    assert gaps[-1] <= min(c.gap for c in others) + 1e-6
    assert screen(list(reversed(candidates)), 5, 0.1) == kept
    with pytest.raises(StructureError, match=r"dipole_limit = 1e-09 .*every one of 200 cuts.*Raise"):
        screen(candidates, 5, 1e-9)


def test_only_planar_boundaries_have_candidates():
    with pytest.raises(StructureError, match="connection"):
        measure_contacts([replace(small_boundary(), connection="stepped")])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n_candidates": 0}, "n_candidates = 0 .*1 to 1000000.*Choose"),
        ({"n_candidates": 10.5}, r"n_candidates = 10\.5 .*whole number.*Round"),
        ({"n_candidates": 5, "n_minimise": 6}, "n_minimise = 6 .*1 to 5.*Choose"),
        ({"n_orderings": 0}, "n_orderings = 0 .*1 to 64"),
        ({"seed": -1}, "seed = -1 .*0 to"),
        ({"delta_mu": 0.1}, r"delta_mu = 0\.1 .*-20\.0 to 0\.0"),
        ({"delta_mu": float("nan")}, "delta_mu = nan"),
        ({"dipole_limit": -0.1}, r"dipole_limit = -0\.1 .*0\.0 to 100"),
        ({"same_energy": 2.0}, r"same_energy = 2\.0 .*0\.0 to 1\.0"),
        ({"lithium_oxide_per_nm2": ()}, "lithium_oxide_per_nm2 = .*one amount or more"),
        ({"lithium_oxide_per_nm2": (1.0, 1.0)}, "lithium_oxide_per_nm2 = .*each once"),
        ({"lithium_oxide_per_nm2": (0.0, 11.0)}, r"lithium_oxide_per_nm2 = 11\.0 .*-10 to 10"),
        ({"lithium_oxide_per_nm2": (float("nan"),)}, "lithium_oxide_per_nm2 = nan"),
    ],
)
def test_bad_settings_name_field_value_range_and_remedy(changes, said):
    with pytest.raises(ConfigError, match=said):
        SearchSettings(**changes)
