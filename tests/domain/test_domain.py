"""Records refuse what cannot be, and intervals are what they claim."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError

estimates = st.builds(
    Estimate,
    value=st.floats(-1e6, 1e6),
    standard_error=st.floats(0, 1e6),
    unit=st.sampled_from(["S/cm", "1", "Ω cm"]),
    n_independent=st.floats(0, 1e9),
    bound=st.sampled_from([None, "upper", "lower"]),
)


@given(estimates)
def test_estimate_survives_json(estimate):
    assert Estimate.from_dict(json.loads(json.dumps(estimate.to_dict()))) == estimate


def test_a_bound_may_lack_an_error_and_survives_json():
    bound = Estimate(3.0, math.nan, "1", 4, "upper")
    again = Estimate.from_dict(json.loads(json.dumps(bound.to_dict())))
    assert again.bound == "upper"
    assert math.isnan(again.standard_error)
    assert bound.interval() == (-math.inf, 3.0)
    assert Estimate(3.0, math.nan, "1", 4, "lower").interval() == (3.0, math.inf)


def test_interval_of_few_samples_is_that_of_student():
    """For two samples the 95 % factor of Student's t is tan(π · 0.95 / 2)."""
    low, high = Estimate(0.0, 1.0, "1", 2).interval(0.95)
    assert high == pytest.approx(math.tan(math.pi * 0.95 / 2), rel=1e-9)
    assert low == -high
    assert Estimate(0.0, 1.0, "1", 1e6).interval(0.95)[1] == pytest.approx(1.959964, abs=1e-6)


@pytest.mark.physics
def test_interval_covers_the_truth():
    rng = np.random.default_rng(5)
    for n in (3, 6, 30):
        samples = rng.normal(2.0, 1.0, (4000, n))
        held = 0
        for row in samples:
            low, high = Estimate(row.mean(), row.std(ddof=1) / math.sqrt(n), "1", n).interval(0.95)
            held += low <= 2.0 <= high
        # binomial standard error 0.0034
        assert held / 4000 == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(
    "arguments",
    [
        (math.nan, 1.0, "1", 3),
        (math.inf, 1.0, "1", 3),
        (1.0, -1.0, "1", 3),
        (1.0, math.nan, "1", 3),
        (1.0, 1.0, "1", -3),
        (1.0, 1.0, "1", math.nan),
        (1.0, 1.0, "1", 3, "about"),
    ],
)
def test_impossible_estimates_are_refused(arguments):
    with pytest.raises(AnalysisError):
        Estimate(*arguments)


def test_unit_conversion_scales_value_and_error():
    estimate = Estimate(2.0, 0.5, "Å²/ps", 10).scaled(1e-4, "cm²/s")
    assert (estimate.value, estimate.standard_error, estimate.unit) == (2e-4, 5e-5, "cm²/s")
    with pytest.raises(AnalysisError, match="positive"):
        estimate.scaled(-1, "1")
    with pytest.raises(AnalysisError, match="confidence"):
        estimate.interval(95)


def trajectory(**changes):
    good = {
        "positions": np.zeros((4, 2, 3)),
        "cell": np.eye(3) * 10,
        "species": ["Li", "O"],
        "charges": np.array([1.0, -2.0]),
        "times": np.arange(4) * 0.1,
        "temperature": 300.0,
    }
    return Trajectory(**{**good, **changes})


def test_a_trajectory_knows_itself():
    t = trajectory()
    assert (t.n_frames, t.time_step, t.volume) == (4, pytest.approx(0.1), pytest.approx(1000.0))
    assert t.indices("O").tolist() == [1]
    with pytest.raises(AnalysisError, match="'Na' is not in the trajectory, which holds Li, O"):
        t.indices("Na")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"positions": np.zeros((4, 2))}, r"shape \(n_frames, n_atoms, 3\), got \(4, 2\)"),
        ({"positions": np.zeros((1, 2, 3))}, "2 frames"),
        ({"cell": np.eye(2)}, r"cell must have shape \(3, 3\)"),
        ({"species": ["Li"]}, "length 2, got 1"),
        ({"charges": np.zeros(3)}, r"\(2,\), got \(3,\)"),
        ({"times": np.array([0, 1, 3, 4.0])}, "equal steps"),
        ({"times": np.array([0, -1, -2, -3.0])}, "equal steps"),
        ({"times": np.arange(5.0)}, r"\(4,\), got \(5,\)"),
        ({"temperature": 0.0}, "temperature = 0.0 K"),
        ({"positions": np.full((4, 2, 3), np.nan)}, "finite"),
    ],
)
def test_impossible_trajectories_are_refused(change, message):
    with pytest.raises(AnalysisError, match=message):
        trajectory(**change)
