"""Conductivity from driven currents, on random walks whose conductivity is known.

The dipole of a cell is drawn as drift σ V E t plus diffusion with the variance 2 σ V k_B T t that the
fluctuation-dissipation theorem demands of it.
"""

import numpy as np
import pytest

from grainway.analysis.boundary.field_response import (
    FieldRun,
    check_fields,
    field_conductivity,
    field_resistance,
    largest_linear_field,
)
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL

T = 1200.0
VOLUME = 2200.0
SIGMA = 0.2  # e²/(Å ps eV)
STRENGTHS = (0.008, 0.016, 0.024)
STEP = 0.1


def walk(field, rng, *, duration=40.0, sigma=SIGMA, cubic=0.0, offset=0.0, noise=1.0):
    n = round(duration / STEP)
    drift = VOLUME * (sigma * field * (1 + cubic * field**2) + offset) * STEP
    kicks = rng.normal(scale=noise * np.sqrt(2 * sigma * VOLUME * BOLTZMANN_EV_PER_K * T * STEP), size=n)
    dipole = np.concatenate([[0.0], np.cumsum(drift + kicks)])
    return FieldRun(field=field, dipole=dipole, times=STEP * np.arange(n + 1))


def respond(rng, strengths=STRENGTHS, **options):
    runs = [walk(sign * e, rng, **options) for e in strengths for sign in (1, -1)]
    return field_conductivity(runs, volume=VOLUME, temperature=T)


def test_noise_that_does_not_know_the_sign_of_the_field_cancels_exactly():
    runs = [walk(sign * e, np.random.default_rng(round(1e4 * e))) for e in STRENGTHS for sign in (1, -1)]
    response = field_conductivity(runs, volume=VOLUME, temperature=T)
    assert response.conductivity.value == pytest.approx(SIGMA * S_PER_CM_PER_INTERNAL, rel=1e-12)
    for point in response.points:
        assert point.conductivity.value == pytest.approx(SIGMA * S_PER_CM_PER_INTERNAL, rel=1e-12)
    assert response.cubic_share.value == pytest.approx(0.0, abs=1e-9)


def test_the_units_are_those_of_nernst_and_einstein():
    """Ions of mobility e D/(k_B T) drift with e D E/(k_B T): then σ = n e² D/(k_B T)."""
    n_ions, D = 56, 0.3
    rng = np.random.default_rng(0)
    runs = []
    for field in [sign * e for e in STRENGTHS for sign in (1, -1)]:
        n = 4000
        steps = rng.normal(scale=np.sqrt(2 * D * STEP), size=(n, n_ions, 3))
        steps[:, :, 2] += D * field / (BOLTZMANN_EV_PER_K * T) * STEP
        trajectory = Trajectory(
            positions=np.cumsum(steps, axis=0),
            cell=np.diag([13.0, 13.0, VOLUME / 169]),
            species=("Li",) * n_ions,
            charges=np.ones(n_ions),
            times=STEP * np.arange(n),
            temperature=T,
        )
        runs.append(FieldRun.of(trajectory, field))
    found = field_conductivity(runs, volume=VOLUME, temperature=T).conductivity
    truth = n_ions * D / (VOLUME * BOLTZMANN_EV_PER_K * T) * S_PER_CM_PER_INTERNAL
    assert abs(found.value - truth) < 3 * found.standard_error
    assert found.standard_error < 0.1 * truth


@pytest.mark.physics
def test_intervals_hold_the_truth_as_often_as_they_say_and_tests_alarm_as_rarely():
    truth = SIGMA * S_PER_CM_PER_INTERNAL
    n = 400
    responses = [respond(np.random.default_rng(seed)) for seed in range(n)]
    estimates = [r.conductivity for r in responses]
    for confidence in (0.68, 0.95):
        held = np.mean([low <= truth <= high for low, high in (e.interval(confidence) for e in estimates)])
        # binomial scatter of 400 draws: three standard deviations
        assert held == pytest.approx(confidence, abs=3 * np.sqrt(confidence * (1 - confidence) / n))
    values = np.array([e.value for e in estimates])
    assert values.mean() == pytest.approx(truth, abs=3 * values.std() / np.sqrt(n))
    # the error said beforehand, the one from blocks and the scatter between seeds are one
    expected = np.mean([r.expected_relative_error for r in responses]) * truth
    assert expected == pytest.approx(values.std(), rel=0.12)
    assert np.mean([e.standard_error for e in estimates]) == pytest.approx(values.std(), rel=0.12)
    for p_values in ([r.cubic_p_value for r in responses], [r.symmetry_p_value for r in responses]):
        assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.035)


