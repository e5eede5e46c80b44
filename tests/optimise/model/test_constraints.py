"""Measured quantities that must stay within a range steer proposals and the recommendation."""

import math

import numpy as np
import pytest

from grainway.design_space import Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import Constraint, make_strategy
from grainway.optimise.engines.grainway_engine import _Worth
from grainway.optimise.model.constraints import fit_constraints
from grainway.optimise.points.candidates import Candidates
from grainway.optimise.propose.acquisition import KnowledgeGradient, noise_of

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
    models = fit_constraints(
        (LIMIT, Constraint("ler", 0.9, 1.1)), rows, inputs, "matern52", strategy.record.builds
    )
    points = inputs.points([{"x": x, "y": 0.5} for x in (0.1, 0.5, 0.9)])
    mean, sd = models.surrogates[0].predict(points)
    expected = [0.5 * (1.0 + math.erf((0.5 - m) / s / math.sqrt(2.0))) for m, s in zip(mean, sd, strict=True)]
    assert models.surrogates[1] is None
    assert models.probability(points) == pytest.approx(expected)
    assert models.probability(points)[0] > 0.99 > 0.01 > models.probability(points)[2]


def test_a_gain_within_limits_is_that_of_sampled_outcomes():
    """Draw the value and the vacancies that a run would give; count what it gains among allowed points.

    The lowest points of all are out of range. No formula of the product is used: every draw of a new point
    has vacancies of its own, and gains nothing where they are too many.
    """
    limit = Constraint("ovc", high=0.6)
    strategy = make_strategy("grainway", SPACE, 1, constraints=(limit,))
    rng = np.random.default_rng(7)
    for proposal in strategy.ask(8):
        x, y = proposal.values["x"], proposal.values["y"]
        value = -x + (y - 0.5) ** 2 + 0.1 * rng.standard_normal()
        strategy.tell(proposal.id, value, 0.1, {"ovc": (x + 0.2 * rng.standard_normal(), 0.2)})
    model, (of_limit,) = strategy.model(8).surrogate, strategy.constraint_models(8).surrogates
    evaluated = [row.proposal.values for row in strategy.sorted_evaluations(8)]
    allowed = strategy.inputs.points(evaluated)
    allowed = allowed.take(of_limit.predict(allowed)[0] <= limit.high)
    assert model.predict(allowed)[0].min() > model.predict(strategy.inputs.points(evaluated))[0].min()

    values = [{"x": x, "y": y} for x, y in ((0.5, 0.5), (0.62, 0.45), (0.75, 0.5), (0.95, 0.55))]
    new = strategy.inputs.points(values)
    worth = _Worth(strategy, model, evaluated, ())
    told = dict(enumerate(w for w, _ in worth.new(Candidates(values, new))))

    n, noise = 400_000, noise_of(model)
    vacancies = of_limit.sample(new, n, rng)
    mean, covariance = model.joint(allowed.join(new))
    for i in range(len(values)):
        column = len(allowed) + i
        spread = math.sqrt(covariance[column, column] + noise**2)
        z = rng.standard_normal(n)
        updated = mean[:, None] + covariance[:, [column]] / spread * z
        lowest = np.minimum(updated[: len(allowed)].min(axis=0), updated[column])
        gained = (mean[: len(allowed)].min() - lowest) * (vacancies[:, i] <= limit.high)
        # what a run out of range tells of other points is not counted: that is the engine's choice
        assert told[i] == pytest.approx(gained.mean(), abs=4.0 * gained.std() / math.sqrt(n) + 1e-4)
    # by the objective alone the last point would be chosen
    assert np.argmax(KnowledgeGradient(model, allowed, strategy.inputs.points([]), noise)(new)) == 3
    assert max(told, key=told.get) == 0


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
