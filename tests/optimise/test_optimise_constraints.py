"""Measured quantities that must stay within a range steer proposals and the recommendation."""

import math

import numpy as np
import pytest

from grainway.design_space import Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import Constraint, make_strategy
from grainway.optimise.constraints import fit_constraints

SPACE = DesignSpace((Continuous("x", 0.0, 1.0), Continuous("y", 0.0, 1.0)))
LIMIT = Constraint("ovc", high=0.5)


def told(strategy, n, noise=0.02):
    """The objective falls with x, the vacancies rise with it, and both are measured with errors."""
    rng = np.random.default_rng(5)
    for _ in range(n):
        (proposal,) = strategy.ask()
        x, y = proposal.values["x"], proposal.values["y"]
        ovc = x + noise * rng.standard_normal()
        value = -2.0 * x + (y - 0.5) ** 2 + 0.05 * rng.standard_normal()
        strategy.tell(proposal.id, value, 0.05, {"ovc": (ovc, noise)})
    return strategy


def test_the_best_point_within_the_limit_is_recommended_and_proposals_go_to_it():
    free = told(make_strategy("grainway", SPACE, 1), 18)
    held = told(make_strategy("grainway", SPACE, 1, constraints=(LIMIT,)), 18)
    assert free.recommend().values["x"] > 0.8
    best = held.recommend()
    assert 0.35 < best.values["x"] < 0.56
    assert best.probability_in_range >= 0.5
    later = [p.values["x"] for p in held.record.proposals[10:]]
    assert np.mean(np.array(later) < 0.65) > 0.7


def test_where_nothing_is_in_range_the_likeliest_is_recommended():
    strategy = told(make_strategy("sobol", SPACE, 2, constraints=(Constraint("ovc", high=-1.0),)), 8)
    best = strategy.recommend()
    assert best.values["x"] == min(e.proposal.values["x"] for e in strategy.record.evaluations)
    assert best.probability_in_range < 0.5


def test_the_probability_is_that_of_the_normal_posterior_and_one_without_values():
    strategy = told(make_strategy("sobol", SPACE, 3, constraints=(LIMIT,)), 10)
    rows, inputs = strategy.sorted_evaluations(10), strategy.inputs
    models = fit_constraints((LIMIT, Constraint("ler", 0.9, 1.1)), rows, inputs, "matern52")
    points = inputs.points([{"x": x, "y": 0.5} for x in (0.1, 0.5, 0.9)])
    mean, sd = models.surrogates[0].predict(points)
    expected = [0.5 * (1.0 + math.erf((0.5 - m) / s / math.sqrt(2.0))) for m, s in zip(mean, sd, strict=True)]
    assert models.surrogates[1] is None
    assert models.probability(points) == pytest.approx(expected)
    assert models.probability(points)[0] > 0.99 > 0.01 > models.probability(points)[2]


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [(1.0, 1.0, "low below high"), (math.nan, 1.0, "low below high"), (-math.inf, math.inf, "no limit")],
)
def test_a_range_that_means_nothing_is_refused(low, high, message):
    with pytest.raises(ConfigError, match=message):
        Constraint("ler", low, high)


@pytest.mark.parametrize("aux", [{"ler": math.nan}, {"ler": (1.0, -0.1)}, {"ler": (1.0, math.inf)}])
def test_a_measured_quantity_must_be_a_number_with_its_error(aux):
    strategy = make_strategy("sobol", SPACE, 0)
    (proposal,) = strategy.ask()
    with pytest.raises(ConfigError, match="standard error"):
        strategy.tell(proposal.id, 1.0, 0.1, aux)
