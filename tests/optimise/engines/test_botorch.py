"""BoTorch behind the seam: what its model is told, what its acquisition weighs, and what it leaves alone."""

import random
from importlib import import_module

import numpy as np
import pytest

from example_engines.every_engine import MIXED, boundary, outcome, run, snapped, tell
from grainway.design_space import Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import Proposal, make_strategy
from grainway.optimise.engines.botorch_model import SMALLEST_VARIANCE, TorchNoisyImprovement, load_botorch
from grainway.optimise.points.candidates import Candidates
from grainway.optimise.points.failure_model import FailureModel
from grainway.optimise.points.model_inputs import ModelInputs

pytestmark = pytest.mark.botorch

LINE = DesignSpace((Continuous("x", 0.0, 1.0),))
INPUTS = ModelInputs(LINE)


def at(*x):
    return INPUTS.points([{"x": float(v)} for v in x])


@pytest.fixture(scope="module")
def packages():
    return load_botorch()


def improvement(packages, x, y, se, running=(), kernel="matern52"):
    with packages.undisturbed(1):
        return TorchNoisyImprovement(
            packages, at(*x), np.array(y), np.array(se), at(*running), kernel=kernel, random_state=1
        )


@pytest.fixture
def botorch(packages):
    # imported here already, so that the warning of its import is answered where the engine does
    return import_module("botorch")


@pytest.fixture
def given_to_botorch(monkeypatch, botorch):
    """What the model and the acquisition get, as arrays."""
    given = {}
    model, acquisition = botorch.models.SingleTaskGP, botorch.acquisition.qLogNoisyExpectedImprovement

    def watched_model(x, y, train_Yvar, **keywords):
        given["x"], given["y"], given["variance"] = (t.numpy().copy() for t in (x, y, train_Yvar))
        return model(x, y, train_Yvar=train_Yvar, **keywords)

    def watched_acquisition(fitted, known, X_pending, **keywords):
        given["known"] = known.numpy().copy()
        given["running"] = None if X_pending is None else X_pending.numpy().copy()
        return acquisition(fitted, known, X_pending=X_pending, **keywords)

    monkeypatch.setattr(botorch.models, "SingleTaskGP", watched_model)
    monkeypatch.setattr(botorch.acquisition, "qLogNoisyExpectedImprovement", watched_acquisition)
    return given


@pytest.mark.parametrize("features", [None, snapped], ids=["encoded", "features"])
def test_the_model_is_told_evaluations_only_and_their_known_errors(given_to_botorch, features):
    """Neither a failed nor a running point enters the model; inputs are those of the default engine."""
    strategy = make_strategy("botorch", MIXED, 9, features, n_initial=6)
    asked = strategy.ask(6)
    evaluated, failed = [p for p in asked if p.id not in ("p0002", "p0004")], [asked[2], asked[4]]
    y = np.array([outcome(p)[0] for p in evaluated])
    se = np.array([0.05, 0.1, 0.2, 0.4])
    for proposal, value, error in zip(evaluated, y, se, strict=True):
        strategy.tell(proposal.id, value, error)
    for proposal in failed:
        strategy.tell_failed(proposal.id, "unstable")
    running = strategy.ask(2)
    assert not given_to_botorch
    strategy.ask()
    inputs = ModelInputs(MIXED, features)
    assert given_to_botorch["x"] == pytest.approx(inputs.points([p.values for p in evaluated]).columns)
    # an affine, falling function of y, and the variances in its square
    (slope, _) = np.polyfit(y, given_to_botorch["y"][:, 0], 1)
    assert slope < 0
    assert given_to_botorch["y"][:, 0] == pytest.approx(slope * (y - y.mean()))
    assert given_to_botorch["variance"][:, 0] == pytest.approx((slope * se) ** 2)
    assert given_to_botorch["running"] == pytest.approx(inputs.points([p.values for p in running]).columns)
    assert [row.proposal for row in strategy.record.evaluations] == evaluated


def test_a_replicate_is_told_twice_and_weighed_against_once(given_to_botorch):
    strategy = run(make_strategy("botorch", MIXED, 4, n_initial=4), 4)
    tell(strategy, [strategy.replicate("p0001")])
    strategy.ask(1, pending=[strategy.replicate("p0002")])
    assert len(given_to_botorch["x"]) == 5
    assert len(given_to_botorch["known"]) == 4
    # a second run at a known point offers no new value of f
    assert given_to_botorch["running"] is None


def test_the_mean_is_that_of_the_objective(packages):
    """Nearly noiseless evaluations are interpolated, in their own units and sign."""
    x, y = [0.0, 0.25, 0.5, 0.75, 1.0], [3.0, 2.0, 1.5, 2.5, 4.0]
    model = improvement(packages, x, y, [1e-3] * 5)
    assert model.mean(at(*x)) == pytest.approx(y, abs=0.02)


