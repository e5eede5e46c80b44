"""What an evaluation is worth, against brute force."""

import math

import numpy as np
import pytest

from grainway.design_space import Categorical, Continuous, DesignSpace
from grainway.optimise import make_strategy
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import fit_surrogate
from grainway.optimise.points.failure_model import FailureModel
from grainway.optimise.points.model_inputs import ModelInputs
from grainway.optimise.propose.acquisition import KnowledgeGradient, NoisyImprovement

SPACE = DesignSpace((Continuous("x", 0.0, 1.0),))
INPUTS = ModelInputs(SPACE)


def at(*xs):
    return INPUTS.points([{"x": float(x)} for x in xs])


X = (0.1, 0.35, 0.6, 0.9)


@pytest.fixture(scope="module")
def model():
    y = np.array([0.5, -0.2, 0.0, 0.7])
    return Mixture.alone(fit_surrogate(at(*X), y, np.full(4, 0.2), INPUTS.groups))


def test_improvement_is_that_of_joint_samples(model):
    """E[max(0, min f(known) − f(x))] over joint draws of f, no conditioning formula used."""
    candidates = at(0.2, 0.45, 0.75)
    told = NoisyImprovement(model, at(*X), np.random.default_rng(1), n_pairs=100_000)(candidates)
    f = model.sample(at(*X, 0.2, 0.45, 0.75), 200_000, np.random.default_rng(0))
    naive = np.maximum(f[:, :4].min(axis=1)[:, None] - f[:, 4:], 0.0).mean(axis=0)
    assert told == pytest.approx(naive, rel=0.05)


def test_a_known_point_cannot_improve_on_itself(model):
    told = NoisyImprovement(model, at(*X), np.random.default_rng(1))(at(*X))
    assert told == pytest.approx(0.0, abs=1e-12)


def test_a_running_point_takes_the_gain_from_its_surroundings(model):
    rng = np.random.default_rng
    alone = NoisyImprovement(model, at(*X), rng(1))(at(0.45, 0.47))
    beside = NoisyImprovement(model, at(*X, 0.46), rng(1))(at(0.45, 0.47))
    assert (beside < 0.3 * alone).all()


def test_a_replicate_is_worth_what_updating_gives(model):
    """Draw the new value from its predictive distribution, condition on it by the normal formula."""
    mean, covariance = model.joint(at(*X))
    noise = 0.3
    told = KnowledgeGradient(model, at(*X), at(), noise)(at(*X))
    z = np.random.default_rng(0).standard_normal(200_000)
    for i in range(4):
        spread = math.sqrt(covariance[i, i] + noise**2)
        updated = mean[:, None] + covariance[:, [i]] / spread**2 * (spread * z)
        assert told[i] == pytest.approx(mean.min() - updated.min(axis=0).mean(), abs=2e-3)


def test_a_new_point_is_worth_what_updating_gives_over_the_old_points_and_itself(model):
    """As above, with the new point among those that may be recommended afterwards, one running beside it."""
    new, running, noise = (0.2, 0.5), 0.7, 0.25
    told = KnowledgeGradient(model, at(*X, running), at(running), noise)(at(*new))
    mean, covariance = model.joint(at(*X, running, *new))
    # the running one is in: its value is unknown, so only the covariance changes
    k = covariance[:, [4]]
    covariance = covariance - k @ k.T / (covariance[4, 4] + noise**2)
    z = np.random.default_rng(0).standard_normal(200_000)
    for i, column in enumerate((5, 6)):
        spread = math.sqrt(covariance[column, column] + noise**2)
        updated = mean[:, None] + covariance[:, [column]] / spread**2 * (spread * z)
        after = np.minimum(updated[:5].min(axis=0), updated[column]).mean()
        assert told[i] == pytest.approx(mean[:5].min() - after, abs=3e-3)


def test_a_replicate_loses_worth_with_its_noise_and_with_one_running(model):
    quiet, noisy, hopeless = (
        KnowledgeGradient(model, at(*X), at(), s)(at(*X)).max() for s in (0.1, 0.5, 1e6)
    )
    assert quiet > noisy > hopeless
    assert hopeless == pytest.approx(0.0, abs=1e-6)
    alone = KnowledgeGradient(model, at(*X), at(), 0.1)(at(*X))
    beside = KnowledgeGradient(model, at(*X), at(X[1]), 0.1)(at(*X))
    assert beside[1] < alone[1]


def test_two_noisy_contenders_are_run_again_rather_than_a_hopeless_third():
    """With one good pair, indistinct by their errors, and bad surroundings, a replicate is proposed."""
    space = DesignSpace((Categorical("axis", ("a", "b", "c", "d", "e")),))
    strategy = make_strategy("grainway", space, 0, n_initial=5)
    level = {"a": 0.0, "b": 0.02, "c": 2.0, "d": 2.1, "e": 1.9}
    asked = strategy.ask(5)
    for proposal in asked:
        name = proposal.values["axis"]
        strategy.tell(proposal.id, level[name], 0.3 if name in "ab" else 0.05)
    assert strategy.ask()[0].values["axis"] in ("a", "b")


MIXED = DesignSpace((Continuous("x", 0.0, 1.0), Categorical("axis", ("a", "b"))))


def test_success_is_likely_near_success_and_unlikely_near_failure():
    good = np.array([MIXED.to_unit({"x": 0.9, "axis": "a"})] * 3)
    bad = np.array([MIXED.to_unit({"x": 0.1, "axis": "a"})] * 3)
    model = FailureModel(MIXED, failed=bad, succeeded=good)
    x = np.array([MIXED.to_unit({"x": v, "axis": "a"}) for v in (0.1, 0.3, 0.5, 0.7, 0.9)])
    probability = model.success_probability(x)
    assert (np.diff(probability) > 0).all()
    assert ((probability > 0) & (probability < 1)).all()
    assert probability[0] < 0.25
    assert probability[-1] > 0.85
    # another choice is another place: the overall rate decides there
    elsewhere = model.success_probability(np.array([MIXED.to_unit({"x": 0.1, "axis": "b"})]))
    assert elsewhere[0] == pytest.approx(4 / 7, abs=0.02)


def test_without_failures_everything_is_expected_to_succeed():
    empty = np.zeros((0, 2))
    model = FailureModel(MIXED, failed=empty, succeeded=np.array([[0.5, 0.25]]))
    x = np.random.default_rng(0).random((20, 2))
    assert model.success_probability(x) == pytest.approx(1.0)
    assert not model.tabu(x).any()


def test_the_closed_box_is_a_box():
    model = FailureModel(MIXED, failed=np.array([[0.5, 0.25]]), succeeded=np.zeros((0, 2)), tabu_radius=0.05)
    inside, edge, outside, other = [0.46, 0.25], [0.55, 0.25], [0.56, 0.25], [0.5, 0.75]
    assert model.tabu(np.array([inside, edge, outside, other])).tolist() == [True, True, False, False]
