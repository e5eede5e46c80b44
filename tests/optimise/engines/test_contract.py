"""What every engine owes a campaign; one suite for all of them."""

import json
import math

import numpy as np
import pytest

from example_engines.every_engine import (
    MIXED,
    SPACES,
    every_engine,
    every_engine_with_a_failure_model,
    every_learning_engine,
    make_strategy,
    modelled,
    run,
    tell,
    written_and_read,
)
from grainway.design_space import Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import ConvergenceSettings, Proposal, Strategy


@every_engine
def test_it_is_a_strategy(engine):
    assert isinstance(make_strategy(engine, MIXED, 0), Strategy)


@every_engine
@pytest.mark.parametrize("space", list(SPACES))
def test_proposals_are_points_of_the_space_in_python_types(engine, space):
    strategy = make_strategy(engine, SPACES[space], 3, n_initial=4)
    for number in range(modelled(engine, 4) + 2):
        (proposal,) = strategy.ask()
        assert proposal.id == f"p{number:04d}"
        assert SPACES[space].contains(proposal.values)
        assert all(type(value) in (float, int, str) for value in proposal.values.values())
        assert list(proposal.values) == list(SPACES[space].names)
        assert written_and_read([proposal]) == [proposal]
        tell(strategy, [proposal])


@every_engine
def test_bad_outcomes_are_refused_and_leave_no_trace(engine):
    strategy = make_strategy(engine, MIXED, 1)
    first, second = strategy.ask(2)
    strategy.tell(first.id, 1.0, 0.1)
    strategy.tell_failed(second.id, "crashed")
    (third,) = strategy.ask()
    before = strategy.status()
    for bad, field in (
        (lambda: strategy.tell("p0099", 1.0, 0.1), "p0099"),
        (lambda: strategy.tell(third.id, math.nan, 0.1), "y = nan"),
        (lambda: strategy.tell(third.id, math.inf, 0.1), "y = inf"),
        (lambda: strategy.tell(third.id, 1.0, -0.1), "se = -0.1"),
        (lambda: strategy.tell(third.id, 1.0, math.nan), "se = nan"),
        (lambda: strategy.tell(third.id, 1.0, 0.1, aux={"LER": math.nan}), "LER"),
        (lambda: strategy.tell(third.id, 1.0, 0.1, cost=-1.0), "cost"),
        (lambda: strategy.tell(first.id, 1.0, 0.1), "told"),
        (lambda: strategy.tell(second.id, 1.0, 0.1), "failed"),
        (lambda: strategy.tell_failed(first.id, "late"), "told"),
        (lambda: strategy.ask(0), "q = 0"),
        (lambda: strategy.ask(1, pending=["p0099"]), "p0099"),
        (lambda: strategy.restore([Proposal("p0007", third.values)]), "p0003"),
        (lambda: strategy.restore([Proposal("p0003", {"layers": 1})]), "angle_deg"),
    ):
        with pytest.raises(ConfigError, match=field):
            bad()
    assert strategy.status() == before
    strategy.tell(third.id, 1.0, 0.1, aux={"LER": 1.2}, cost=3600.0)


@every_engine
def test_a_replicate_is_a_new_proposal_at_an_evaluated_point(engine):
    strategy = make_strategy(engine, MIXED, 1)
    (first,) = strategy.ask()
    with pytest.raises(ConfigError, match=first.id):
        strategy.replicate(first.id)
    strategy.tell(first.id, 1.0, 0.1)
    again = strategy.replicate(first.id)
    assert again == Proposal("p0001", first.values)
    strategy.tell(again.id, 1.1, 0.1)
    assert strategy.recommend().n_replicates == 2
    assert strategy.recommend().id == first.id


@every_engine
def test_the_recommendation_is_not_the_luckiest_value(engine):
    """One wild, very uncertain low value beside three consistent ones at another point."""
    strategy = make_strategy(engine, MIXED, 1)
    good, lucky, bad = strategy.ask(3)
    strategy.tell(good.id, 1.0, 0.02)
    strategy.tell(lucky.id, 0.6, 3.0)
    strategy.tell(bad.id, 2.0, 0.02)
    best = strategy.recommend()
    assert best.id == good.id
    assert best.interval[0] < best.mean < best.interval[1]
    assert best.mean == pytest.approx(1.0, abs=0.1)
    assert best.n_evaluations == 3


