"""Bands about boundaries in a cell that has no first and no last height."""

import numpy as np
import pytest

from grainway.analysis.boundary.bands import check_slabs, closest_boundaries
from grainway.errors import AnalysisError

LENGTH_A = 55.0


def test_boundaries_are_as_close_as_the_nearer_way_round_the_cell():
    """Against all pairs, wherever the cell is taken to begin."""
    rng = np.random.default_rng(0)
    for _ in range(30):
        heights = rng.uniform(-100, 100, rng.integers(2, 5))
        apart = np.abs(heights[:, None] - heights)[np.triu_indices(heights.size, 1)] % LENGTH_A
        nearer = np.minimum(apart, LENGTH_A - apart).min()
        assert closest_boundaries(heights.tolist(), LENGTH_A) == pytest.approx(nearer, rel=1e-9)
    assert closest_boundaries([12.0], LENGTH_A) == pytest.approx(LENGTH_A)


@pytest.mark.parametrize("shift", [0.0, 3.0, 20.0, 53.5])
def test_bands_may_touch_but_not_overlap_through_the_border_either(shift):
    boundaries = (10.0 + shift, 14.0 + shift, 30.0 + shift)
    check_slabs(boundaries, 4.0, LENGTH_A)
    with pytest.raises(AnalysisError, match="at most 4 Å"):
        check_slabs(boundaries, 4.1, LENGTH_A)
