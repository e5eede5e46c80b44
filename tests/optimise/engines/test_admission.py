"""Which points no engine may propose: running, failed and unbuildable ones, and much the same again."""

import json
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_engines.every_engine import (
    MIXED,
    SMOOTH,
    SPACES,
    TINY,
    boundary,
    design_spaces,
    every_engine,
    make_strategy,
    outcome,
    run,
    separation,
    snapped,
    tell,
)
from grainway.design_space import Categorical, Continuous, DesignSpace
from grainway.errors import ConfigError, StructureError
from grainway.optimise import Proposal
from grainway.optimise.points.candidates import Admission
from grainway.optimise.points.failure_model import FailureModel
from grainway.optimise.points.model_inputs import ModelInputs

TILT = DesignSpace((Continuous("angle_deg", 5.0, 85.0),))


@every_engine
@pytest.mark.parametrize("space", list(SPACES))
def test_no_two_running_points_are_the_same(engine, space):
    strategy = run(make_strategy(engine, SPACES[space], 1, n_initial=4), 4)
    running = strategy.ask(3) + strategy.ask(2)
    assert len({tuple(p.values.items()) for p in running}) == 5


@every_engine
def test_no_two_running_points_are_much_the_same(engine):
    """The objective falls towards one corner, where a model that forgets what is running sends them all."""
    strategy = make_strategy(engine, SMOOTH, 1, n_initial=8)
    for _ in range(8):
        (proposal,) = strategy.ask()
        strategy.tell(proposal.id, proposal.values["x"], 0.02)
    running = [proposal.values for proposal in strategy.ask(4)]
    assert all(separation(SMOOTH, a, b) > 0.01 for a, b in combinations(running, 2))


def test_a_point_close_to_a_running_one_is_kept_for_when_nothing_else_is_left():
    """Close in what the surrogate sees: half a degree is another boundary where another Σ says so."""
    x, near, apart = ({"angle_deg": a} for a in (36.0, 36.5, 40.0))
    nothing = FailureModel(TILT, failed=np.zeros((0, 1)), succeeded=np.zeros((0, 1)))
    encoded = Admission(ModelInputs(TILT), nothing, [x])
    assert encoded.filter([near, apart]) == encoded.fresh([near, apart]) == [apart]
    assert encoded.fresh([near]) == []
    assert encoded.filter([x, near]) == [near]
    assert encoded.first(iter([[near], [x], [apart]])) == apart
    assert encoded.first(iter([[x], [near]])) == near

    def features(values):
        return {"angle_deg": values["angle_deg"], "sigma": 5.0 if values["angle_deg"] > 36.2 else 65.0}

    informed = Admission(ModelInputs(TILT, features), nothing, [x])
    assert informed.fresh([near, apart]) == [near, apart]


@every_engine
def test_running_points_snap_to_different_boundaries_while_there_are_any(engine):
    def features(values):
        return {"angle_deg": 20.0 * round(values["angle_deg"] / 20.0)}

    strategy = make_strategy(engine, TILT, 2, features, n_initial=5)
    for _ in range(2):
        batch = strategy.ask(5)
        assert {features(p.values)["angle_deg"] for p in batch} == {0.0, 20.0, 40.0, 60.0, 80.0}
        tell(strategy, batch)
    # a sixth has to snap to the boundary of another, under another angle
    angles = {proposal.values["angle_deg"] for proposal in strategy.ask(5) + strategy.ask()}
    assert len(angles) == 6


@every_engine
def test_a_listed_point_of_another_process_is_avoided(engine):
    strategy = run(make_strategy(engine, TINY, 1, n_initial=4), 4)
    points = [{"axis": axis, "layers": n} for axis in ("001", "110", "111") for n in (1, 2)]
    elsewhere = [Proposal(f"q{i}", values) for i, values in enumerate(points[:-1])]
    assert strategy.ask(1, pending=elsewhere)[0].values == points[-1]


@every_engine
def test_a_failed_point_and_its_surroundings_are_not_proposed_again(engine):
    strategy = make_strategy(engine, SMOOTH, 8, n_initial=4)
    failed = []
    for number in range(12):
        (proposal,) = strategy.ask()
        assert all(separation(SMOOTH, proposal.values, f) > 0.05 for f in failed)
        if number % 2:
            strategy.tell_failed(proposal.id, "unstable")
            failed.append(proposal.values)
        else:
            # the objective falls towards the failures, the case that tempts a model to go back
            strategy.tell(proposal.id, proposal.values["x"], 0.05)
    assert len(failed) == 6


