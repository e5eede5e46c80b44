"""Cubic splines of a pair: de Boor's functions, smooth at their end, repulsive below what was seen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import BSpline

from example_potentials.small_splines import watched
from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.pair_tables import TableGrid, tabulate
from grainway.simulation.potentials.pair.spline_pairs import SplineGrid, SplinePair
from grainway.simulation.potentials.pair.spline_potential import SplineCommittee, SplinePotential, rounded

grids = st.builds(
    lambda first, reach, n: SplineGrid(first=first, cutoff=first + reach, intervals=n),
    st.floats(0.5, 2.5),
    st.floats(2.0, 6.0),
    st.integers(4, 40),
)


def drawn(grid, seed=0, join=None):
    coefficients = np.random.default_rng(seed).standard_normal(grid.n_functions)
    return SplinePair(
        grid=grid, coefficients=tuple(coefficients), join=grid.first if join is None else join, stiffness=5.0
    )


def oracle(pair):
    """The same by SciPy's B-splines on the knots written out."""
    grid = pair.grid
    knots = grid.first + grid.spacing * np.arange(-3, grid.intervals + 4)
    return BSpline(knots, np.concatenate([pair.coefficients, np.zeros(3)]), 3)


@given(grids)
def test_the_functions_are_those_of_de_boor(grid):
    pair = drawn(grid)
    r = np.linspace(grid.first, grid.cutoff, 97)[:-1]
    energy, force = pair.evaluate(r)
    spline = oracle(pair)
    np.testing.assert_allclose(energy, spline(r), atol=1e-10)
    np.testing.assert_allclose(force, -spline.derivative()(r), atol=1e-8 / grid.spacing)


@given(grids)
def test_value_slope_and_curvature_end_at_zero(grid):
    near = 1e-3 * grid.spacing
    energy, force = drawn(grid).evaluate(np.array([grid.cutoff - near, grid.cutoff, grid.cutoff + 1.0]))
    # a cubic whose value, slope and curvature vanish at the end: t³ away from it
    assert abs(energy[0]) < 1e-8 * 6
    assert abs(force[0]) < 1e-5 / grid.spacing
    assert energy[1] == energy[2] == force[1] == force[2] == 0.0


@given(grids, st.integers(0, 20))
def test_below_what_was_seen_it_is_the_integral_of_a_force_that_grows(grid, seed):
    pair = drawn(grid, seed, join=grid.first + 0.4 * (grid.cutoff - grid.first))
    r = np.linspace(0.3, pair.join, 4001)
    energy, force = pair.evaluate(r)
    assert (np.diff(force) < 0).all()
    work = np.concatenate([[0.0], np.cumsum(0.5 * (force[1:] + force[:-1]) * np.diff(r))])
    # the trapezium's error on an exponential of rate k and step h is (k h)²/12 of it
    assert np.abs(energy[0] - work - energy).max() < 1e-5 * abs(work[-1])
    just_above = pair.evaluate(np.array([pair.join * (1 + 1e-9)]))
    assert just_above[0][0] == pytest.approx(energy[-1], rel=1e-5, abs=1e-6)
    assert just_above[1][0] == pytest.approx(force[-1], rel=1e-5, abs=1e-5)


def test_a_record_gives_back_the_same_interactions():
    grid = SplineGrid(first=1.4, cutoff=6.0, intervals=20)
    pairs = {("Li", "Li"): drawn(grid), ("Li", "O"): drawn(grid, 1), ("O", "O"): drawn(grid, 2)}
    potential = SplinePotential(elements=("Li", "O"), pairs=pairs, energies={"Li": -2.0, "O": -5.0})
    assert SplinePotential.from_json(potential.to_json()) == potential
    assert [table.keyword for table in potential.tables(("Li", "O"))] == ["Li-Li", "Li-O", "O-O"]
    with pytest.raises(ConfigError, match="Zr"):
        potential.tables(("Li", "Zr"))
    with pytest.raises(ConfigError, match="no record"):
        SplinePotential.from_json('{"elements": ["Li"]}')


def test_a_record_gives_back_the_committee():
    potential = watched()
    again = SplinePotential.from_json(potential.to_json())
    assert again == potential
    assert again.committee.n_members == 4
    added = replace(potential.committee, thresholds_with={"Ta": 3.0, "Al": 0.2})
    assert SplinePotential.from_json(replace(potential, committee=added).to_json()).committee == added
    short = {pair: rows[:, :-1] for pair, rows in _arrays(potential).items()}
    with pytest.raises(ConfigError, match="committee = 'Li-Li'"):
        replace(potential, committee=SplineCommittee(coefficients=short, spread_threshold=1.0))


def test_a_configuration_is_held_to_the_loosest_threshold_of_what_it_holds():
    committee = replace(watched().committee, spread_threshold=0.5, thresholds_with={"Ta": 3.0, "Al": 0.2})
    assert committee.threshold_for(["Li", "O"]) == 0.5
    assert committee.threshold_for(["Li", "Ta", "Al"]) == 3.0
    # a threshold below the host's would call its own ions strangers
    assert committee.threshold_for(["Li", "Al"]) == 0.5


def _arrays(potential):
    return {pair: np.array(rows) for pair, rows in potential.committee.coefficients.items()}


def test_rounding_a_member_moves_no_force():
    pair = drawn(SplineGrid(first=1.4, cutoff=6.0, intervals=20))
    (near,) = rounded(10 * np.array([pair.coefficients]))
    r = np.linspace(1.4, 6.0, 200)
    far = replace(pair, coefficients=tuple(10 * np.array(pair.coefficients)))
    np.testing.assert_allclose(replace(pair, coefficients=near).evaluate(r)[1], far.evaluate(r)[1], atol=1e-4)


def test_a_table_of_it_holds_force_and_energy_alike():
    pair = drawn(SplineGrid(first=1.4, cutoff=6.0, intervals=20), join=1.8)
    potential = SplinePotential(elements=("Li",), pairs={("Li", "Li"): pair}, energies={"Li": 0.0})
    rows = tabulate(potential.tables(("Li",))[0], TableGrid(points=4000, r_inner=0.01, r_cap=0.5))
    r, energy, force = rows.T
    above = r > 1.9
    slope = -np.gradient(energy, r, edge_order=2)
    assert np.abs(slope - force)[above].max() < 0.02 * np.abs(force[above]).max()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"first": 3.0, "cutoff": 2.0, "intervals": 10}, "first"),
        ({"first": 1.0, "cutoff": 2.0, "intervals": 3}, "intervals"),
    ],
)
def test_a_grid_without_functions_is_refused(arguments, named):
    with pytest.raises(ConfigError, match=named):
        SplineGrid(**arguments)
