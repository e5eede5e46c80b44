"""scikit-optimize behind the seam: what it is told, and what is kept from it."""

import pytest
import skopt

from example_engines.every_engine import MIXED, outcome
from grainway.optimise import make_strategy


def test_it_says_that_it_ignores_the_errors():
    assert "ignores the standard error" in make_strategy("skopt", MIXED, 1).status()["remark"]


def test_no_failed_point_is_told_and_a_running_one_has_no_value_of_its_own(monkeypatch):
    """A running point enters one dropped copy with the mean of the outcomes, and the record never."""
    calls = []
    tell = skopt.Optimizer.tell

    def recorded(self, x, y, *args, **kwargs):
        calls.append((list(x), list(y)))
        return tell(self, x, y, *args, **kwargs)

    monkeypatch.setattr(skopt.Optimizer, "tell", recorded)
    strategy = make_strategy("skopt", MIXED, 9, n_initial=5)
    evaluated, failed, running = [], [], []
    for proposal in strategy.ask(5):
        (evaluated if proposal.id in ("p0000", "p0001", "p0003") else failed).append(proposal)
    for proposal in evaluated:
        strategy.tell(proposal.id, *outcome(proposal))
    for proposal in failed:
        strategy.tell_failed(proposal.id, "unstable")
    # the two that failed are made up, and stay running
    running = strategy.ask(2)
    assert not calls
    before = strategy.status()["model"]
    strategy.ask()
    ((points, values),) = calls
    n = len(evaluated)
    assert points[:n] == [strategy._to_skopt(p.values) for p in evaluated]
    assert values[:n] == [outcome(p)[0] for p in evaluated]
    assert points[n:] == [strategy._to_skopt(p.values) for p in running]
    assert values[n:] == [pytest.approx(sum(values[:n]) / n)] * len(running)
    assert not [p for p in failed if strategy._to_skopt(p.values) in points]
    # nothing of it stays
    assert not [v for v in vars(strategy).values() if isinstance(v, skopt.Optimizer)]
    assert [row.proposal for row in strategy.record.evaluations] == evaluated
    assert strategy.status()["model"] == before