@every_engine
def test_every_point_but_two_fails_and_the_two_are_left(engine):
    strategy = make_strategy(engine, TINY, 5, n_initial=4)
    good = [{"axis": "110", "layers": 1}, {"axis": "111", "layers": 2}]
    failed = []
    while len(failed) < 4:
        (proposal,) = strategy.ask()
        assert proposal.values not in failed
        if proposal.values in good:
            strategy.tell(proposal.id, 1.0, 0.1)
        else:
            strategy.tell_failed(proposal.id, "unstable")
            failed.append(proposal.values)
    assert sorted((p.values for p in strategy.ask(2)), key=good.index) == good
    with pytest.raises(ConfigError, match="neither pending nor failed"):
        strategy.ask()


@every_engine
def test_a_failed_boundary_is_not_proposed_under_another_name(engine):
    strategy = make_strategy(engine, MIXED, 3, snapped, n_initial=4)
    failed = set()
    for number in range(10):
        (proposal,) = strategy.ask()
        assert boundary(proposal) not in failed
        if number in (1, 4, 5, 7):
            strategy.tell_failed(proposal.id, "unstable")
            failed.add(boundary(proposal))
        else:
            tell(strategy, [proposal])
    assert len(failed) == 4


@every_engine
def test_failed_points_of_the_initial_design_are_made_up(engine):
    strategy = make_strategy(engine, MIXED, 0, n_initial=4)
    for proposal in strategy.ask(4):
        strategy.tell_failed(proposal.id, "no space left")
    assert strategy.status()["phase"] == "initial design"
    assert len(strategy.ask(4)) == 4


@every_engine
def test_a_space_without_points_left_says_so(engine):
    strategy = run(make_strategy(engine, TINY, 1, n_initial=4), 4)
    strategy.ask(6)
    with pytest.raises(ConfigError, match="neither pending nor failed"):
        strategy.ask()


@every_engine
def test_points_that_cannot_be_built_are_not_proposed(engine):
    def features(values):
        if values["angle_deg"] < 60.0:
            raise StructureError("no boundary below 60°")
        return {"angle_deg": values["angle_deg"], "layers": values["layers"]}

    strategy = make_strategy(engine, MIXED, 1, features, n_initial=4)
    for _ in range(6):
        (proposal,) = strategy.ask()
        assert proposal.values["angle_deg"] >= 60.0
        tell(strategy, [proposal])


@every_engine
def test_a_gap_in_what_can_be_built_is_left_out_beside_running_and_failed_points(engine):
    """Another process runs a point that this one holds for unbuildable, which is no reason to stop."""
    strategy = make_strategy(engine, MIXED, 6, snapped, n_initial=4)
    elsewhere = Proposal("q0", {"angle_deg": 35.0, "layers": 2, "axis": "001"})
    for number in range(4):
        first, second = strategy.ask(2, pending=[elsewhere])
        assert boundary(first) != boundary(second)
        assert not {snapped(p.values)["angle_deg"] for p in (first, second)} & {30.0, 40.0}
        tell(strategy, [second])
        if number % 2:
            strategy.tell_failed(first.id, "unstable")


def every_point(space):
    """All points of a finite space, None for one with a continuous parameter."""
    if any(isinstance(p, Continuous) for p in space.parameters):
        return None
    ranges = [p.choices if isinstance(p, Categorical) else range(p.low, p.high + 1) for p in space.parameters]
    return [dict(zip(space.names, values, strict=True)) for values in product(*ranges)]


@every_engine
@settings(max_examples=6)
@given(
    design_spaces,
    st.integers(0, 2**32),
    st.lists(st.sampled_from(["told", "failed", "running"]), min_size=7, max_size=7),
)
def test_in_any_space_every_proposal_is_an_admissible_point_of_it(engine, space, seed, fates):
    strategy = make_strategy(engine, space, seed, n_initial=2)
    failed, running = [], []
    for fate in fates:
        try:
            (proposal,) = strategy.ask()
        except ConfigError:
            points = every_point(space)
            assert points is not None
            left = [v for v in points if v not in running]
            assert all(any(separation(space, v, f) <= 0.05 + 1e-9 for f in failed) for v in left)
            break
        assert space.contains(proposal.values)
        assert proposal.values not in running
        assert all(separation(space, proposal.values, f) > 0.05 - 1e-9 for f in failed)
        assert Proposal.from_dict(json.loads(json.dumps(proposal.to_dict()))) == proposal
        if fate == "failed":
            strategy.tell_failed(proposal.id, "unstable")
            failed.append(proposal.values)
        elif fate == "told":
            strategy.tell(proposal.id, *outcome(proposal))
        else:
            running.append(proposal.values)
