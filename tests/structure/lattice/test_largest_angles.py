"""Which turns are disorientations, and that the low coincidences among them are all listed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.structure import Catalogue, disorientation
from grainway.structure.catalogue.catalogue import LARGEST_ANGLE_DEG
from grainway.structure.lattice.misorientation import largest_disorientation


@pytest.mark.parametrize(
    ("sigma", "axis", "m", "n"),
    [
        *((3, (1, 1, 1), 3, 1), (5, (0, 0, 1), 3, 1), (7, (1, 1, 1), 5, 1), (9, (1, 1, 0), 4, 1)),
        *((11, (1, 1, 0), 3, 1), (13, (0, 0, 1), 5, 1), (13, (1, 1, 1), 7, 1), (17, (0, 0, 1), 4, 1)),
        *((19, (1, 1, 0), 6, 1), (19, (1, 1, 1), 4, 1), (21, (1, 1, 1), 9, 1)),
    ],
)
def test_the_low_coincidences_are_all_listed(sigma, axis, m, n):
    """tan(θ/2) = (n/m)|uvw|, Σ = m² + n²|uvw|² less factors of 2."""
    square = sum(c * c for c in axis)
    generated = m * m + n * n * square
    while generated % 2 == 0:
        generated //= 2
    assert generated == sigma
    angle = 2 * np.degrees(np.arctan(n / m * np.sqrt(square)))
    listed = Catalogue(axes=(axis,), max_atoms=5000, max_strain=0.0, angle_range_deg=(20.0, 62.8)).entries
    assert any(e.sigma == sigma and e.angle_deg == pytest.approx(angle, abs=1e-9) for e in listed)


@given(
    axis=st.tuples(*[st.integers(-9, 9)] * 3).filter(any),
    angle=st.floats(1.0, 100.0),
)
def test_a_turn_is_the_disorientation_up_to_the_largest_angle(axis, angle):
    k = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
    radians = np.radians(angle)
    turn = np.eye(3) + np.sin(radians) * cross + (1 - np.cos(radians)) * cross @ cross
    smallest, _ = disorientation(np.eye(3), turn)
    largest = largest_disorientation(axis)
    assert largest <= LARGEST_ANGLE_DEG
    if angle < largest - 1e-6:
        assert smallest == pytest.approx(angle, abs=1e-9)
    elif angle > largest + 1e-6:
        assert smallest < angle
