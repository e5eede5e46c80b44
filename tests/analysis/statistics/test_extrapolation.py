"""Below its coldest run a line in 1/T may bend: the interval holds the truth when it does, and says why.

Laws of one and two processes, and none, over 400 seeds: benchmarks/extrapolation_coverage.py.
"""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.analysis import arrhenius_fit
from grainway.analysis.statistics.curvature import (
    ACTIVATION_ENERGIES_EV,
    CROSSING_TEMPERATURES_K,
    SEEN_SHARE,
    bend_covariance,
)
from grainway.domain import Estimate
from grainway.units import BOLTZMANN_EV_PER_K
from known_motion.known_activation import (
    COLDEST,
    HOT,
    LAWS,
    TARGET,
    drawn_from_what_is_assumed,
    measured_ladder,
)
from known_motion.stated_errors import gathered, wrong_errors

SEEDS = 60
COLD = (*HOT, COLDEST)
UNIT = "Å²/ps"


def inverse(temperatures):
    return 1 / (BOLTZMANN_EV_PER_K * np.asarray(temperatures))


def exact(law, temperatures, relative=0.1):
    """A ladder of values without noise."""
    return arrhenius_fit(
        [(t, Estimate(math.exp(law(t)), relative * math.exp(law(t)), UNIT, 1000.0)) for t in temperatures]
    )


def in_decades(fit, temperature=TARGET):
    return fit.predict_log10(temperature).standard_error


def test_the_bend_has_the_covariance_of_laws_drawn_at_random():
    rng = np.random.default_rng(1)
    n, places, ends = 200_000, inverse((1200.0, 600.0, 298.0)), inverse((1400.0, 900.0))
    low, high = ACTIVATION_ENERGIES_EV
    difference = np.abs(np.subtract(*rng.uniform(low, high, (2, n))))[:, None]
    crossing = rng.uniform(*inverse(CROSSING_TEMPERATURES_K), n)[:, None]
    sign = rng.choice([-1.0, 1.0], (n, 1)) * (rng.random((n, 1)) < SEEN_SHARE)

    def bend(x):
        return sign * np.log1p(np.exp(difference * (x - crossing)))

    at_ends = bend(ends)
    chord = at_ends[:, :1] + (places - ends[0]) / (ends[1] - ends[0]) * np.diff(at_ends)
    left = bend(places) - chord
    assert bend_covariance(places, places, tuple(ends)) == pytest.approx(np.cov(left.T), rel=0.02)
    assert bend_covariance(ends, places, tuple(ends)) == pytest.approx(0.0, abs=1e-12)


def test_the_fit_is_that_of_a_gaussian_process_about_a_line():
    """Against the textbook formula (Rasmussen and Williams, 2006, eq. 2.42), solved densely."""
    rng = np.random.default_rng(4)
    fit = measured_ladder(LAWS["one process, 0.25 eV"], COLD, rng)
    y = np.log([point.estimate.value for point in fit.points])
    ends = tuple(inverse((HOT[0], COLDEST)))
    x, target = inverse(COLD), inverse((TARGET,))
    noisy = 0.01 * np.eye(x.size) + bend_covariance(x, x, ends)
    cross, own = bend_covariance(x, target, ends)[:, 0], bend_covariance(target, target, ends)[0, 0]
    design, row = np.column_stack([np.ones_like(x), x]), np.array([1.0, target[0]])
    weight = np.linalg.inv(noisy)
    of_line = np.linalg.inv(design.T @ weight @ design)
    line = of_line @ design.T @ weight @ y
    left = row - design.T @ weight @ cross
    told = fit.predict_log10(TARGET)
    expected = row @ line + cross @ weight @ (y - design @ line)
    variance = own - cross @ weight @ cross + left @ of_line @ left
    assert told.value * math.log(10) == pytest.approx(expected, rel=1e-6)
    assert told.standard_error * math.log(10) == pytest.approx(math.sqrt(variance), rel=1e-4)
    shares = fit.error_shares(TARGET)
    assert math.hypot(shares.statistics, shares.curvature) == pytest.approx(told.standard_error)
    weights = weight @ (cross + design @ of_line @ left)
    assert shares.statistics * math.log(10) == pytest.approx(0.1 * np.linalg.norm(weights), rel=1e-4)


