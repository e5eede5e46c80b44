"""When another round is worth its name: synthetic errors whose answer is known."""

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from hypothesis import given
from hypothesis import strategies as st

from grainway.distillation.judging.accuracy import ErrorMeasure
from grainway.distillation.judging.improvement import (
    ALL_ROUNDS,
    BUDGET_SPENT,
    NO_BETTER,
    boundaries_among,
    decide,
    force_mae,
    force_mae_change,
    why_stopped,
)
from grainway.errors import ConfigError

N_ATOMS = 10
HARD = np.array([1.0, 2.0, 4.0, 8.0])
"""How much harder one origin is than another, for every model alike."""


def frames(errors, kind="boundary"):
    """Return a frame per origin whose forces are all off by the error."""
    taken = []
    for number, error in enumerate(errors):
        atoms = Atoms(f"O{N_ATOMS}", positions=np.zeros((N_ATOMS, 3)), cell=[5, 5, 5], pbc=True)
        atoms.info.update(kind=kind, origin=f"origin {number}", temperature=300.0)
        atoms.calc = SinglePointCalculator(atoms, forces=np.full((N_ATOMS, 3), float(error)))
        taken.append(atoms)
    return taken


TRUE = frames(np.zeros(4))


def change(before, after):
    return force_mae_change(TRUE, frames(before), frames(after))


def test_what_is_hard_for_both_models_does_not_hide_that_one_is_better():
    found = change(HARD, 0.9 * HARD + np.array([0.1, 0.2, 0.4, 0.8]) - 0.1)
    assert found.value == pytest.approx(-0.1)
    assert found.standard_error == pytest.approx(0.0, abs=1e-12)
    assert force_mae(TRUE, frames(HARD)).standard_error > 1
    assert decide(found) == "better"


def test_the_error_of_the_change_is_that_of_the_differences_of_origins():
    differences = np.array([-0.3, 0.1, -0.2, 0.0])
    found = change(HARD, HARD + differences)
    assert found.value == pytest.approx(differences.mean())
    assert found.standard_error == pytest.approx(differences.std(ddof=1) / 2)


@pytest.mark.parametrize(
    ("value", "error", "decision"),
    [
        (-0.011, 0.01, "better"),
        (-0.009, 0.01, "not better"),
        (0.02, 0.01, "not better"),
        (-0.5, None, "not better"),
        (0.0, 0.0, "not better"),
    ],
)
def test_better_is_better_by_more_than_the_standard_error(value, error, decision):
    assert decide(ErrorMeasure(value, error, "eV/Å")) == decision
    assert decide(None) == "first"


@given(st.lists(st.floats(0.0, 10.0), min_size=4, max_size=4), st.floats(0.01, 5.0))
def test_a_model_is_never_better_than_itself_and_the_comparison_has_two_sides(errors, more):
    errors = np.array(errors)
    assert decide(change(errors, errors)) == "not better"
    worse = errors + more * HARD
    assert change(errors, worse).value == pytest.approx(-change(worse, errors).value)
    assert decide(change(errors, worse)) == "not better"


def test_equal_models_pass_for_better_as_rarely_as_a_standard_error_says():
    # one sided, three degrees of freedom of Student's t: P(t < -1) = 0.196
    rng = np.random.default_rng(0)
    decisions = [decide(change(HARD, HARD + rng.normal(0, 0.1, 4))) for _ in range(500)]
    assert decisions.count("better") / 500 == pytest.approx(0.196, abs=0.05)


def test_only_boundaries_are_judged():
    mixed = [*frames([1.0], "melt"), *frames([1.0], "annealed_boundary"), *frames([1.0], "active"), *TRUE]
    assert {frame.info["kind"] for frame in boundaries_among(mixed)} == {"boundary", "annealed_boundary"}
    with pytest.raises(ConfigError, match="at least one"):
        force_mae([], [])
    with pytest.raises(ConfigError, match="4 labelled frames"):
        force_mae(TRUE, TRUE[:3])


@pytest.mark.parametrize(
    ("n_rounds", "last", "given", "reason"),
    [
        (0, "first", {}, None),
        (1, "better", {}, None),
        (3, "better", {}, ALL_ROUNDS),
        (1, "not better", {}, NO_BETTER),
        (3, "not better", {}, NO_BETTER),
        (1, "not better", {"extended": True}, None),
        (3, "not better", {"extended": True}, ALL_ROUNDS),
        (1, "better", {"left_s": 9.0}, BUDGET_SPENT),
        (0, "first", {"rounds": 0}, ALL_ROUNDS),
    ],
)
def test_the_loop_ends_by_rounds_by_time_or_when_nothing_improves(n_rounds, last, given, reason):
    usual = {"rounds": 3, "left_s": 100.0, "least_s": 10.0, "extended": False}
    assert why_stopped(n_rounds, last, **{**usual, **given}) == reason