def test_a_third_order_current_is_seen():
    # at the largest field as large as a third of the linear one
    response = respond(np.random.default_rng(1), cubic=1 / 3 / STRENGTHS[-1] ** 2, duration=3000.0)
    assert response.cubic_p_value < 1e-3
    assert response.cubic_share.value == pytest.approx(1 / 3, abs=3 * response.cubic_share.standard_error)


def test_a_current_that_ignores_the_sign_is_seen_and_does_no_harm():
    rng = np.random.default_rng(2)
    response = respond(rng, offset=0.5 * SIGMA * STRENGTHS[-1], duration=400.0)
    assert response.symmetry_p_value < 1e-3
    truth = SIGMA * S_PER_CM_PER_INTERNAL
    assert abs(response.conductivity.value - truth) < 3 * response.conductivity.standard_error
    assert response.points[-1].even_share.value == pytest.approx(0.5, abs=0.2)


def test_a_current_lost_in_the_noise_is_an_upper_bound():
    held = 0
    for seed in range(40):
        found = respond(np.random.default_rng(seed), sigma=SIGMA * 1e-3, noise=30.0).conductivity
        if found.bound is not None:
            assert found.bound == "upper"
            held += found.value > SIGMA * 1e-3 * S_PER_CM_PER_INTERNAL
        else:
            held += found.interval(0.95)[0] <= SIGMA * 1e-3 * S_PER_CM_PER_INTERNAL
    assert held >= 35  # 95 % of 40 less three standard deviations


def test_the_error_falls_with_the_field_as_the_theory_says():
    small = respond(np.random.default_rng(3), tuple(e / 2 for e in STRENGTHS), duration=2000.0)
    large = respond(np.random.default_rng(3), STRENGTHS, duration=2000.0)
    ratio = small.conductivity.standard_error / large.conductivity.standard_error
    assert ratio == pytest.approx(2.0, rel=1e-6)  # the same noise over half the drift


def test_fields_beyond_the_linear_range_are_refused_beforehand():
    limit = largest_linear_field(T)
    assert limit * 4.0 == pytest.approx(BOLTZMANN_EV_PER_K * T)  # e E a = k_B T with a = 4 Å
    assert check_fields((0.02, 0.01, limit), T) == (0.01, 0.02, limit)
    for bad in (
        (0.01, 0.02, 1.01 * limit),
        (0.0, 0.01, 0.02),
        (0.01, 0.02),
        (0.01, 0.01, 0.02),
        (-0.01, 0.01, 0.02),
    ):
        with pytest.raises(AnalysisError, match="fields"):
            check_fields(bad, T)


def test_incomplete_or_short_runs_are_refused():
    rng = np.random.default_rng(4)
    runs = [walk(sign * e, rng) for e in STRENGTHS for sign in (1, -1)]
    with pytest.raises(AnalysisError, match=r"Run -0.024 V/Å too"):
        field_conductivity(runs[:-1], volume=VOLUME, temperature=T)
    with pytest.raises(AnalysisError, match="given once"):
        field_conductivity([*runs, runs[0]], volume=VOLUME, temperature=T)
    with pytest.raises(AnalysisError, match="Run longer"):
        respond(rng, duration=2.5)


def estimate(value, error=0.0):
    return Estimate(value, error, "S/cm", 20)


def test_the_resistance_of_slabs_in_series_is_found_whatever_their_width():
    """A cell of two grains and two slabs: 1/σ_zz is the mean of 1/σ over the length."""
    bulk, slab, length = 1.5, 0.2, 60.0
    for width in (2.0, 5.0, 10.0):
        across = length / ((length - 2 * width) / bulk + 2 * width / slab)
        found = field_resistance(estimate(across), estimate(bulk), length)
        assert found.value == pytest.approx(width * 1e-8 * (1 / slab - 1 / bulk))
        assert found.unit == "Ω cm²"
    assert field_resistance(estimate(bulk), estimate(bulk), length).value == 0.0
    assert field_resistance(estimate(2 * bulk), estimate(bulk), length).value < 0


def test_the_error_of_the_resistance_is_that_of_a_difference():
    rng = np.random.default_rng(5)
    across, bulk = estimate(1.0, 0.02), estimate(1.5, 0.03)
    draws = [
        field_resistance(estimate(rng.normal(1.0, 0.02)), estimate(rng.normal(1.5, 0.03)), 60.0).value
        for _ in range(4000)
    ]
    assert field_resistance(across, bulk, 60.0).standard_error == pytest.approx(np.std(draws), rel=0.06)


def test_bounds_turn_round():
    bound = Estimate(0.1, float("nan"), "S/cm", 20, "upper")
    found = field_resistance(bound, estimate(1.5, 0.1), 60.0)
    assert found.bound == "lower"
    assert found.value < field_resistance(estimate(0.1), estimate(1.5), 60.0).value
    with pytest.raises(AnalysisError, match="bulk_resistivity"):
        field_resistance(estimate(1.0), bound, 60.0)