@given(st.sampled_from(list(LAWS.values())[:2]), st.floats(910.0, 1390.0))
def test_between_its_runs_a_line_hardly_bends(law, temperature):
    fit = exact(law, HOT)
    assert in_decades(fit, temperature) < 1.1 * in_decades(fit.if_one_process, temperature)


def test_the_error_grows_with_the_distance_and_says_of_what():
    fit = exact(LAWS["one process, 0.25 eV"], HOT)
    farther = [fit.error_shares(t) for t in (800.0, 600.0, 400.0, 298.0)]
    assert all(b.curvature > 1.5 * a.curvature for a, b in pairwise(farther))
    assert farther[0].curvature < farther[0].statistics
    assert farther[-1].curvature > 2 * farther[-1].statistics
    alone = fit.if_one_process.error_shares(TARGET)
    assert alone.curvature == 0.0
    assert alone.statistics == pytest.approx(in_decades(fit.if_one_process))


def test_a_cold_run_shrinks_the_interval_and_follows_the_curve():
    law = LAWS["side by side, 0.25 and 0.5 eV, equal at 700 K"]
    hot, cold = exact(law, HOT), exact(law, COLD)
    assert in_decades(cold) < 0.4 * in_decades(hot)
    truth = law(TARGET) / math.log(10)
    # the straight line through all five is pulled off by the hot ones
    assert abs(cold.predict_log10(TARGET).value - truth) < 0.1
    assert abs(cold.if_one_process.predict_log10(TARGET).value - truth) > 0.3


@pytest.mark.parametrize("unit", [UNIT, "S/cm", "Ω cm"])
def test_no_interval_asks_for_an_activation_energy_that_no_process_has(unit):
    """Below the coldest run the slope stays within 0.1 and 1.0 eV, or that of the line where it is beyond."""
    sign, power = {UNIT: (-1, 0), "S/cm": (-1, 1), "Ω cm": (1, -1)}[unit]
    low_energy, high_energy = ACTIVATION_ENERGIES_EV
    span = float(inverse((TARGET,))[0] - inverse((HOT[-1],))[0])
    for energy in (0.05, 0.15, 0.3, 0.9, 1.2):
        law = LAWS["one process, 0.25 eV"]
        values = [(t, math.exp(-sign * law(t) * energy / 0.25) / t**power) for t in HOT]
        fit = arrhenius_fit([(t, Estimate(v, 0.05 * v, unit, 1000.0)) for t, v in values])
        ends = [math.log(end * TARGET**power) for end in fit.interval(TARGET)]
        starts = [math.log(end * HOT[-1] ** power) for end in fit.interval(HOT[-1])]
        slopes = sorted(sign * (end - start) / span for end, start in zip(ends, starts, strict=True))
        own = fit.activation_energy.interval()
        assert slopes[0] > min(low_energy, own[0]) - 1e-9
        assert slopes[1] < max(high_energy, own[1]) + 1e-9
        assert slopes[0] < energy < slopes[1]
        # one process needs no such bound, and has none
        assert fit.if_one_process.possible(TARGET) == (0.0, math.inf)
        assert fit.possible(1000.0) == (0.0, math.inf)


def held(law, ladder, *, factor=1.0, straight=False):
    """Share of seeds whose 95 % interval, both ends ``factor`` times as far off, holds the truth."""
    found = []
    for seed in range(SEEDS):
        fit = measured_ladder(law, ladder, np.random.default_rng([29, seed]))
        used = fit.if_one_process if straight else fit
        low, high = (math.log(end) for end in used.interval(TARGET))
        value = math.log(used.predict(TARGET).value)
        found.append(-factor * (value - low) <= law(TARGET) - value <= factor * (high - value))
    return float(np.mean(found))


@pytest.mark.physics
@pytest.mark.parametrize("ladder", [HOT, COLD], ids=["from 900 K", "from 400 K"])
@pytest.mark.parametrize("name", LAWS)
def test_the_interval_holds_the_truth_when_the_line_is_wrong(name, ladder):
    # 0.9 less two standard errors of the share
    assert held(LAWS[name], ladder) >= 0.82


