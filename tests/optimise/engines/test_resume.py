"""The record is the whole state: a resumed campaign proposes exactly what the uninterrupted one did."""

import json

import pytest

from example_engines.every_engine import (
    MIXED,
    every_engine,
    make_strategy,
    modelled,
    outcome,
    replay,
    run,
    snapped,
    tell,
    written_and_read,
)
from grainway.optimise import Proposal


def modelling(engine, seed):
    """Return an engine whose model, the composite one too, makes the next proposal."""
    return run(make_strategy(engine, MIXED, seed, n_initial=4), modelled(engine, 5))


@every_engine
def test_the_seed_and_the_outcomes_decide(engine):
    first, second, other = (modelling(engine, seed) for seed in (5, 5, 6))
    assert first.ask(2) == second.ask(2)
    assert first.ask() != other.ask()


@every_engine
def test_asking_for_two_is_asking_twice(engine):
    together, apart = (modelling(engine, 2) for _ in range(2))
    assert together.ask(2) == apart.ask() + apart.ask()


@every_engine
def test_asking_questions_in_between_changes_nothing(engine):
    quiet, curious = (modelling(engine, 2) for _ in range(2))
    curious.recommend()
    curious.status()
    curious.check()
    assert quiet.ask() == curious.ask()


@every_engine
@pytest.mark.parametrize("features", [None, snapped], ids=["encoded", "features"])
def test_a_campaign_resumed_at_any_moment_goes_on_as_the_uninterrupted_one(engine, features):
    """Two run beside each other, one fails, and the process dies before every proposal in turn."""
    whole = make_strategy(engine, MIXED, 11, features, n_initial=3)
    asked, told, running, moments = [], [], [], []
    for number in range(modelled(engine, 5) + 3):
        moments.append((list(asked), list(told), json.dumps(whole.status())))
        asked += whole.ask(1, pending=running)
        running.append(asked[-1])
        if len(running) == 2:
            # the later one ends first, now and then
            ended = running.pop(number % 2)
            told.append((ended.id, None if number == 3 else outcome(ended)))
            replay(whole, told[-1:])
    for (before, log, status), proposal in zip(moments, asked, strict=True):
        restored = make_strategy(engine, MIXED, 11, features, n_initial=3)
        restored.restore(written_and_read(before))
        replay(restored, json.loads(json.dumps(log)))
        assert json.dumps(restored.status()) == status
        assert restored.ask() == [proposal]


@every_engine
def test_naming_the_running_points_by_id_or_not_at_all_is_the_same(engine):
    strategies = [run(make_strategy(engine, MIXED, 7, n_initial=4), modelled(engine, 4)) for _ in range(3)]
    running = [strategy.ask(2) for strategy in strategies]
    listed = [running[0], [p.id for p in running[1]], []]
    first, *others = [s.ask(1, pending=p) for s, p in zip(strategies, listed, strict=True)]
    assert others == [first, first]


@every_engine
def test_the_order_in_which_outcomes_arrive_does_not_matter(engine):
    number = modelled(engine, 6)
    straight, reversed_ = (make_strategy(engine, MIXED, 4, n_initial=number) for _ in range(2))
    proposals = straight.ask(number)
    reversed_.ask(number)
    tell(straight, proposals)
    tell(reversed_, proposals[::-1])
    assert straight.ask() == reversed_.ask()
    assert straight.recommend() == reversed_.recommend()


@every_engine
def test_a_replicate_is_part_of_the_record(engine):
    number = modelled(engine, 4)
    whole, resumed = (run(make_strategy(engine, MIXED, 3, n_initial=3), number) for _ in range(2))
    again = whole.replicate("p0002").id
    whole.tell(again, 1.5, 0.1)
    resumed.restore([Proposal(again, whole.record.get("p0002").values)])
    resumed.tell(again, 1.5, 0.1)
    assert resumed.ask() == whole.ask()
