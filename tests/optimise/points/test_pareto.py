"""Two objectives: the front, its area, and proposals that spread along it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.design_space import Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import make_strategy
from grainway.optimise.points.pareto import hypervolume, non_dominated, scalarised

LINE = DesignSpace((Continuous("x", 0.0, 1.0), Continuous("idle", 0.0, 1.0)))
tables = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=12)


def beats(a, b):
    return a[0] <= b[0] and a[1] <= b[1] and a != b


@given(tables)
def test_the_front_is_what_nothing_beats(table):
    kept = {table[i] for i in non_dominated(table)}
    assert kept == {row for row in table if not any(beats(other, row) for other in table)}


@given(tables)
def test_the_area_is_what_darts_find(table):
    """Against a fine grid of darts, each beaten or not."""
    ticks = (np.arange(60) + 0.5) / 60
    x, y = np.meshgrid(ticks, ticks)
    beaten = np.zeros_like(x, dtype=bool)
    for a, b in table:
        beaten |= (x > a) & (y > b)
    assert hypervolume(table, (1.0, 1.0)) == pytest.approx(beaten.mean(), abs=2.5 / 60)


@given(tables, st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_another_point_never_lessens_the_area(table, extra):
    assert hypervolume([*table, extra], (1.0, 1.0)) >= hypervolume(table, (1.0, 1.0)) - 1e-12


def test_the_inside_of_a_concave_front_is_the_minimum_for_some_weight():
    t = np.linspace(0.0, 1.0, 21)
    front = np.column_stack(
        [t, np.sqrt(1.0 - t**2)]
    )  # bulges away from the origin: a plain sum sees its ends only
    found = {
        int(np.argmin(scalarised(front, np.zeros_like(front), w)[0])) for w in np.linspace(0.0, 1.0, 401)
    }
    # but for where one objective costs less than the augmentation, next to the flat end
    assert set(range(7, 21)) | {0} <= found


def test_the_error_is_that_of_samples():
    rng = np.random.default_rng(0)
    values = np.array([[0.0, 1.0], [0.2, 0.5], [1.0, 0.0], [0.7, 0.4]])
    errors = np.full_like(values, 0.01)
    _, stated = scalarised(values, errors, 0.4)
    low, span = values.min(axis=0), np.ptp(values, axis=0)
    w = np.array([0.4, 0.6])
    z = w * (values + errors * rng.standard_normal((100_000, 4, 2)) - low) / span
    sums = z.max(axis=2) + 0.05 * z.sum(axis=2)
    assert stated == pytest.approx(sums.std(axis=0), rel=0.02)


def told(strategy, n):
    rng = np.random.default_rng(3)
    for _ in range(n):
        (proposal,) = strategy.ask()
        x, idle = proposal.values["x"], proposal.values["idle"]
        y, other = (x + 0.3 * (idle - 0.5) ** 2, (1.0 - x) + 0.3 * (idle - 0.5) ** 2)
        noise = 0.02 * rng.standard_normal(2)
        strategy.tell(proposal.id, y + noise[0], 0.02, {"ovc": (other + noise[1], 0.02)})
    return strategy


def test_proposals_spread_along_the_front_and_the_front_is_found():
    """x trades one objective against the other, the second variable helps both at 0.5."""
    one = told(make_strategy("grainway", LINE, 0), 20)
    both = told(make_strategy("grainway", LINE, 0, second_objective="ovc"), 20)
    late_one, late_both = ([p.values["x"] for p in s.record.proposals[8:]] for s in (one, both))
    assert np.median(late_one) < 0.1
    assert np.ptp(np.sort(late_both)[1:-1]) > 0.5
    front = both.front("ovc")
    assert len(front.points) >= 4
    means = np.array([p.mean for p in front.points])
    assert (np.diff(means[:, 0]) > 0).all()
    assert (np.diff(means[:, 1]) < 0).all()
    assert means.sum(axis=1) == pytest.approx(1.0, abs=0.2)
    assert front.hypervolume > 0.3


def test_a_quantity_that_was_never_told_has_no_front():
    with pytest.raises(ConfigError, match="a quantity that was told"):
        told(make_strategy("sobol", LINE, 0), 4).front("ler")


def test_only_the_default_engine_proposes_for_two_objectives():
    with pytest.raises(ConfigError, match="empty with engine 'sobol'"):
        make_strategy("sobol", LINE, 0, second_objective="ovc")
