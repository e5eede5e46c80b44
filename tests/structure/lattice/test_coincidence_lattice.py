"""Rotations in whole numbers, and the vectors that two grains share."""

from math import gcd

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grainway.structure.lattice.coincidence_lattice import coincidence, rotation_matrix, sigma_of_rotation
from grainway.structure.lattice.cubic_lattice import in_lattice

AXES = st.tuples(*[st.integers(-3, 3)] * 3).filter(lambda axis: gcd(*axis) == 1)
TANGENTS = st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda tangent: gcd(*tangent) == 1)


@given(AXES, TANGENTS)
def test_a_rotation_is_right_handed_about_its_axis(axis, tangent):
    m, n = tangent
    numerator, denominator = rotation_matrix(axis, m, n)
    length = np.linalg.norm(axis)
    turn = 2 * np.arctan2(n * length, m) * np.array(axis) / length
    np.testing.assert_allclose(
        np.array(numerator) / denominator, Rotation.from_rotvec(turn).as_matrix(), atol=1e-12
    )


@given(AXES, TANGENTS)
def test_shared_vectors_are_lattice_vectors_of_both_grains(axis, tangent):
    assume(sigma_of_rotation(axis, *tangent) < 200)
    lattice = coincidence(axis, *tangent)
    rotation = np.array(lattice.numerator) / lattice.denominator
    for v in lattice.basis:
        w = lattice.in_grain_b(v)
        assert in_lattice(v)
        assert in_lattice(w)
        assert rotation @ w == pytest.approx(np.array(v), abs=1e-9)