@pytest.mark.physics
@pytest.mark.parametrize(
    ("name", "ladder"),
    [("in series, 0.3 and 0.6 eV, equal at 700 K", HOT), ("Vogel, 0.15 eV, T₀ = 150 K", COLD)],
)
def test_neither_half_of_the_interval_nor_that_of_one_process_would_hold_the_truth(name, ladder):
    assert held(LAWS[name], ladder, factor=0.5) < 0.5
    assert held(LAWS[name], ladder, straight=True) < 0.1


def predictions(factor):
    """Predictions of laws drawn as the bend has them, errors times ``factor``."""
    for seed in range(300):
        rng = np.random.default_rng([31, seed])
        law = drawn_from_what_is_assumed(rng)
        measured = {"from 900 K": HOT, "from 400 K": COLD}
        pairs = {}
        for name, ladder in measured.items():
            told = measured_ladder(law, ladder, rng).predict_log10(TARGET)
            told = replace(told, standard_error=factor * told.standard_error)
            pairs[name] = (told, law(TARGET) / math.log(10))
        yield pairs


@pytest.mark.physics
def test_the_error_is_the_scatter_of_laws_drawn_as_it_supposes():
    """For one law the interval is wide by design; over those it supposes it is neither half nor double."""
    assert not list(wrong_errors(gathered(predictions(1.0)), {}))
    assert len(list(wrong_errors(gathered(predictions(0.5)), {}))) == 2
    assert len(list(wrong_errors(gathered(predictions(2.0)), {}))) == 2


def test_scatter_between_runs_is_no_curvature():
    """Runs of one temperature that differ more than their errors say widen the error of all."""
    rng = np.random.default_rng(9)
    law = LAWS["one process, 0.45 eV"]
    points = [(t, math.exp(law(t) + 0.3 * rng.standard_normal())) for t in HOT for _ in range(10)]
    stated = [arrhenius_fit([(t, Estimate(v, e * v, UNIT, 1000.0)) for t, v in points]) for e in (0.1, 0.3)]
    too_small, right = (in_decades(fit, 1000.0) for fit in stated)
    assert too_small == pytest.approx(right, rel=0.15)


def test_limits_count_where_the_line_may_bend():
    law = LAWS["one process, 0.45 eV"]
    points = [(t, Estimate(math.exp(law(t)), 0.1 * math.exp(law(t)), UNIT, 1000.0)) for t in HOT]
    free = arrhenius_fit(points)

    def limited(factor, bound):
        limit = Estimate(math.exp(law(500.0)) * factor, math.nan, UNIT, 9.0, bound)
        return arrhenius_fit([*points, (500.0, limit)])

    assert limited(1e6, "upper").interval(TARGET) == pytest.approx(free.interval(TARGET), rel=1e-3)
    low, high = limited(1.0, "upper").interval(TARGET)
    assert high < 0.2 * free.interval(TARGET)[1]
    assert low < free.predict(TARGET).value
    low, high = limited(1.0, "lower").interval(TARGET)
    assert low > 5 * free.interval(TARGET)[0]
    # far below the hot line a limit is met by a bend, where a straight line would have to leave its points
    met = limited(0.1, "upper")
    assert abs(math.log(met.predict(1000.0).value) - law(1000.0)) < 0.05
    assert met.predict(500.0).value < 0.3 * math.exp(law(500.0))


@pytest.mark.parametrize("unit", ["S/cm", "Ω cm"])
def test_a_resistivity_bends_as_a_conductivity_does(unit):
    law = LAWS["in series, 0.3 and 0.6 eV, equal at 700 K"]
    sign = 1.0 if unit == "S/cm" else -1.0
    values = [(t, (math.exp(law(t)) / t) ** sign) for t in HOT]
    fit = arrhenius_fit([(t, Estimate(v, 0.1 * v, unit, 1000.0)) for t, v in values])
    assert in_decades(fit) == pytest.approx(in_decades(exact(law, HOT)))
    low, high = fit.interval(TARGET)
    assert low < (math.exp(law(TARGET)) / TARGET) ** sign < high
