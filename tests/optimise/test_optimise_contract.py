"""What every engine owes a campaign; one suite for all of them."""

import json
import math

import numpy as np
import pytest

from grainway.design_space import Categorical, Continuous, DesignSpace, Integer
from grainway.errors import ConfigError, StructureError
from grainway.optimise import Proposal, Strategy, make_strategy

ENGINES = ("grainway", "skopt", pytest.param("botorch", marks=pytest.mark.botorch), "sobol", "random")
MIXED = DesignSpace(
    (Continuous("angle_deg", 5.0, 85.0), Integer("layers", 1, 5), Categorical("axis", ("001", "110", "111")))
)
SMOOTH = DesignSpace((Continuous("x", -2.0, 3.0), Continuous("y", 0.0, 1e-3)))
TINY = DesignSpace((Categorical("axis", ("001", "110", "111")), Integer("layers", 1, 2)))
SPACES = {"mixed": MIXED, "smooth": SMOOTH, "tiny": TINY}

every_engine = pytest.mark.parametrize("engine", ENGINES)


def outcome(proposal):
    """A deterministic objective with its error; the first axis fails at high layers."""
    units = [hash_free(v) for v in proposal.values.values()]
    noise = np.random.default_rng(int(proposal.id[1:])).standard_normal()
    return 2.0 + sum(math.cos(3.0 * u) for u in units) + 0.1 * noise, 0.1


def hash_free(value):
    return float(sum(map(ord, value))) / 50.0 if isinstance(value, str) else float(value) / 10.0


def tell(strategy, proposals):
    for proposal in proposals:
        strategy.tell(proposal.id, *outcome(proposal))


def run(strategy, n):
    for _ in range(n):
        tell(strategy, strategy.ask())
    return strategy


def separation(space, a, b):
    """Largest difference over the parameters as a fraction of the range; 1 between choices."""
    return max(
        float(a[p.name] != b[p.name])
        if isinstance(p, Categorical)
        else abs(p.to_unit(a[p.name]) - p.to_unit(b[p.name]))
        for p in space.parameters
    )


@every_engine
def test_it_is_a_strategy(engine):
    assert isinstance(make_strategy(engine, MIXED, 0), Strategy)


@every_engine
@pytest.mark.parametrize("space", list(SPACES))
def test_proposals_are_points_of_the_space_in_python_types(engine, space):
    strategy = make_strategy(engine, SPACES[space], 3, n_initial=4)
    for number in range(6):
        (proposal,) = strategy.ask()
        assert proposal.id == f"p{number:04d}"
        assert SPACES[space].contains(proposal.values)
        assert all(type(value) in (float, int, str) for value in proposal.values.values())
        assert list(proposal.values) == list(SPACES[space].names)
        assert Proposal.from_dict(json.loads(json.dumps(proposal.to_dict()))) == proposal
        tell(strategy, [proposal])


@every_engine
def test_the_seed_and_the_outcomes_decide(engine):
    first, second, other = (run(make_strategy(engine, MIXED, seed, n_initial=4), 5) for seed in (5, 5, 6))
    assert first.ask(2) == second.ask(2)
    assert first.ask() != other.ask()


@every_engine
def test_asking_for_two_is_asking_twice(engine):
    together, apart = (run(make_strategy(engine, MIXED, 2, n_initial=4), 5) for _ in range(2))
    assert together.ask(2) == apart.ask() + apart.ask()


@every_engine
def test_asking_questions_in_between_changes_nothing(engine):
    quiet, curious = (run(make_strategy(engine, MIXED, 2, n_initial=4), 5) for _ in range(2))
    curious.recommend()
    curious.status()
    curious.check()
    assert quiet.ask() == curious.ask()


@every_engine
def test_a_restored_campaign_goes_on_as_the_uninterrupted_one(engine):
    """Two run beside each other, one fails, and the process dies at every point in turn."""
    whole = make_strategy(engine, MIXED, 11, n_initial=4)
    log, running = [], []
    for number in range(8):
        running += whole.ask(1, pending=running)
        if len(running) == 2:
            # the later one ends first, now and then
            proposal = running.pop(number % 2)
            log.append((proposal.id, None if number == 3 else outcome(proposal)))
            replay(whole, log[-1:])
        asked = [Proposal.from_dict(json.loads(json.dumps(p.to_dict()))) for p in whole.record.proposals]
        if number in (1, 4, 6, 7):
            restored = make_strategy(engine, MIXED, 11, n_initial=4)
            restored.restore(asked)
            replay(restored, log)
            twin = make_strategy(engine, MIXED, 11, n_initial=4)
            twin.restore(asked)
            replay(twin, log)
            assert restored.status() == whole.status()
            if number == 7:
                assert restored.ask(2, pending=running) == whole.ask(2, pending=[p.id for p in running])
            else:
                assert restored.ask() == twin.ask()


def replay(strategy, log):
    for proposal_id, told in log:
        if told is None:
            strategy.tell_failed(proposal_id, "atoms lost")
        else:
            strategy.tell(proposal_id, *told)


@every_engine
def test_the_order_in_which_outcomes_arrive_does_not_matter(engine):
    straight, reversed_ = (make_strategy(engine, MIXED, 4, n_initial=6) for _ in range(2))
    proposals = straight.ask(6)
    reversed_.ask(6)
    tell(straight, proposals)
    tell(reversed_, proposals[::-1])
    assert straight.ask() == reversed_.ask()
    assert straight.recommend() == reversed_.recommend()


@every_engine
@pytest.mark.parametrize("space", list(SPACES))
def test_no_two_running_points_are_the_same(engine, space):
    strategy = run(make_strategy(engine, SPACES[space], 1, n_initial=4), 4)
    running = strategy.ask(3) + strategy.ask(2)
    assert len({tuple(p.values.items()) for p in running}) == 5


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
    assert status["engine"] == engine
    assert (status["n_asked"], status["n_evaluated"], status["n_pending"]) == (5, 4, 1)
    assert status["phase"] == "model"
