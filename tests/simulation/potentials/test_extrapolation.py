"""The disagreement of a committee, and what it says of a run."""

import numpy as np
import pytest

from grainway.errors import ConfigError, SimulationError
from grainway.simulation.potentials.extrapolation import (
    append_spread,
    force_spread,
    judge_extrapolation,
    read_spread,
    start_spread,
)


def test_spread_equals_the_naive_one():
    forces = np.random.default_rng(2).normal(size=(4, 7, 3))
    spreads = []
    for atom in range(7):
        mean = sum(forces[model, atom] for model in range(4)) / 4
        squares = [float(np.sum((forces[model, atom] - mean) ** 2)) for model in range(4)]
        spreads.append(np.sqrt(sum(squares) / 4))
    largest, mean, rms = force_spread(forces)
    assert largest == pytest.approx(max(spreads))
    assert mean == pytest.approx(sum(spreads) / 7)
    assert rms == pytest.approx(np.sqrt(sum(s**2 for s in spreads) / 7))


def test_models_that_agree_have_no_spread():
    forces = np.random.default_rng(2).normal(size=(1, 7, 3))
    assert force_spread(np.repeat(forces, 3, axis=0)) == pytest.approx((0, 0, 0), abs=1e-15)


def test_a_run_is_judged_by_its_worst_atom(tmp_path):
    path = tmp_path / "stage.spread"
    start_spread(path)
    rows = [
        (0, (0.1, 0.04, 0.05)),
        (100, (0.31, 0.06, 0.07)),
        (200, (0.2, 0.05, 0.06)),
        (300, (0.4, 0.07, 0.08)),
    ]
    for step, values in rows:
        append_spread(path, step, values)
    spread = read_spread(path)
    assert spread.steps.tolist() == [0, 100, 200, 300]
    assert np.column_stack([spread.largest, spread.mean, spread.rms]).tolist() == [list(v) for _, v in rows]
    outside = judge_extrapolation(spread, 0.3)
    assert (outside.n_samples, outside.n_outside, outside.first_step, outside.largest) == (4, 2, 100, 0.4)
    inside = judge_extrapolation(spread, 0.4)
    assert (inside.n_outside, inside.first_step) == (0, None)


def test_a_stage_that_starts_again_forgets_what_was_before(tmp_path):
    path = tmp_path / "stage.spread"
    for _ in range(2):
        start_spread(path)
        append_spread(path, 0, (0.1, 0.1, 0.1))
    assert len(read_spread(path).steps) == 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "0 0.1\n", "a b c d\n"])
def test_another_file_is_no_spread(tmp_path, text):
    path = tmp_path / "stage.spread"
    path.write_text(text)
    with pytest.raises(SimulationError, match=r"stage\.spread"):
        read_spread(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SimulationError, match=r"none\.spread"):
        read_spread(tmp_path / "none.spread")


@pytest.mark.parametrize("threshold", [0.0, -1.0, float("nan")])
def test_a_threshold_must_be_positive(tmp_path, threshold):
    path = tmp_path / "stage.spread"
    append_spread(path, 0, (0.1, 0.1, 0.1))
    with pytest.raises(ConfigError, match="above 0"):
        judge_extrapolation(read_spread(path), threshold)
