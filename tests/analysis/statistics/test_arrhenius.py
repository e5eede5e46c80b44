"""Lines in 1/T: exact laws come back, intervals cover, limits count as what they are.

What a line may do beyond its points is tested in test_extrapolation.py.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtri

from grainway.analysis import ArrheniusPoint, arrhenius_fit, garnet_phase
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K

LADDER = (1400.0, 1200.0, 1050.0, 900.0)
FORMS = {"S/cm": (-1, 1), "S": (-1, 1), "Å²/ps": (-1, 0), "cm²/s": (-1, 0), "Ω cm": (1, -1), "Ω cm²": (1, -1)}


def law(unit, energy, temperature, prefactor=2.0):
    """σT, D or R/T = A exp(∓E/k_BT)."""
    sign, power = FORMS[unit]
    return prefactor * math.exp(sign * energy / (BOLTZMANN_EV_PER_K * temperature)) / temperature**power


def value(number, relative=0.1, unit="Å²/ps", n=1000.0):
    return Estimate(number, abs(number) * relative, unit, n)


@given(
    unit=st.sampled_from(sorted(FORMS)),
    energy=st.floats(0.05, 1.5),
    temperatures=st.lists(st.integers(300, 2000), min_size=2, max_size=8, unique=True),
    target=st.floats(250, 2000),
)
def test_an_exact_law_is_recovered(unit, energy, temperatures, target):
    fit = arrhenius_fit([(t, value(law(unit, energy, t), unit=unit)) for t in temperatures])
    expected = law(unit, energy, target)
    assert fit.activation_energy.value == pytest.approx(energy, rel=1e-5, abs=1e-6)
    assert fit.chi_squared == pytest.approx(0.0, abs=1e-6)
    assert fit.predict_log10(target).value == pytest.approx(math.log10(expected), abs=1e-4)
    assert fit.predict(target).unit == unit
    low, high = fit.interval(target)
    assert low < expected < high


def test_errors_are_those_of_generalised_least_squares():
    """Against the textbook formula with a full covariance, in the logarithm, with x0ᵀ C x0."""
    rng = np.random.default_rng(3)
    x = np.array([-1 / (BOLTZMANN_EV_PER_K * t) for t in LADDER])
    half = rng.standard_normal((4, 4)) * 0.1
    covariance = half @ half.T + 0.01 * np.eye(4)
    y = 0.3 * x + rng.multivariate_normal(np.zeros(4), covariance / 9)
    fit = arrhenius_fit([(t, value(math.exp(v))) for t, v in zip(LADDER, y, strict=True)], covariance)
    assert fit.inflation == 1.0
    X = np.column_stack([np.ones(4), x])
    weight = np.linalg.inv(covariance)
    inverse = np.linalg.inv(X.T @ weight @ X)
    intercept, energy = inverse @ X.T @ weight @ y
    row = np.array([1.0, -1 / (BOLTZMANN_EV_PER_K * 298.0)])
    told = fit.if_one_process.predict_log10(298.0)
    assert told.value == pytest.approx(float(row @ [intercept, energy]) / math.log(10))
    assert told.standard_error == pytest.approx(math.sqrt(row @ inverse @ row) / math.log(10))
    assert fit.activation_energy.standard_error == pytest.approx(math.sqrt(inverse[1, 1]))


@pytest.mark.parametrize(
    ("temperatures", "factor"),
    [
        ((800, 1000, 1200, 1400), 1.82),
        ((600, 800, 1000, 1200), 1.42),
        ((600, 750, 900, 1050, 1200), 1.39),
        ((400, 600, 800, 1000), 1.18),
        ((400, 520, 640, 760, 880, 1000), 1.16),
    ],
)
def test_what_ten_per_cent_per_point_means_at_298_k(temperatures, factor):
    """One-sigma factors worked out by hand for equally spaced points of equal relative error s.

    With u = 1/k_BT the variance at the target is s² [1/n + (u₀ - ū)²/Σ(u - ū)²].
    """
    u = np.array([1 / (BOLTZMANN_EV_PER_K * t) for t in temperatures])
    target = 1 / (BOLTZMANN_EV_PER_K * 298.0)
    by_hand = 0.1 * math.sqrt(1 / u.size + (target - u.mean()) ** 2 / np.sum((u - u.mean()) ** 2))
    fit = arrhenius_fit([(t, value(law("Å²/ps", 0.3, t))) for t in temperatures])
    told = fit.if_one_process.predict_log10(298.0)
    assert told.standard_error * math.log(10) == pytest.approx(by_hand)
    assert math.exp(by_hand) == pytest.approx(factor, abs=0.006)


def test_far_away_the_activation_energy_alone_would_mislead():
    """Slope and intercept are anticorrelated: ignoring that would change the error."""
    fit = arrhenius_fit([(t, value(law("Å²/ps", 0.3, t))) for t in LADDER]).if_one_process
    inside, outside = fit.predict_log10(1100.0), fit.predict_log10(298.0)
    assert inside.standard_error < 0.1 / math.log(10) < outside.standard_error
    alone = fit.activation_energy.standard_error / (BOLTZMANN_EV_PER_K * 298.0) / math.log(10)
    assert outside.standard_error < alone


def coverage(draw, target, truth, n_seeds=300):
    """Share of seeds whose 68 and 95 % intervals of one process hold the truth; the mean error in decades."""
    held = np.zeros(2)
    errors, used = [], 0
    for seed in range(n_seeds):
        points = draw(np.random.default_rng([7, seed]))
        if sum(estimate.bound is None for _, estimate in points) < 2:
            continue
        fit = arrhenius_fit(points).if_one_process
        used += 1
        for which, confidence in enumerate((0.68, 0.95)):
            low, high = fit.interval(target, confidence)
            held[which] += low <= truth <= high
        errors.append(fit.predict_log10(target).value - math.log10(truth))
    assert used > 0.9 * n_seeds
    return held[0] / used, held[1] / used, float(np.mean(errors)), float(np.std(errors))


@pytest.mark.physics
def test_intervals_cover_without_limits():
    """χ²/ν is only ever used to widen, so coverage may exceed the nominal one, never fall short of it."""

    def draw(rng):
        return [(t, value(law("Å²/ps", 0.4, t) * math.exp(0.1 * rng.standard_normal()))) for t in LADDER]

    inner, outer, bias, spread = coverage(draw, 298.0, law("Å²/ps", 0.4, 298.0))
    assert 0.63 <= inner <= 0.82
    assert outer >= 0.93
    assert abs(bias) < 3 * spread / math.sqrt(300)


@pytest.mark.physics
def test_errors_that_are_too_small_are_widened_by_the_scatter():
    def draw(rng):
        return [(t, value(law("Å²/ps", 0.4, t) * math.exp(0.2 * rng.standard_normal()))) for t in LADDER]

    inner, outer, _, _ = coverage(draw, 298.0, law("Å²/ps", 0.4, 298.0))
    # with errors half as large as the truth an interval that is not widened holds it in 38 and 67 %
    assert inner > 0.5
    assert outer > 0.78


@pytest.mark.physics
@pytest.mark.parametrize(("energy", "limits"), [(0.45, 1), (0.6, 2)])
def test_intervals_cover_with_limits(energy, limits):
    """Poisson counts of hops down a ladder; fewer than ten give the 95 % limit χ²(2k + 2)/2."""
    ladder = (1400.0, 1200.0, 1000.0, 800.0, 600.0)
    scale = 300.0 / law("Å²/ps", energy, ladder[0])
    seen = []

    def draw(rng):
        points = []
        for t in ladder:
            k = int(rng.poisson(scale * law("Å²/ps", energy, t)))
            if k < 10:
                points.append((t, Estimate(chdtri(2 * k + 2, 0.05) / 2, math.nan, "Å²/ps", k, "upper")))
            else:
                points.append((t, value(float(k), 1 / math.sqrt(k), n=k)))
        seen.append(sum(e.bound is not None for _, e in points))
        return points

    inner, outer, bias, spread = coverage(draw, 298.0, scale * law("Å²/ps", energy, 298.0))
    assert np.mean(seen) == pytest.approx(limits, abs=0.3)
    assert 0.63 <= inner <= 0.82
    assert outer >= 0.93
    # leaving out what came out low by chance would bias the energy; the limits hold most of it back
    assert abs(bias) < 0.3 * spread


def test_a_limit_below_the_line_pulls_and_one_above_does_not():
    points = [(t, value(law("Å²/ps", 0.3, t))) for t in LADDER]
    free = arrhenius_fit(points)
    truth = law("Å²/ps", 0.3, 600.0)

    def with_limit(factor, bound):
        limit = Estimate(truth * factor, math.nan, "Å²/ps", 9.0, bound)
        return arrhenius_fit([*points, (600.0, limit)])

    assert with_limit(1e3, "upper").predict(298.0).value == pytest.approx(free.predict(298.0).value, rel=1e-3)
    assert with_limit(0.1, "upper").activation_energy.value > free.activation_energy.value + 0.05
    assert with_limit(1e-3, "lower").predict(298.0).value == pytest.approx(
        free.predict(298.0).value, rel=1e-3
    )
    assert with_limit(10.0, "lower").activation_energy.value < free.activation_energy.value - 0.05
    low, high = with_limit(0.5, "upper").interval(298.0)
    centre = with_limit(0.5, "upper").predict(298.0).value
    assert math.log(centre / low) > math.log(high / centre)  # downwards a limit from above says nothing


def test_the_profile_of_limits_that_say_nothing_is_that_of_none():
    """The search along the likelihood ends where the closed form does."""
    points = [
        (t, value(law("Å²/ps", 0.3, t) * f)) for t, f in zip(LADDER, (1.0, 1.1, 0.9, 1.05), strict=True)
    ]
    idle = Estimate(1e6, math.nan, "Å²/ps", 9.0, "upper")
    for confidence in (0.68, 0.95):
        assert arrhenius_fit([*points, (700.0, idle)]).interval(298.0, confidence) == pytest.approx(
            arrhenius_fit(points).interval(298.0, confidence), rel=1e-5
        )


def test_resistivity_and_conductivity_tell_the_same():
    rng = np.random.default_rng(8)
    sigma = [(t, value(law("S/cm", 0.35, t) * rng.lognormal(0, 0.1), unit="S/cm")) for t in LADDER]
    rho = [(t, value(1 / e.value, unit="Ω cm")) for t, e in sigma]
    a, b = arrhenius_fit(sigma), arrhenius_fit(rho)
    assert a.activation_energy.value == pytest.approx(b.activation_energy.value)
    assert a.predict_log10(298.0).value == pytest.approx(-b.predict_log10(298.0).value)
    assert a.predict_log10(298.0).standard_error == pytest.approx(b.predict_log10(298.0).standard_error)


def test_few_replicas_behind_a_point_widen_the_interval():
    few = arrhenius_fit([(t, value(law("Å²/ps", 0.3, t), n=3.0)) for t in LADDER]).if_one_process
    many = arrhenius_fit([(t, value(law("Å²/ps", 0.3, t))) for t in LADDER]).if_one_process
    assert few.interval(298.0)[1] > 1.05 * many.interval(298.0)[1]
    assert few.interval(298.0, 0.95) == pytest.approx(
        tuple(10**end for end in few.predict_log10(298.0).interval(0.95)), rel=1e-6
    )


GOOD = [(t, value(law("Å²/ps", 0.3, t))) for t in LADDER]
LIMIT = Estimate(0.1, math.nan, "Å²/ps", 2.0, "upper")


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (GOOD[:1], "temperatures with a value"),
        ([GOOD[0], GOOD[0]], "temperatures with a value"),
        ([GOOD[0], (900.0, LIMIT), (800.0, LIMIT)], "run longer until a limit becomes a value"),
        ([], "temperatures with a value"),
        ([*GOOD, (700.0, value(1.0, unit="S/cm"))], "unit"),
        ([(t, value(1.0, unit="nm")) for t in LADDER], "unit"),
        ([*GOOD, (700.0, Estimate(-1.0, 0.1, "Å²/ps", 9))], "value at 700 K"),
        ([*GOOD, (700.0, Estimate(1.0, 0.0, "Å²/ps", 9))], "standard error at 700 K"),
        ([*GOOD, (-5.0, value(1.0))], "temperature"),
        (
            [ArrheniusPoint(*GOOD[0], "cubic"), ArrheniusPoint(*GOOD[1], "tetragonal"), GOOD[2]],
            "Fit each phase by itself",
        ),
    ],
)
def test_what_no_line_belongs_to_is_refused(points, message):
    with pytest.raises(AnalysisError, match=message):
        arrhenius_fit(points)


def test_one_phase_is_fitted_and_named():
    assert arrhenius_fit([ArrheniusPoint(*p, "cubic") for p in GOOD]).phase == "cubic"
    assert arrhenius_fit(GOOD).phase == ""


@pytest.mark.parametrize("covariance", [np.eye(3), -np.eye(4), np.arange(16.0).reshape(4, 4)])
def test_a_bad_covariance_is_refused(covariance):
    with pytest.raises(AnalysisError, match="covariance"):
        arrhenius_fit(GOOD, covariance)


@pytest.mark.parametrize("temperature", [0.0, -3.0, math.inf])
def test_predictions_need_a_temperature(temperature):
    with pytest.raises(AnalysisError, match="temperature"):
        arrhenius_fit(GOOD).predict(temperature)


def test_the_phase_follows_from_the_shape_whatever_the_axis():
    a, c = 13.134, 12.663
    for lengths in ((a, a, c), (a, c, a), (c, a, a), (2 * c, 2 * a, 2 * a)):
        assert garnet_phase(lengths) == "tetragonal"
    assert garnet_phase((12.98, 12.98, 12.98)) == "cubic"
    assert garnet_phase((13.06, 12.98, 13.02)) == "cubic"  # thermal fluctuation of a mean cell


def test_a_distortion_within_its_error_is_none():
    assert garnet_phase((13.2, 13.0, 13.0)) == "tetragonal"
    assert garnet_phase((13.2, 13.0, 13.0), (0.1, 0.1, 0.1)) == "cubic"
    with pytest.raises(AnalysisError, match="cell_lengths"):
        garnet_phase((13.0, 13.0))
