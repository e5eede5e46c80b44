"""Orientations, misorientation and disorientation of cubic crystals."""

from functools import cache
from itertools import permutations, product

import numpy as np

from grainway.array_types import FloatArray


def lab_rotation(axis: tuple[int, int, int], normal: tuple[int, int, int]) -> FloatArray:
    """Return the rotation from crystal to laboratory: ``axis`` to x, ``normal`` to z.

    Returns:
        Proper rotation matrix, shape (3, 3); its rows are the laboratory axes in crystal coordinates.
    """
    x = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    z = np.asarray(normal, dtype=np.float64) / np.linalg.norm(normal)
    return np.array([x, np.cross(z, x), z])


@cache
def cubic_rotations() -> FloatArray:
    """Return the 24 proper rotations of the cube, shape (24, 3, 3)."""
    matrices = []
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[range(3), order] = signs
            if np.linalg.det(matrix) > 0:
                matrices.append(matrix)
    return np.array(matrices)


def disorientation(orientation_a: FloatArray, orientation_b: FloatArray) -> tuple[float, FloatArray]:
    """Return the smallest rotation between two cubic crystals.

    Args:
        orientation_a: crystal-to-laboratory rotation of the first grain, shape (3, 3).
        orientation_b: the same of the second grain.

    Returns:
        Angle in degrees and the unit axis in crystal coordinates, sorted as |u| ≤ |v| ≤ |w|, shape (3,).
    """
    misorientation = orientation_a.T @ orientation_b
    candidates = misorientation @ cubic_rotations()
    traces = np.trace(candidates, axis1=1, axis2=2)
    rotation = candidates[int(np.argmax(traces))]
    skew = np.array(
        [rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]]
    )
    sine = float(np.linalg.norm(skew)) / 2
    # atan2 keeps full precision at small angles, where acos of the trace loses half of the digits
    angle = float(np.degrees(np.arctan2(sine, (np.trace(rotation) - 1) / 2)))
    axis = np.sort(np.abs(skew)) / (2 * sine) if sine > 1e-12 else np.array([0.0, 0.0, 1.0])
    return angle, axis


def largest_disorientation(axis: tuple[int, int, int]) -> float:
    """Return the angle up to which a turn about an axis is the disorientation of two cubes, degrees.

    The turns nearest to none, n tan(θ/2), fill a truncated cube: no component above √2 - 1, no sum of their
    sizes above 1 (J. K. Mackenzie, Biometrika 45 (1958) 229). 45 for [001], 60.7 for [110], 60 for [111]; a
    larger turn has a smaller one that is equivalent.
    """
    size = np.abs(axis) / np.linalg.norm(axis)
    return float(2 * np.degrees(np.arctan(min((np.sqrt(2.0) - 1) / size.max(), 1 / size.sum()))))


def boundary_signature(
    orientations: tuple[FloatArray, FloatArray], normals: tuple[tuple[int, int, int], tuple[int, int, int]]
) -> tuple[float, ...]:
    """Return numbers that are the same for all descriptions of one boundary and for no other.

    Each crystal may be turned by any operation of the cube and inverted, and the grains exchanged. The
    descriptions that share a turn about one axis are told apart by
    ``canonical`` of ``macroscopic_parameters``; at the largest disorientation there are more.

    Args:
        orientations: crystal-to-laboratory rotation of each grain, shape (3, 3).
        normals: the plane in each crystal.
    """
    turn = orientations[0].T @ orientations[1]
    cube = cubic_rotations()
    images = []
    for rotation, normal in ((turn, normals[0]), (turn.T, normals[1])):
        turned = np.einsum("pji,jk,qkl->pqil", cube, rotation, cube).reshape(-1, 9)
        planes = np.repeat(np.einsum("pji,j->pi", cube, np.array(normal)), len(cube), axis=0)
        sign = np.sign(planes[np.arange(len(planes)), np.argmax(planes != 0, axis=1)])
        images.append(np.hstack([np.round(turned, 6), planes * sign[:, None]]) + 0.0)
    return min(tuple(row) for row in np.vstack(images).tolist())
