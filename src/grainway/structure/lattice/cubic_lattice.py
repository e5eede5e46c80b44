"""Exact integer geometry of cubic lattices and their planes.

Lattice vectors are held in units of a/2, in which the primitive lattice is all triples of even integers, the
body-centred one all triples of equal parity and the face-centred one all triples with an even sum. Nothing
in this module is a float, and nothing knows of atoms or of a second grain.
"""

from dataclasses import dataclass
from functools import cache
from math import gcd
from typing import Literal

Centring = Literal["P", "I", "F"]

PRIMITIVE_CELLS: dict[str, int] = {"P": 1, "I": 2, "F": 4}
"""Primitive cells in the conventional cube."""

CENTRING_VECTORS: dict[Centring, tuple[tuple[int, int, int], ...]] = {
    "P": (),
    "I": ((1, 1, 1),),
    "F": ((0, 1, 1), (1, 0, 1), (1, 1, 0)),
}
"""Lattice points of the cube beside the origin, units of a/2."""


Indices = tuple[int, int, int]
Basis = tuple[Indices, ...]

_PRIMITIVE_BASIS: dict[Centring, Basis] = {
    "P": ((2, 0, 0), (0, 2, 0), (0, 0, 2)),
    "I": ((-1, 1, 1), (1, -1, 1), (1, 1, -1)),
    "F": ((0, 1, 1), (1, 0, 1), (1, 1, 0)),
}


def dot(u: Indices, v: Indices) -> int:
    """Return the scalar product."""
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


def cross(u: Indices, v: Indices) -> Indices:
    """Return the vector product."""
    return (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])


def opposite(v: Indices) -> Indices:
    """Return the vector turned round."""
    return (-v[0], -v[1], -v[2])


def combine(coefficients: tuple[int, ...], vectors: Basis) -> Indices:
    """Return the sum of integer multiples of vectors."""
    return (
        sum(c * v[0] for c, v in zip(coefficients, vectors, strict=True)),
        sum(c * v[1] for c, v in zip(coefficients, vectors, strict=True)),
        sum(c * v[2] for c, v in zip(coefficients, vectors, strict=True)),
    )


