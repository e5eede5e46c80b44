"""A run that goes on keeps its build: what that is worth beside a replicate or a new point."""

import math
from dataclasses import replace

import numpy as np
import pytest

from example_engines.every_engine import (
    MIXED,
    SPACES,
    every_engine,
    make_strategy,
    outcome,
    tell,
    written_and_read,
)
from grainway.design_space import Categorical, Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import ConvergenceSettings, Proposal
from grainway.optimise.engines.grainway_engine import Costs
from grainway.optimise.evaluation_record import ToldEvaluation
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.shared_builds import OWN_BUILD
from grainway.optimise.gp.surrogate import condition, fit_surrogate
from grainway.optimise.points.model_inputs import ModelInputs
from grainway.optimise.propose.acquisition import KnowledgeGradient

INPUTS = ModelInputs(DesignSpace((Continuous("x", 0.0, 1.0),)))
X = (0.1, 0.35, 0.35, 0.35, 0.6, 0.9)
BUILDS = np.array([0, 1, 2, 1, 3, 4])
SE = np.array([0.2, 0.15, 0.3, 0.25, 0.1, 0.2])


def at(*xs):
    return INPUTS.points([{"x": float(x)} for x in xs])


def surrogate(jitter, builds=BUILDS):
    """Six evaluations of five builds, one of them with two runs, and a jitter that is given."""
    y = np.array([0.5, -0.25, 0.1, -0.15, 0.0, 0.7])
    fitted = fit_surrogate(at(*X), y, SE, INPUTS.groups, builds=builds)
    theta = fitted.theta.copy()
    theta[fitted.covariance.layout.jitter] = math.log(jitter / fitted.scale)
    return condition(at(*X), y, SE, fitted.covariance, theta, fitted.level, fitted.scale, builds)


def joint(model, *xs):
    """Mean and covariance of (f at the points, b of every build) given the evaluations, by inversion."""
    tau, n, n_builds = model.jitter, len(xs), BUILDS.max() + 1
    everywhere = at(*xs, *X)
    prior = model.scale**2 * model.covariance.matrix(model.theta, everywhere, everywhere)
    belongs = np.eye(n_builds)[BUILDS]
    told = prior[n:, n:] + tau**2 * belongs @ belongs.T + np.diag(SE**2)
    unknown = np.zeros((n + n_builds, n + n_builds))
    unknown[:n, :n], unknown[n:, n:] = prior[:n, :n], tau**2 * np.eye(n_builds)
    cross = np.hstack([prior[n:, :n], tau**2 * belongs])
    gain = np.linalg.solve(told, cross).T
    return np.r_[np.full(n, model.level), np.zeros(n_builds)] + gain @ (model.y - model.level), (
        unknown - gain @ cross
    )


@pytest.mark.parametrize("jitter", [0.02, 0.2, 1.0])
def test_predictions_know_which_runs_share_a_build(jitter):
    model = surrogate(jitter)
    mean, covariance = joint(model, 0.35, 0.5)
    assert model.predict(at(0.35, 0.5))[0] == pytest.approx(mean[:2], abs=1e-6)
    assert model.joint(at(0.35, 0.5))[1] == pytest.approx(covariance[:2, :2], abs=1e-6)


@pytest.mark.parametrize("jitter", [0.02, 0.2, 1.0])
@pytest.mark.parametrize(
    "running", [(), (3,), (OWN_BUILD,)], ids=["none running", "a longer run", "a new build"]
)
def test_going_on_is_worth_what_updating_gives(jitter, running):
    """Draw the value that the longer run of a build will give, condition f at all points on it."""
    model = surrogate(jitter)
    se = 0.2
    known = (0.1, 0.35, 0.6, 0.9)
    told = KnowledgeGradient(
        Mixture.alone(model),
        at(*known),
        at(*[0.6] * len(running)),
        math.hypot(se, jitter),
        np.array(running, dtype=np.intp),
    ).of_continued(at(0.1, 0.35, 0.35, 0.9), np.array([0, 1, 2, 4]))
    mean, covariance = joint(model, *known)

    # a run sees f plus b of its build; one with a new build sees f alone, with b among its noise
    def seen(place, build):
        row = np.zeros(len(mean))
        row[place] = 1.0
        if build != OWN_BUILD:
            row[4 + build] = 1.0
        return row, se**2 + (0.0 if build != OWN_BUILD else jitter**2)

    for build in running:
        row, noise = seen(2, build)
        k = covariance @ row
        covariance = covariance - np.outer(k, k) / (row @ k + noise)
    z = np.random.default_rng(0).standard_normal(200_000)
    for i, (place, build) in enumerate([(0, 0), (1, 1), (1, 2), (3, 4)]):
        row, noise = seen(place, build)
        k = covariance @ row
        updated = mean[:4, None] + k[:4, None] / math.sqrt(row @ k + noise) * z
        assert told[i] == pytest.approx(mean[:4].min() - updated.min(axis=0).mean(), abs=2e-3)


