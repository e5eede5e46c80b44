"""Draws of the hyperparameters against a long Markov chain, and what they are for."""

import numpy as np
import pytest

from grainway.design_space import Continuous, DesignSpace
from grainway.optimise.gp.log_posterior import LogPosterior
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import fit_surrogate
from grainway.optimise.model.hyperparameter_draws import draw_hyperparameters, with_uncertain_hyperparameters
from grainway.optimise.points.model_inputs import ModelInputs

INPUTS = ModelInputs(DesignSpace((Continuous("x", 0.0, 1.0),)))


def at(xs):
    return INPUTS.points([{"x": float(x)} for x in xs])


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(4)
    x = np.linspace(0.0, 1.0, 9)
    y = np.sin(5.0 * x) + 0.15 * rng.standard_normal(9)
    return fit_surrogate(at(x), y, np.full(9, 0.15), INPUTS.groups)


def test_draws_have_the_mean_and_spread_of_a_long_chain(fitted):
    scaled, se = (fitted.y - fitted.level) / fitted.scale, fitted.se / fitted.scale
    posterior = LogPosterior.of(fitted.covariance, fitted.points, scaled, se, fitted.builds)
    low, high = np.array(fitted.covariance.layout.bounds).T
    rng = np.random.default_rng(0)
    theta, here = fitted.theta, -posterior.negative(fitted.theta)[0]
    chain = []
    for _ in range(20_000):
        proposed = theta + 0.6 * rng.standard_normal(theta.size)
        if ((proposed > low) & (proposed < high)).all():
            there = -posterior.negative(proposed)[0]
            if np.log(rng.random()) < there - here:
                theta, here = proposed, there
        chain.append(theta)
    chain = np.array(chain[2000:])
    drawn = draw_hyperparameters(fitted, 2000, np.random.default_rng(1), n_tried=4000)
    spread = chain.std(axis=0)
    assert drawn.mean(axis=0) == pytest.approx(chain.mean(axis=0), abs=0.15 * spread.max())
    assert drawn.std(axis=0) == pytest.approx(spread, rel=0.15)


def test_the_same_numbers_give_the_same_draws_and_components_keep_their_share(fitted):
    mixture = Mixture((fitted, fitted), (0.7, 0.3))
    one, other = (with_uncertain_hyperparameters(mixture, np.random.default_rng(2), 4) for _ in range(2))
    assert one.weights == pytest.approx([0.175] * 4 + [0.075] * 4)
    for a, b in zip(one.components, other.components, strict=True):
        assert np.array_equal(a.theta, b.theta)


def test_intervals_hold_more_often_than_those_of_the_likeliest_hyperparameters(fitted):
    """Functions whose hyperparameters are drawn from the priors, six evaluations each.

    The priors are on the scale of the data, so of the drawn functions those count whose data have about the
    scale that they assume.
    """
    covariance, layout = fitted.covariance, fitted.covariance.layout
    hits = {"likeliest": [], "drawn": []}
    rng = np.random.default_rng(17)
    while len(hits["drawn"]) < 60:
        x = rng.random(12)
        theta = layout.prior_median + layout.prior_spread * rng.standard_normal(layout.size)
        k = covariance.matrix(theta, at(x), at(x)) + 1e-9 * np.eye(12)
        f = np.linalg.cholesky(k) @ rng.standard_normal(12)
        y = f[:6] + np.hypot(0.1, np.exp(theta[layout.jitter])) * rng.standard_normal(6)
        model = Mixture.alone(fit_surrogate(at(x[:6]), y, np.full(6, 0.1), INPUTS.groups))
        if not 0.8 < model.scale < 1.25:
            continue
        broad = with_uncertain_hyperparameters(model, rng, 16)
        for name, one in (("likeliest", model), ("drawn", broad)):
            mean, sd = one.predict(at(x[6:]))
            hits[name].append(np.abs(f[6:] - mean) < 1.96 * sd)
    likeliest, drawn = (float(np.mean(hits[name])) for name in ("likeliest", "drawn"))
    # 360 predictions, of which six share a function: a share of 0.95 is uncertain by 0.02
    assert drawn > likeliest
    assert drawn == pytest.approx(0.95, abs=0.045)
