"""A mixture of surrogates is the distribution that its samples have."""

import numpy as np
import pytest

from grainway.design_space import Continuous, DesignSpace
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import fit_surrogate
from grainway.optimise.points.model_inputs import ModelInputs

INPUTS = ModelInputs(DesignSpace((Continuous("x", 0.0, 1.0),)))


def at(*xs):
    return INPUTS.points([{"x": float(x)} for x in xs])


X = at(0.1, 0.3, 0.5, 0.8)


@pytest.fixture(scope="module")
def parts():
    y = np.array([0.4, -0.3, 0.1, 0.9])
    return tuple(fit_surrogate(X, y, np.full(4, 0.2), INPUTS.groups, kernel=k) for k in ("matern52", "rbf"))


def test_one_component_is_that_component(parts):
    alone = Mixture.alone(parts[0])
    new = at(0.2, 0.6)
    assert np.array(alone.predict(new)) == pytest.approx(np.array(parts[0].predict(new)))
    assert alone.joint(new, X)[1] == pytest.approx(parts[0].joint(new, X)[1])
    assert alone.leave_one_out().log_density == pytest.approx(parts[0].leave_one_out().log_density)


def test_moments_are_those_of_samples(parts):
    """Mean and covariance by formula against 2 × 10⁵ draws, each from one component by its weight."""
    mixture, new = Mixture(parts, (0.3, 0.7)), at(0.2, 0.45, 0.95)
    f = mixture.sample(new, 200_000, np.random.default_rng(0))
    assert len(f) == 200_000
    mean, covariance = mixture.joint(new)
    assert f.mean(axis=0) == pytest.approx(mean, abs=0.01)
    assert np.cov(f.T) == pytest.approx(covariance, abs=0.01)
    assert mixture.predict(new)[0] == pytest.approx(mean)
    assert mixture.predict(new)[1] == pytest.approx(np.sqrt(np.diag(covariance)))


def test_the_covariance_between_two_sets_is_a_block_of_that_within_their_union(parts):
    mixture, a, b = Mixture(parts, (0.5, 0.5)), at(0.2, 0.4), at(0.7)
    whole = mixture.joint(at(0.2, 0.4, 0.7))[1]
    assert mixture.joint(a, b)[1] == pytest.approx(whole[:2, 2:])


def test_leaving_one_out_is_the_mixture_of_refitted_posteriors(parts):
    """The log density of each left-out value by the normal densities of both components."""
    mixture = Mixture(parts, (0.25, 0.75))
    each = [p.leave_one_out() for p in parts]
    density = sum(
        w * np.exp(-0.5 * ((mixture.y - one.mean) / one.sd) ** 2) / (one.sd * np.sqrt(2.0 * np.pi))
        for w, one in zip((0.25, 0.75), each, strict=True)
    )
    assert mixture.leave_one_out().log_density == pytest.approx(np.log(density).sum())
