"""The five macroscopic degrees of freedom of a boundary: equivalent descriptions and one name for each."""

from dataclasses import dataclass
from functools import cache
from math import atan2, degrees, hypot, sqrt

import numpy as np

from grainway.array_types import FloatArray
from grainway.domain.grain_boundary import Periods
from grainway.structure.lattice.coincidence_lattice import Matrix, cube_operations, transformed
from grainway.structure.lattice.cubic_lattice import (
    Indices,
    coprime,
    cross,
    dot,
    integer_kernel,
    opposite,
    reduced_pair,
)

_REFERENCES: dict[Indices, Indices] = {(0, 0, 1): (1, 0, 0), (1, 1, 0): (0, 0, 1), (1, 1, 1): (1, -1, 0)}
_DIGITS = 7  # degrees that differ less are equal: exact geometry makes them so, rounding does not


@dataclass(frozen=True, slots=True)
class Interface:
    """A boundary plane with the cell that both grains share in it.

    Attributes:
        normal_a: plane in crystal a.
        normal_b: the same plane in crystal b.
        periods_a: the cell's two vectors in crystal a, units a/2.
        periods_b: the cell's two vectors in crystal b, units a/2.
    """

    normal_a: Indices
    normal_b: Indices
    periods_a: Periods
    periods_b: Periods


@cache
def inclination_reference(axis: Indices) -> Indices:
    """Return the direction from which inclinations about an axis are counted.

    [100] for [001], [001] for [110], [1-10] for [111]; for other axes the shortest whole-number vector
    perpendicular to it.
    """
    if axis in _REFERENCES:
        return _REFERENCES[axis]
    kernel, _ = integer_kernel(axis)
    shortest = coprime(reduced_pair(*kernel)[0])
    return max(shortest, opposite(shortest))


def median_angles(axis: Indices, normal_a: Indices, normal_b: Indices) -> tuple[float, float]:
    """Return where the boundary's normal lies in the crystal half way between the two grains.

    Returns:
        Angle about the axis from :func:`inclination_reference`, in [0, 360), and angle to the axis, in
        [0, 180]; degrees. The first is 0 for a normal along the axis.
    """
    reference = inclination_reference(axis)
    across = cross(axis, reference)
    # components along axis, reference and axis × reference; a and b differ by a turn about the axis only
    length = sqrt(dot(axis, axis))
    parts = []
    for normal in (normal_a, normal_b):
        size = sqrt(dot(normal, normal))
        parts.append(
            (
                dot(normal, axis) / (size * length),
                dot(normal, reference) / (size * sqrt(dot(reference, reference))),
                dot(normal, across) / (size * sqrt(dot(across, across))),
            )
        )
    along = (parts[0][0] + parts[1][0]) / 2
    x, y = parts[0][1] + parts[1][1], parts[0][2] + parts[1][2]
    polar = degrees(atan2(hypot(x, y) / 2, along))
    if hypot(x, y) < 1e-9:
        return 0.0, round(polar, _DIGITS)
    return round(degrees(atan2(y, x)), _DIGITS) % 360.0, round(polar, _DIGITS)


@cache
def axis_operations(axis: Indices) -> tuple[Matrix, ...]:
    """Return the cube's operations that keep the axis as a line; they keep or invert a turn about it."""
    along = (axis, opposite(axis))
    return tuple(s for s in cube_operations() if transformed(s, axis) in along)


def standard_normal(axis: Indices, normal: Indices) -> Indices:
    """Return the largest of a plane's indices among those that are equivalent about the axis."""
    images = [transformed(s, normal) for s in axis_operations(axis)]
    return max(images + [opposite(image) for image in images])


def canonical(axis: Indices, interface: Interface) -> tuple[Interface, float, float]:
    """Return the standard description among the equivalent ones of a boundary.

    Equivalent are the images under the cube's symmetry, the exchange of the grains and the inversion of the
    bicrystal; all hold for a lattice of full cubic symmetry. The standard has the smallest angle of the
    median normal to the axis, then the smallest inclination, then the largest indices.

    Returns:
        The interface, its inclination and the angle between axis and plane normal, degrees.
    """
    descriptions = []
    for number, operation in enumerate(axis_operations(axis)):
        images = (transformed(operation, interface.normal_a), transformed(operation, interface.normal_b))
        for inverted in (False, True):
            n_a, n_b = map(opposite, images) if inverted else images
            # the median of both normals is the same either way round
            inclination, polar = median_angles(axis, n_a, n_b)
            # ties go to the largest indices, then to the first operation, unexchanged and upright
            turned = (opposite(n_a), opposite(n_b))
            for exchanged in (False, True):
                indices = turned[::-1] if exchanged else turned
                descriptions.append(((polar, inclination, *indices, number, exchanged, inverted), operation))
    (polar, inclination, *_, exchanged, inverted), operation = min(descriptions, key=lambda d: d[0])
    normals = [transformed(operation, n) for n in (interface.normal_a, interface.normal_b)]
    if inverted:
        normals = [opposite(n) for n in normals]
    periods = [
        tuple(transformed(operation, p) for p in pair) for pair in (interface.periods_a, interface.periods_b)
    ]
    if exchanged:
        normals.reverse()
        periods.reverse()
    # seen against the normal the second period lies counter-clockwise of the first
    if dot(cross(periods[0][0], periods[0][1]), normals[0]) < 0:
        periods = [(p[0], opposite(p[1])) for p in periods]
    return Interface(normals[0], normals[1], periods[0], periods[1]), inclination, polar  # type: ignore[arg-type]


def in_plane_cell(periods: Periods) -> FloatArray:
    """Return two lattice vectors in the plane's own frame, the first along x, shape (2, 2), units a/2."""
    first, second = periods
    length = sqrt(dot(first, first))
    face = cross(first, second)
    return np.array([[length, 0.0], [dot(first, second) / length, sqrt(dot(face, face)) / length]])