def coprime(v: Indices) -> Indices:
    """Return the shortest integer triple along ``v``; ``v`` must not be zero."""
    divisor = gcd(*v)
    return (v[0] // divisor, v[1] // divisor, v[2] // divisor)


def primitive_basis(centring: Centring = "I") -> Basis:
    """Return three vectors that span the lattice, units a/2."""
    return _PRIMITIVE_BASIS[centring]


def primitive_determinant(centring: Centring = "I") -> int:
    """Return the volume of the primitive cell, units (a/2)³."""
    b1, b2, b3 = _PRIMITIVE_BASIS[centring]
    return abs(dot(cross(b1, b2), b3))


def in_lattice(v: Indices, centring: Centring = "I") -> bool:
    """Say whether ``v`` (units a/2) is a lattice vector."""
    if centring == "P":
        return all(c % 2 == 0 for c in v)
    if centring == "I":
        return v[0] % 2 == v[1] % 2 == v[2] % 2
    return sum(v) % 2 == 0


def shortest_lattice_vector(direction: Indices, centring: Centring = "I") -> Indices:
    """Return the shortest lattice vector along ``direction``, units a/2."""
    primitive = coprime(direction)
    if in_lattice(primitive, centring):
        return primitive
    return (2 * primitive[0], 2 * primitive[1], 2 * primitive[2])


def plane_spacing_half_units(normal: Indices, centring: Centring = "I") -> int:
    """Return p such that the spacing of lattice planes is p/|normal| in units of a/2.

    Heights of lattice points over the plane are u·h / |h| in units of a/2, so p is the greatest common
    divisor of the heights of a basis.
    """
    return gcd(*(dot(b, normal) for b in primitive_basis(centring)))


def integer_kernel(form: Indices) -> tuple[Basis, Indices]:
    """Return a basis of the integer triples c with c·form = 0, and one with c·form = gcd(form).

    Euclid's algorithm on the three numbers, carried out on the unit vectors along with them.
    """
    rows: list[Indices] = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    values = list(form)
    while True:
        live = sorted((i for i in range(3) if values[i]), key=lambda i: (abs(values[i]), i))
        if len(live) < 2:
            break
        pivot, others = live[0], live[1:]
        for i in others:
            times = values[i] // values[pivot]
            values[i] -= times * values[pivot]
            rows[i] = combine((1, -times), (rows[i], rows[pivot]))
    if not live:
        raise ValueError("the kernel of the zero form is everything")
    last = live[0]
    kernel = tuple(rows[i] for i in range(3) if i != last)
    complement = rows[last] if values[last] > 0 else opposite(rows[last])
    return kernel, complement


def reduced_pair(first: Indices, second: Indices) -> tuple[Indices, Indices]:
    """Return the two shortest vectors of the plane lattice that two vectors span (Lagrange's reduction)."""
    while True:
        if dot(second, second) < dot(first, first):
            first, second = second, first
        # nearest integer to the projection, halves towards zero so that the loop ends
        numerator, denominator = dot(first, second), dot(first, first)
        times = (2 * abs(numerator) + denominator - 1) // (2 * denominator)
        times = times if numerator > 0 else -times
        if times == 0:
            break
        second = combine((1, -times), (second, first))
    return first, second


@cache
def plane_basis(normal: Indices, centring: Centring = "I") -> tuple[Indices, Indices, Indices]:
    """Return two reduced vectors that span the lattice in a plane, and one from a plane to the next.

    Returns:
        b1, b2 in the plane and b3 with a height of one spacing, units a/2; verified to span the lattice.
    """
    lattice = primitive_basis(centring)
    form = (dot(lattice[0], normal), dot(lattice[1], normal), dot(lattice[2], normal))
    kernel, step = integer_kernel(form)
    b1, b2 = reduced_pair(combine(kernel[0], lattice), combine(kernel[1], lattice))
    b3 = _shortest_stacking(combine(step, lattice), b1, b2)
    if abs(dot(cross(b1, b2), b3)) != primitive_determinant(centring):
        raise ArithmeticError(f"the plane basis of {normal} does not span the lattice")
    return b1, b2, b3


def _shortest_stacking(b3: Indices, b1: Indices, b2: Indices) -> Indices:
    """Return the shortest of the vectors b3 + i b1 + j b2 near the one found by rounding."""
    g11, g12, g22 = dot(b1, b1), dot(b1, b2), dot(b2, b2)
    p1, p2 = dot(b3, b1), dot(b3, b2)
    determinant = g11 * g22 - g12 * g12
    i = -round((p1 * g22 - p2 * g12) / determinant)
    j = -round((p2 * g11 - p1 * g12) / determinant)
    candidates = [combine((1, i + di, j + dj), (b3, b1, b2)) for di in (-1, 0, 1) for dj in (-1, 0, 1)]
    return min(candidates, key=lambda v: (dot(v, v), v))


@dataclass(frozen=True, slots=True)
class PlaneLattice:
    """A lattice seen from one plane; all vectors in units of a/2 and exact.

    Attributes:
        normal: plane indices (hkl).
        b1: shortest lattice vector along the in-plane axis.
        b2: second in-plane vector; with ``b1`` a primitive basis of the plane's two-dimensional lattice.
        b3: stacking vector, from one lattice plane to the next.
        period_2: shortest lattice vector along normal × axis; b2 unless the plane's lattice is oblique.
    """

    normal: Indices
    b1: Indices
    b2: Indices
    b3: Indices
    period_2: Indices

    @property
    def centred(self) -> bool:
        """True when the two periods span more than one primitive cell of the plane."""
        return self.b2 != self.period_2


def plane_lattice(normal: Indices, axis: Indices, centring: Centring = "I") -> PlaneLattice:
    """Return the lattice of the plane ``normal`` with its first vector along ``axis``.

    Returns:
        A basis that spans the lattice.

    Raises:
        ValueError: when the axis does not lie in the plane.
    """
    if dot(normal, axis) != 0:
        raise ValueError(f"axis {axis} does not lie in the plane {normal}")
    b1, b2 = along_direction(plane_basis(normal, centring)[:2], axis, normal)
    period_2 = shortest_lattice_vector(cross(normal, axis), centring)
    return PlaneLattice(normal, b1, b2, plane_basis(normal, centring)[2], period_2)


def along_direction(
    pair: tuple[Indices, Indices], direction: Indices, normal: Indices
) -> tuple[Indices, Indices]:
    """Return a basis of the same plane lattice whose first vector lies along ``direction``.

    The second is the shortest that completes it: its part along the first is at most half of it. Both
    turn counter-clockwise when seen along -normal.

    Raises:
        ValueError: when no lattice vector lies along the direction.
    """
    first, second = pair
    across = cross(normal, direction)
    # i·first + j·second has no part across when i·(first·across) + j·(second·across) = 0
    p, q = dot(first, across), dot(second, across)
    if p == q == 0:
        raise ValueError(f"{direction} does not lie in the plane {normal}")
    divisor = gcd(p, q)
    i, j = q // divisor, -p // divisor
    b1 = combine((i, j), (first, second))
    if dot(b1, direction) < 0:
        i, j, b1 = -i, -j, opposite(b1)
    b2 = combine(_bezout(i, j), (first, second))
    if dot(b2, across) < 0:
        b2 = opposite(b2)
    times, rest = divmod(dot(b2, b1), dot(b1, b1))
    if 2 * rest > dot(b1, b1):
        times += 1
    return b1, combine((1, -times), (b2, b1))


def _bezout(i: int, j: int) -> tuple[int, int]:
    """Return (s, t) with i·t - j·s = 1 for coprime i and j: what completes (i, j) to a basis."""
    old, new = (i, 1, 0), (j, 0, 1)
    while new[0]:
        times = old[0] // new[0]
        old, new = new, (old[0] - times * new[0], old[1] - times * new[1], old[2] - times * new[2])
    # old = (±1, x, y) with x·i + y·j = ±1
    sign = old[0]
    return -old[2] * sign, old[1] * sign