def test_where_builds_do_not_differ_going_on_is_a_replicate_and_where_they_do_it_is_worth_less():
    for jitter, share in ((1e-5, pytest.approx(1.0, rel=1e-3)), (0.3, None)):
        model = Mixture.alone(surrogate(jitter))
        gradient = KnowledgeGradient(model, at(*sorted({*X})), at(), math.hypot(0.2, jitter))
        longer = gradient.of_continued(at(0.35, 0.6), np.array([1, 3]))
        replicate = gradient(at(0.35, 0.6))
        if share is None:
            assert (longer < 0.8 * replicate).all()
        else:
            assert longer / replicate == share


def test_a_run_that_goes_on_for_ever_never_gets_below_the_jitter():
    """100 runs of one build against 100 builds: the error of the mean is τ, and τ/10."""
    tau, n = 0.3, 100
    model = surrogate(tau)
    y, se = np.zeros(n), np.full(n, 0.05)
    sds = []
    for builds in (np.zeros(n, dtype=np.intp), np.arange(n)):
        many = condition(at(*[0.4] * n), y, se, model.covariance, model.theta, 0.0, model.scale, builds)
        sds.append(float(many.predict(at(0.4))[1][0]))
    prior = model.scale * math.sqrt(float(model.covariance.diagonal(model.theta, at(0.4))[0]))
    for sd, noise in zip(sds, (tau**2 + 0.05**2 / n, (tau**2 + 0.05**2) / n), strict=True):
        assert sd == pytest.approx(math.sqrt(1.0 / (1.0 / prior**2 + 1.0 / noise)), rel=1e-4)


LIST = DesignSpace((Categorical("axis", ("a", "b", "c", "d", "e")),))
LEVEL = {"a": 0.0, "b": 0.02, "c": 2.0, "d": 2.1, "e": 1.9}


def contenders(scatter, se, cost, continuation_cost, engine="grainway"):
    """Two good boundaries that are not told apart, each with four builds that scatter, and bad ones."""
    strategy = make_strategy(engine, LIST, 0, n_initial=5)
    first = strategy.ask(5)
    proposals = [*first]
    for proposal in first:
        strategy.tell(proposal.id, LEVEL[proposal.values["axis"]], 0.05, cost=cost)
    z = np.array([-1.2, 0.4, 1.1, -0.3])
    for name in "ab":
        source = next(p for p in first if p.values["axis"] == name)
        for shift in z:
            again = strategy.replicate(source.id)
            proposals.append(again)
            y = LEVEL[name] + scatter * float(shift)
            strategy.tell(again.id, y, se, cost=cost, continuation_cost=continuation_cost)
    return strategy, proposals


def test_a_cheap_longer_run_is_chosen_where_runs_err_more_than_builds_differ():
    strategy, proposals = contenders(scatter=0.1, se=0.4, cost=100.0, continuation_cost=20.0)
    (proposal,) = strategy.ask()
    assert proposal.continues in {p.id for p in proposals[5:]}
    assert proposal.values == strategy.record.get(proposal.continues).values
    # what it is chosen for is the cost alone
    strategy, _ = contenders(scatter=0.1, se=0.4, cost=100.0, continuation_cost=100.0)
    assert not strategy.ask()[0].continues


def test_a_new_build_is_chosen_where_builds_differ_by_more_than_the_runs_err():
    strategy, _ = contenders(scatter=0.5, se=0.02, cost=100.0, continuation_cost=20.0)
    (proposal,) = strategy.ask()
    assert not proposal.continues
    assert proposal.values["axis"] in ("a", "b")


@pytest.mark.parametrize("cost", [None, 0.0])
def test_without_costs_the_gain_alone_decides(cost):
    strategy, _ = contenders(scatter=0.1, se=0.4, cost=cost, continuation_cost=1e-3)
    plain, _ = contenders(scatter=0.1, se=0.4, cost=cost, continuation_cost=None)
    assert strategy.ask()[0] == plain.ask()[0]


def test_costs_change_nothing_while_no_run_can_go_on():
    asked = [contenders(0.1, 0.4, cost, None)[0].ask()[0] for cost in (None, 1.0, 1e6)]
    assert asked[0] == asked[1] == asked[2]


def test_a_new_point_costs_the_median_of_builds_and_a_replicate_what_its_point_did():
    def row(number, x, cost, continues=""):
        return ToldEvaluation(Proposal(f"p{number}", {"x": x}, continues), number, 0.0, 0.1, {}, cost, 5.0)

    rows = [
        row(0, 0.1, 10.0),
        row(1, 0.1, 20.0),
        row(2, 0.5, 100.0),
        row(3, 0.5, 1.0, "p2"),
        row(4, 0.9, None),
    ]
    costs = Costs.of(rows)
    assert costs.new == 20.0
    assert [costs.again({"x": x}) for x in (0.1, 0.5, 0.9)] == [15.0, 100.0, 20.0]
    assert costs.longer(rows[2]) == 5.0
    nothing = Costs.of([replace(r, cost=None) for r in rows])
    assert nothing.new == nothing.again({"x": 0.1}) == nothing.longer(rows[2])