@pytest.mark.parametrize("kernel", ["matern52", "rbf"])
def test_the_value_is_the_expected_improvement_under_the_same_posterior(packages, kernel):
    """Against plain Monte Carlo on the joint posterior, up to the common constant of the scale."""
    x, y, se = [0.0, 0.3, 0.6, 1.0], [1.0, 0.2, 0.4, 1.5], [0.1, 0.3, 0.05, 0.1]
    candidates = [0.15, 0.4, 0.5]
    model = improvement(packages, x, y, se, running=[0.45], kernel=kernel)
    joint = model._model.posterior(model._tensor(at(*x, 0.45, *candidates).columns))
    mean = joint.mean.detach().numpy()[:, 0]
    covariance = joint.distribution.covariance_matrix.detach().numpy()
    rng = np.random.default_rng(0)
    f = -rng.multivariate_normal(mean, covariance, 400_000, method="eigh")
    naive = np.maximum(f[:, :5].min(axis=1)[:, None] - f[:, 5:], 0.0).mean(axis=0)
    value = np.exp(model.log_value(at(*candidates)))
    # 256 quasi-random samples find rare improvements by chance, the others well
    assert naive.max() > 0.005
    assert value == pytest.approx(naive, abs=0.1 * naive.max())


def test_a_running_point_takes_the_worth_of_its_surroundings(packages):
    x, y, se = [0.0, 0.25, 0.5, 0.75, 1.0], [1.0, 0.5, 0.2, 0.5, 1.0], [0.05] * 5
    alone = improvement(packages, x, y, se)
    beside = improvement(packages, x, y, se, running=[0.4])
    assert beside.log_value(at(0.41))[0] < alone.log_value(at(0.41))[0]


def test_outcomes_without_spread_and_without_error_still_give_a_model(packages):
    model = improvement(packages, [0.1, 0.5, 0.5, 0.9], [2.0] * 4, [0.0] * 4)
    assert model.mean(at(0.1, 0.3, 0.9)) == pytest.approx(2.0, abs=1e-6)
    assert np.isfinite(model.log_value(at(0.2, 0.7))).all()
    assert SMALLEST_VARIANCE > 0


def test_the_probability_of_success_multiplies_the_improvement(packages):
    strategy = make_strategy("botorch", LINE, 3, n_initial=4)
    strategy.restore([Proposal(f"p{i:04d}", {"x": x}) for i, x in enumerate((0.1, 0.5, 0.9, 0.8))])
    for i in range(3):
        strategy.tell(f"p{i:04d}", 1.0 + 0.1 * i, 0.05)
    strategy.tell_failed("p0003", "unstable")
    model = improvement(packages, [0.1, 0.5, 0.9], [1.0, 1.1, 1.2], [0.05] * 3)
    candidates = [{"x": v} for v in (0.3, 0.6, 0.7)]
    weighed = strategy._weigh(model, set(), Candidates(candidates, INPUTS.points(candidates)))
    success = FailureModel(LINE, np.array([[0.8]]), np.array([[0.1], [0.5], [0.9]])).success_probability(
        np.array([[0.3], [0.6], [0.7]])
    )
    assert [w for w, _ in weighed] == pytest.approx(model.log_value(at(0.3, 0.6, 0.7)) + np.log(success))
    assert [v for _, v in weighed] == candidates


def test_a_known_boundary_is_repeated_only_when_no_new_one_is_left():
    def features(values):
        return {"x": round(4.0 * values["x"]) / 4.0}

    strategy = make_strategy("botorch", LINE, 1, features, n_initial=2)
    seen = []
    for _ in range(5):
        (proposal,) = strategy.ask()
        seen.append(features(proposal.values)["x"])
        strategy.tell(proposal.id, 1.0 + seen[-1], 0.1)
    if len(set(seen)) < 5:
        # the design may have met one boundary twice
        assert len(set(seen[2:])) == 3
        strategy.tell(strategy.ask()[0].id, 3.0, 0.1)
    (again,) = strategy.ask()
    # the one that competes for the recommendation, at a point evaluated before
    assert features(again.values)["x"] in (0.0, 0.25)
    assert again.values in [p.values for p in strategy.record.proposals[:-1]]


def test_the_generators_of_others_are_left_as_they_were(packages):
    torch = packages.torch

    def states():
        numpy_state = np.random.get_state()[1].tolist()  # noqa: NPY002 - the one that others may use
        return torch.random.get_rng_state().tolist(), numpy_state, random.getstate()

    threads, before = torch.get_num_threads(), states()
    strategy = run(make_strategy("botorch", MIXED, 1, n_initial=4), 5)
    assert states() == before
    assert torch.get_num_threads() == threads
    first = strategy.ask()
    torch.rand(3)
    np.random.rand(3)  # noqa: NPY002 - another's use of it
    assert run(make_strategy("botorch", MIXED, 1, n_initial=4), 5).ask() == first


def test_an_unknown_kernel_is_refused():
    with pytest.raises(ConfigError, match="kernel"):
        make_strategy("botorch", MIXED, 1, kernel="periodic")


def test_the_remark_says_what_it_does_not_do():
    remark = make_strategy("botorch", MIXED, 1).status()["remark"]
    assert "no coincidence feature" in remark
    assert "recommendation" in remark


def test_a_fit_that_does_not_end_falls_back_on_the_priors(monkeypatch, caplog, botorch):
    def never(likelihood):
        raise botorch.exceptions.ModelFittingError("no start ended")

    monkeypatch.setattr(botorch, "fit_gpytorch_mll", never)
    strategy = run(make_strategy("botorch", MIXED, 1, snapped, n_initial=4), 5)
    assert boundary(strategy.ask()[0])
    assert "its priors decide" in caplog.text
