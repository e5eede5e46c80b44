"""Tilt boundaries about an axis: pairs of planes that contain it and whose periods match.

Any two planes that contain the axis share its period. Across the axis their periods are w_a and w_b, and i
cells of one lie on j of the other: exactly (coincidence) or within a strain (near-coincidence). One search
finds symmetric and asymmetric, exact and near boundaries alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import atan2, degrees, gcd, sqrt

from grainway.structure.lattice.coincidence_lattice import sigma_of_rotation
from grainway.structure.lattice.cubic_lattice import (
    Centring,
    Indices,
    combine,
    cross,
    dot,
    integer_kernel,
    plane_lattice,
    primitive_determinant,
    reduced_pair,
)
from grainway.structure.lattice.macroscopic_parameters import Interface, standard_normal


@dataclass(frozen=True, slots=True)
class TiltPlane:
    """A plane that contains the axis.

    Attributes:
        normal: its indices.
        azimuth_deg: angle of the normal about the axis.
        along: lattice vector along the axis, units a/2.
        across: lattice vector that completes the plane's cell, units a/2.
        width: the cell's width across the axis, units a/2.
        face_squared: square of the cell's area, units (a/2)⁴; exact, and as good as the width to compare.
        shift: part of ``across`` along the axis times the length of ``along``, units (a/2)².
    """

    normal: Indices
    azimuth_deg: float
    along: Indices
    across: Indices
    width: float
    face_squared: int
    shift: int


@dataclass(frozen=True, slots=True)
class TiltBoundary:
    """Two tilt planes with a common cell.

    Attributes:
        interface: planes and common cell.
        angle_deg: turn of crystal b's plane normal to that of crystal a, above 0.
        sigma: coincidence index, None for a near coincidence.
        strain: largest stretch that either grain takes.
    """

    interface: Interface
    angle_deg: float
    sigma: int | None
    strain: float


def tilt_planes(axis: Indices, max_area: float, centring: Centring = "I") -> list[TiltPlane]:
    """List the planes that contain the axis and have a cell of at most ``max_area``, units (a/2)²."""
    kernel, _ = integer_kernel(axis)
    first, second = reduced_pair(*kernel)
    side = cross(axis, first)
    # a plane's cell has the area determinant·|hkl|/p with p of 1 or 2
    longest = 2 * max_area / primitive_determinant(centring)
    face = cross(first, second)
    reach = [int(longest * sqrt(dot(v, v) / dot(face, face))) + 1 for v in (second, first)]
    found = []
    for i in range(-reach[0], reach[0] + 1):
        for j in range(-reach[1], reach[1] + 1):
            if gcd(i, j) != 1:
                continue
            normal = combine((i, j), (first, second))
            if dot(normal, normal) > longest * longest:
                continue
            lattice = plane_lattice(normal, axis, centring)
            plane_face = cross(lattice.b1, lattice.b2)
            face_squared = dot(plane_face, plane_face)
            if face_squared > max_area * max_area:
                continue
            azimuth = degrees(
                atan2(dot(normal, side) / sqrt(dot(side, side)), dot(normal, first) / sqrt(dot(first, first)))
            )
            found.append(
                TiltPlane(
                    normal=normal,
                    azimuth_deg=azimuth,
                    along=lattice.b1,
                    across=lattice.b2,
                    width=sqrt(face_squared / dot(lattice.b1, lattice.b1)),
                    face_squared=face_squared,
                    shift=dot(lattice.b2, lattice.b1),
                )
            )
    return sorted(found, key=lambda p: (round(p.azimuth_deg, 9), p.normal))


def tilt_boundaries(
    axis: Indices,
    angle_range_deg: tuple[float, float],
    max_area: float,
    max_strain: float,
    centring: Centring = "I",
    *,
    symmetric_only: bool = False,
) -> Iterator[TiltBoundary]:
    """Yield the tilt boundaries about an axis whose common cell is at most ``max_area``, units (a/2)².

    Of a pair of planes the exact coincidence is taken where it fits, else the smallest cell within the
    strain. One plane of each pair is the standard one of its family about the axis, which leaves few of the
    equivalent pairs.
    """
    planes = tilt_planes(axis, max_area, centring)
    low, high = angle_range_deg[0] - 1e-9, angle_range_deg[1] + 1e-9
    for standard in planes:
        if standard.normal != standard_normal(axis, standard.normal):
            continue
        family = sorted(map(abs, standard.normal))
        for other in planes:
            turn = (standard.azimuth_deg - other.azimuth_deg + 180.0) % 360.0 - 180.0
            if not low <= abs(turn) <= high:
                continue
            if symmetric_only and sorted(map(abs, other.normal)) != family:
                continue
            a, b = (standard, other) if turn > 0 else (other, standard)
            matched = _matched(axis, a, b, abs(turn), max_area, max_strain)
            if matched is not None:
                yield matched


def _matched(
    axis: Indices, a: TiltPlane, b: TiltPlane, angle: float, max_area: float, max_strain: float
) -> TiltBoundary | None:
    square = dot(a.along, a.along)
    near: tuple[int, int, float] | None = None
    for i in range(1, int(max_area / sqrt(a.face_squared)) + 1):
        j = round(i * a.width / b.width)
        strain = abs(i * a.width - j * b.width) / (2 * min(i * a.width, max(j, 1) * b.width))
        # the cells fit when their shifts along the axis agree up to whole periods
        if j == 0 or strain > max_strain + 1e-9 or (i * a.shift - j * b.shift) % square:
            continue
        if i * i * a.face_squared == j * j * b.face_squared:
            return TiltBoundary(_interface(a, b, i, j), angle, _sigma(axis, a, b), 0.0)
        if near is None and strain <= max_strain:
            near = (i, j, strain)
    if near is None:
        return None
    return TiltBoundary(_interface(a, b, *near[:2]), angle, None, near[2])


def _interface(a: TiltPlane, b: TiltPlane, i: int, j: int) -> Interface:
    periods = []
    for plane, times in ((a, i), (b, j)):
        across = combine((times,), (plane.across,))
        turns = _nearest(Fraction(times * plane.shift, dot(plane.along, plane.along)))
        periods.append((plane.along, combine((1, -turns), (across, plane.along))))
    return Interface(a.normal, b.normal, periods[0], periods[1])


def _nearest(x: Fraction) -> int:
    """Return the nearest whole number, of two the lower, so that what is left lies in (-1/2, 1/2]."""
    return -((-2 * x.numerator + x.denominator) // (2 * x.denominator))


def _sigma(axis: Indices, a: TiltPlane, b: TiltPlane) -> int:
    """Return Σ of the turn about the axis that takes the normal of b to that of a: tan(θ/2) = (n/m)|axis|."""
    # the normals need not be of equal length; their lengths' ratio is rational when the periods coincide
    size = sqrt(Fraction(dot(a.normal, a.normal)) * dot(b.normal, b.normal))
    whole = round(size)
    if whole * whole != dot(a.normal, a.normal) * dot(b.normal, b.normal):
        raise ArithmeticError(f"planes {a.normal} and {b.normal} do not coincide")
    sine = dot(axis, cross(b.normal, a.normal))
    tangent = Fraction(sine, dot(axis, axis) * (whole + dot(a.normal, b.normal)))
    return sigma_of_rotation(axis, tangent.denominator, tangent.numerator)