@every_engine
def test_nothing_is_recommended_before_the_first_outcome(engine):
    strategy = make_strategy(engine, MIXED, 1)
    strategy.ask()
    with pytest.raises(ConfigError, match="Tell an outcome first"):
        strategy.recommend()


@every_engine
def test_the_status_is_json_and_names_the_engine(engine):
    strategy = run(make_strategy(engine, MIXED, 1, n_initial=4), 4)
    strategy.ask()
    status = json.loads(json.dumps(strategy.status()))
    assert engine.startswith(status["engine"])
    assert (status["n_asked"], status["n_evaluated"], status["n_pending"]) == (5, 4, 1)
    assert status["phase"] == "model"


@every_engine
def test_confirming_asks_for_the_missing_runs_of_the_recommendation_and_counts_those_on_the_way(engine):
    strategy = run(make_strategy(engine, MIXED, 2, n_initial=4), 5)
    best = strategy.recommend()
    wanted = ConvergenceSettings(replicates=best.n_replicates + 2)
    asked = [strategy.confirm(wanted) for _ in range(3)]
    assert [p.values for p in asked[:2]] == [best.values] * 2
    assert asked[2] is None
    # a point that fails as often as it should succeed is given up
    failing = asked[:2]
    for number in range(wanted.replicates):
        strategy.tell_failed(failing[number].id, "atoms lost")
        failing += [p for p in [strategy.confirm(wanted)] if number >= 1 and p is not None]
    assert len(failing) == wanted.replicates
    assert strategy.confirm(wanted) is None


@every_learning_engine
def test_proposals_go_where_the_objective_is_low(engine):
    """A bowl: after ten evaluations a learning engine proposes below nine tenths of the space."""
    bowl = DesignSpace((Continuous("x", 0.0, 1.0), Continuous("y", 0.0, 1.0)))
    strategy = make_strategy(engine, bowl, 4, n_initial=6)
    heights = []
    for _ in range(16):
        (proposal,) = strategy.ask()
        heights.append(sum((v - 0.3) ** 2 for v in proposal.values.values()))
        strategy.tell(proposal.id, heights[-1], 0.01)
    # a disc of a tenth of the area: h = r² = 0.1/π
    assert sorted(heights[10:])[len(heights[10:]) // 2] < 0.1 / math.pi


@every_engine_with_a_failure_model
@pytest.mark.parametrize("seed", range(3))
def test_of_two_equal_minima_the_one_among_failures_is_left(engine, seed):
    """Failures say nothing about the objective, so only the probability of success tells the sides apart."""
    line = DesignSpace((Continuous("x", 0.0, 1.0),))
    strategy = make_strategy(engine, line, seed, n_initial=9)
    # the design is given: evaluations at mirror images and four failures on the right
    places = {0.5: 1.0, 0.1: 0.4, 0.9: 0.4, 0.35: 0.7, 0.65: 0.7}
    failures = (0.74, 0.79, 0.84, 0.96)
    strategy.restore([Proposal(f"p{i:04d}", {"x": x}) for i, x in enumerate((*places, *failures))])
    for i, y in enumerate(places.values()):
        strategy.tell(f"p{i:04d}", y, 0.02)
    for i in range(len(places), len(places) + len(failures)):
        strategy.tell_failed(f"p{i:04d}", "unstable")
    while strategy.status()["phase"] == "initial design":
        proposal = strategy.ask()[0]
        # on the same mirror-symmetric curve
        height = np.interp(abs(proposal.values["x"] - 0.5), [0.0, 0.15, 0.4], [1.0, 0.7, 0.4])
        strategy.tell(proposal.id, float(height), 0.02)
    assert strategy.ask()[0].values["x"] < 0.5
