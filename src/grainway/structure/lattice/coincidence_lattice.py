"""Coincidence lattices of two rotated cubic crystals, in exact integers.

References: S. Ranganathan, Acta Cryst. 21 (1966) 197 (generating function of coincidence rotations);
H. Grimmer, W. Bollmann, D. H. Warrington, Acta Cryst. A30 (1974) 197 (coincidence lattices and their planes).
Rotations are held as an integer matrix over a common denominator; the module knows no strain and no atoms.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product
from math import atan2, degrees, gcd, isqrt, sqrt

from grainway.structure.lattice.cubic_lattice import (
    Basis,
    Centring,
    Indices,
    combine,
    coprime,
    cross,
    dot,
    integer_kernel,
    primitive_basis,
    primitive_determinant,
    reduced_pair,
)

Matrix = tuple[Indices, Indices, Indices]


def sigma_of_rotation(axis: Indices, m: int, n: int) -> int:
    """Return Σ of the rotation tan(θ/2) = (n/m)|axis| about ``axis`` (Ranganathan's generating function)."""
    divisor = gcd(m, n)
    m, n = m // divisor, n // divisor
    sigma = m * m + n * n * dot(axis, axis)
    while sigma % 2 == 0:
        sigma //= 2
    return sigma


def rotation_matrix(axis: Indices, m: int, n: int) -> tuple[Matrix, int]:
    """Return the rotation tan(θ/2) = (n/m)|axis| about ``axis`` as an integer matrix and its denominator.

    R = [(m² - v²) 1 + 2 v vᵀ + 2 m v×] / (m² + v²) with v = n·axis: Rodrigues' formula in whole numbers.
    """
    v = (n * axis[0], n * axis[1], n * axis[2])
    square = dot(v, v)
    skew = ((0, -v[2], v[1]), (v[2], 0, -v[0]), (-v[1], v[0], 0))
    rows = [
        tuple((m * m - square if i == j else 0) + 2 * v[i] * v[j] + 2 * m * skew[i][j] for j in range(3))
        for i in range(3)
    ]
    return (rows[0], rows[1], rows[2]), m * m + square  # type: ignore[return-value]


def rotated_back(v: Indices, numerator: Matrix) -> Indices:
    """Return vᵀR without its denominator: a vector of grain a seen from grain b."""
    return combine(v, numerator)


@dataclass(frozen=True, slots=True)
class Coincidence:
    """The vectors that two grains share.

    Attributes:
        axis: rotation axis [uvw].
        numerator: integer matrix of the rotation from crystal b to crystal a.
        denominator: its denominator.
        sigma: volume of the coincidence cell over that of the primitive cell.
        basis: three short vectors that span the coincidence lattice in crystal a, units a/2.
    """

    axis: Indices
    numerator: Matrix
    denominator: int
    sigma: int
    basis: Basis

    def in_grain_b(self, v: Indices) -> Indices:
        """Return a coincidence vector in crystal b."""
        w = rotated_back(v, self.numerator)
        return (w[0] // self.denominator, w[1] // self.denominator, w[2] // self.denominator)

    def plane_cell(self, normal: Indices) -> tuple[Indices, Indices]:
        """Return two short vectors that span the coincidence lattice in a plane of crystal a."""
        kernel, _ = integer_kernel(
            (dot(self.basis[0], normal), dot(self.basis[1], normal), dot(self.basis[2], normal))
        )
        return reduced_pair(combine(kernel[0], self.basis), combine(kernel[1], self.basis))


@cache
def coincidence(axis: Indices, m: int, n: int, centring: Centring = "I") -> Coincidence:
    """Return the coincidence lattice of the rotation tan(θ/2) = (n/m)|axis|.

    Returns:
        The lattice; its index is verified to be Σ of the generating function.
    """
    numerator, denominator = rotation_matrix(axis, m, n)
    lattice = primitive_basis(centring)
    determinant = dot(cross(lattice[0], lattice[1]), lattice[2])
    dual = (cross(lattice[1], lattice[2]), cross(lattice[2], lattice[0]), cross(lattice[0], lattice[1]))
    # c·lattice is shared when its image has whole coordinates
    images = [rotated_back(b, numerator) for b in lattice]
    modulus = denominator * abs(determinant)
    rows: list[Indices] = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    for d in dual:
        column: Indices = (dot(images[0], d), dot(images[1], d), dot(images[2], d))
        rows = _congruent(rows, column, modulus)
    basis = _reduced([combine(row, lattice) for row in rows])
    sigma = abs(dot(cross(basis[0], basis[1]), basis[2])) // primitive_determinant(centring)
    if sigma != sigma_of_rotation(axis, m, n):
        raise ArithmeticError(f"Σ = {sigma} of {axis}, {m}, {n} contradicts its generating function")
    return Coincidence(axis, numerator, denominator, sigma, basis)


def _congruent(rows: list[Indices], column: Indices, modulus: int) -> list[Indices]:
    """Return a basis of the combinations c of ``rows`` with c·column ≡ 0 modulo ``modulus``."""
    values = [dot(row, column) % modulus for row in rows]
    rows = list(rows)
    while True:
        live = sorted((i for i in range(3) if values[i]), key=lambda i: (values[i], i))
        if len(live) < 2:
            break
        pivot = live[0]
        for i in live[1:]:
            times = values[i] // values[pivot]
            values[i] -= times * values[pivot]
            rows[i] = combine((1, -times), (rows[i], rows[pivot]))
    for i in live:
        factor = modulus // gcd(values[i], modulus)
        rows[i] = combine((factor,), (rows[i],))
    return rows


def _reduced(vectors: list[Indices]) -> Basis:
    """Return a basis of short vectors: pairs reduced after Lagrange, the third by the plane of the others."""
    first, second, third = vectors
    while True:
        first, second = reduced_pair(first, second)
        g11, g12, g22 = dot(first, first), dot(first, second), dot(second, second)
        p1, p2 = dot(third, first), dot(third, second)
        area = g11 * g22 - g12 * g12
        i, j = -round((p1 * g22 - p2 * g12) / area), -round((p2 * g11 - p1 * g12) / area)
        near = [
            combine((1, i + di, j + dj), (third, first, second)) for di in (-1, 0, 1) for dj in (-1, 0, 1)
        ]
        third = min(near, key=lambda v: (dot(v, v), v))
        if dot(third, third) >= g22:
            return first, second, third
        second, third = third, second


def planes_within(lattice: Coincidence, max_area: float) -> Iterator[Indices]:
    """Yield the planes of crystal a whose coincidence cell is at most ``max_area``, one of ±(hkl) each.

    A plane's cell is the vector Σ lᵢ bⱼ×bₖ with coprime lᵢ, and lᵢ = (cell·bᵢ)/volume bounds them.

    Args:
        lattice: the shared vectors.
        max_area: largest cell, units (a/2)².
    """
    b1, b2, b3 = lattice.basis
    faces = (cross(b2, b3), cross(b3, b1), cross(b1, b2))
    volume = abs(dot(b1, faces[0]))
    reach = [int(max_area * sqrt(dot(b, b)) / volume) for b in lattice.basis]
    for steps in product(*(range(-r, r + 1) for r in reach)):
        # one of each pair of opposite faces: the first number that is not zero is positive
        if gcd(*steps) != 1 or next(s for s in steps if s) < 0:
            continue
        face = combine(steps, faces)
        if dot(face, face) <= max_area * max_area:
            yield coprime(face)


def rotations_within(
    axis: Indices, angle_range_deg: tuple[float, float], max_sigma: int
) -> list[tuple[float, int, int]]:
    """List the coincidence rotations about an axis up to a Σ.

    Returns:
        Tuples (angle in degrees, m, n) with tan(θ/2) = (n/m)|axis|, by angle.
    """
    square = dot(axis, axis)
    low, high = angle_range_deg
    found = []
    # Σ is the sum of squares over at most 4 for coprime m and n
    largest = isqrt(4 * max_sigma)
    for m in range(1, largest + 1):
        for n in range(1, isqrt(max(0, 4 * max_sigma - m * m) // square) + 1):
            angle = 2 * degrees(atan2(n * sqrt(square), m))
            if gcd(m, n) == 1 and low <= angle <= high and sigma_of_rotation(axis, m, n) <= max_sigma:
                found.append((angle, m, n))
    return sorted(found)


@cache
def cube_operations() -> tuple[Matrix, ...]:
    """Return the 48 operations of the cube's full symmetry as integer matrices."""
    found = []
    for order in permutations(range(3)):
        for signs in product((1, -1), repeat=3):
            rows = [[0, 0, 0] for _ in range(3)]
            for i in range(3):
                rows[i][order[i]] = signs[i]
            found.append(((*rows[0],), (*rows[1],), (*rows[2],)))
    return tuple(found)  # type: ignore[arg-type]


def transformed(operation: Matrix, v: Indices) -> Indices:
    """Return an operation applied to a vector."""
    return (dot(operation[0], v), dot(operation[1], v), dot(operation[2], v))