def test_a_run_goes_on_once_and_its_successor_after_it():
    strategy, _ = contenders(scatter=0.1, se=0.4, cost=100.0, continuation_cost=1.0)
    (first,) = strategy.ask()
    origin = first.continues
    # while it runs nothing else is done at its point
    (beside,) = strategy.ask()
    assert beside.values != first.values
    strategy.tell(beside.id, LEVEL[beside.values["axis"]], 0.4, cost=1.0)
    strategy.tell(first.id, LEVEL[first.values["axis"]], 0.4, cost=1.0, continuation_cost=1.0)
    chosen = set()
    for _ in range(12):
        (proposal,) = strategy.ask()
        chosen.add(proposal.continues)
        strategy.tell(proposal.id, LEVEL[proposal.values["axis"]], 0.4, cost=1.0, continuation_cost=1.0)
    continued = [p.continues for p in strategy.record.proposals if p.continues]
    assert len(set(continued)) == len(continued)
    assert origin not in chosen
    assert strategy.record.build(first) == strategy.record.build(strategy.record.get(origin))


def test_a_failed_longer_run_takes_nothing_from_its_point_and_is_not_tried_again():
    strategy, _ = contenders(scatter=0.1, se=0.4, cost=100.0, continuation_cost=20.0)
    before = strategy.recommend()
    (proposal,) = strategy.ask()
    assert proposal.continues
    strategy.tell_failed(proposal.id, "atoms lost")
    assert strategy.recommend() == before
    units = LIST.to_units([proposal.values])
    assert not strategy.failure_model().tabu(units).any()
    assert strategy.failure_model().success_probability(units) == pytest.approx(1.0)
    asked = strategy.ask(3)
    assert proposal.continues not in {p.continues for p in asked}


def with_longer_runs(engine, space=MIXED):
    """Four evaluations, and two runs that went on, of which one failed; in an engine of any kind."""
    strategy = make_strategy(engine, space, 1, n_initial=4)
    tell(strategy, strategy.ask(4))
    longer = [Proposal(f"p{4 + i:04d}", strategy.record.get(f"p{i:04d}").values, f"p{i:04d}") for i in (0, 1)]
    strategy.restore(longer)
    strategy.tell(longer[0].id, outcome(longer[0])[0], 0.1, cost=2.0, continuation_cost=2.0)
    strategy.tell_failed(longer[1].id, "atoms lost")
    return strategy


@every_engine
@pytest.mark.parametrize("space", list(SPACES))
def test_every_engine_takes_longer_runs_and_only_the_default_one_proposes_them(engine, space):
    strategy = with_longer_runs(engine, SPACES[space])
    for _ in range(2):
        (proposal,) = strategy.ask()
        assert SPACES[space].contains(proposal.values)
        if strategy.name != "grainway":
            assert not proposal.continues
        strategy.tell(proposal.id, *outcome(proposal), cost=2.0, continuation_cost=1.0)


@every_engine
def test_a_longer_run_is_no_replicate(engine):
    strategy = with_longer_runs(engine)
    best = strategy.recommend()
    assert best.n_evaluations == 5
    assert best.n_replicates == 1
    wanted = ConvergenceSettings(replicates=2)
    confirming = strategy.confirm(wanted)
    assert confirming.values == best.values
    assert not confirming.continues


@every_engine
def test_a_restored_strategy_knows_which_run_went_on(engine):
    strategy = with_longer_runs(engine)
    again = make_strategy(engine, MIXED, 1, n_initial=4)
    again.restore(written_and_read(strategy.record.proposals))
    assert again.record.proposals == strategy.record.proposals
    for row in strategy.record.evaluations:
        again.tell(row.proposal.id, row.y, row.se, row.aux, row.cost, row.continuation_cost)
    for row in strategy.record.failures:
        again.tell_failed(row.proposal.id, row.reason)
    assert again.recommend() == strategy.recommend()
    assert again.ask(2) == strategy.ask(2)


@every_engine
def test_what_makes_no_sense_is_refused(engine):
    strategy = make_strategy(engine, MIXED, 1)
    first, second = strategy.ask(2)
    for bad in (0.0, -1.0, math.inf):
        with pytest.raises(ConfigError, match="continuation_cost"):
            strategy.tell(first.id, 1.0, 0.1, cost=1.0, continuation_cost=bad)
    for unknown in ("p0002", "p0009"):
        with pytest.raises(ConfigError, match=unknown):
            strategy.restore([Proposal("p0002", second.values, unknown)])
    assert strategy.record.n_asked == 2


def test_a_proposal_written_before_runs_could_go_on_is_read_and_written_as_it_was():
    record = {"id": "p0003", "values": {"x": 0.5}}
    assert Proposal.from_dict(record) == Proposal("p0003", {"x": 0.5}, "")
    assert Proposal.from_dict(record).to_dict() == record
