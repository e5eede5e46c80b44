"""Exact integer geometry of lattice planes and coincidence in a body-centred cubic lattice.

Lattice vectors are held in units of a/2, where a body-centred lattice is exactly the set of integer
triples whose entries are all even or all odd. Nothing in this module is a float.

References: S. Ranganathan, Acta Cryst. 21 (1966) 197 (generating function of coincidence rotations);
H. Grimmer, W. Bollmann, D. H. Warrington, Acta Cryst. A30 (1974) 197 (coincidence lattices).
This module knows nothing of atoms, strain, asymmetric planes or twist.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import gcd

Indices = tuple[int, int, int]


def dot(u: Indices, v: Indices) -> int:
    """Return the scalar product."""
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


def cross(u: Indices, v: Indices) -> Indices:
    """Return the vector product."""
    return (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])


def coprime(v: Indices) -> Indices:
    """Return the shortest integer triple along ``v``; ``v`` must not be zero."""
    divisor = gcd(*v)
    return (v[0] // divisor, v[1] // divisor, v[2] // divisor)


def in_lattice(v: Indices) -> bool:
    """Say whether ``v`` (units a/2) is a vector of the body-centred lattice."""
    return v[0] % 2 == v[1] % 2 == v[2] % 2


def shortest_lattice_vector(direction: Indices) -> Indices:
    """Return the shortest body-centred lattice vector along ``direction``, units a/2."""
    primitive = coprime(direction)
    if in_lattice(primitive):
        return primitive
    return (2 * primitive[0], 2 * primitive[1], 2 * primitive[2])


def sigma_of_rotation(axis: Indices, m: int, n: int) -> int:
    """Return Σ of the rotation tan(θ/2) = (n/m)|axis| about ``axis`` (Ranganathan's generating function)."""
    divisor = gcd(m, n)
    m, n = m // divisor, n // divisor
    sigma = m * m + n * n * dot(axis, axis)
    while sigma % 2 == 0:
        sigma //= 2
    return sigma


def plane_spacing_half_units(normal: Indices) -> tuple[int, int]:
    """Return (p, q) such that the spacing of lattice planes is (p/q)·a/|normal|: 1/1 or 1/2.

    Heights of lattice points over the plane are (u·h)/2 · a/|h| with u all even or all odd, hence in steps
    of a/|h| when h + k + l is even (u = (1, 1, 1) gives an even sum) and a/(2|h|) when it is odd.
    """
    return (1, 1) if sum(normal) % 2 == 0 else (1, 2)


@dataclass(frozen=True, slots=True)
class PlaneLattice:
    """Body-centred lattice seen from one plane; all vectors in units of a/2 and exact.

    Attributes:
        normal: plane indices (hkl).
        b1: shortest lattice vector along the in-plane axis.
        b2: second in-plane vector; with ``b1`` a primitive basis of the plane's two-dimensional lattice.
        b3: stacking vector, from one lattice plane to the next.
        period_2: shortest lattice vector along normal × axis; b2 unless the plane's lattice is centred.
    """

    normal: Indices
    b1: Indices
    b2: Indices
    b3: Indices
    period_2: Indices

    @property
    def centred(self) -> bool:
        """True when the plane's lattice is centred rectangular."""
        return self.b2 != self.period_2


def plane_lattice(normal: Indices, axis: Indices) -> PlaneLattice:
    """Return the lattice of the plane ``normal`` with its first vector along ``axis``.

    Args:
        normal: plane indices, coprime.
        axis: direction in the plane, coprime.

    Returns:
        A basis that is verified to span the body-centred lattice (determinant 4 in units of (a/2)³).

    Raises:
        ValueError: when the axis does not lie in the plane.
    """
    if dot(normal, axis) != 0:
        raise ValueError(f"axis {axis} does not lie in the plane {normal}")
    b1 = shortest_lattice_vector(axis)
    period_2 = shortest_lattice_vector(cross(normal, axis))
    total = (b1[0] + period_2[0], b1[1] + period_2[1], b1[2] + period_2[2])
    b2 = period_2
    if all(c % 2 == 0 for c in total):
        half: Indices = (total[0] // 2, total[1] // 2, total[2] // 2)
        if in_lattice(half):
            b2 = half
    b3 = _stacking_vector(normal)
    volume = dot(cross(b1, b2), b3)
    if abs(volume) != 4:  # the primitive cell of a body-centred lattice, (a³/2)/(a/2)³
        raise ArithmeticError(f"plane basis of {normal} about {axis} spans {volume}/4 primitive cells")
    return PlaneLattice(normal, b1, b2, b3, period_2)


def _stacking_vector(normal: Indices) -> Indices:
    """Return a shortest lattice vector whose height over the plane is one spacing."""
    step = 2 if sum(normal) % 2 == 0 else 1  # height in units of a/(2|normal|)
    reach = max(abs(c) for c in normal) + 2
    best: Indices | None = None
    for u in range(-reach, reach + 1):
        for v in range(-reach, reach + 1):
            rest = step - u * normal[0] - v * normal[1]
            if normal[2] == 0:
                if rest != 0:
                    continue
                choices = [w for w in range(-2, 3) if in_lattice((u, v, w))]
            elif rest % normal[2] == 0:
                choices = [rest // normal[2]]
            else:
                continue
            for w in choices:
                candidate = (u, v, w)
                if in_lattice(candidate) and (best is None or dot(candidate, candidate) < dot(best, best)):
                    best = candidate
    if best is None:
        raise ArithmeticError(f"no stacking vector found for the plane {normal}")
    return best


def symmetric_tilt_planes(
    axis: Indices, largest_index: int
) -> list[tuple[Indices, Indices, int, int, Indices]]:
    """List symmetric-tilt boundaries about a twofold axis of the cube, [001] or [110].

    Each is made by rotating the median plane's normal n₀ by ±θ/2 about the axis, tan(θ/2) = (n/m)|axis|·r
    with exact integers.

    Args:
        axis: (0, 0, 1) or (1, 1, 0).
        largest_index: largest |h|, |k|, |l| of the plane.

    Returns:
        Tuples (normal_a, normal_b, m, n, median): the misorientation is tan(θ/2) = (n/m)|axis|.

    Raises:
        ValueError: for another axis.
    """
    found = []
    pairs = [(p, q) for p, q in product(range(1, largest_index + 1), repeat=2) if gcd(p, q) == 1]
    if axis == (0, 0, 1):
        for h, k in pairs:
            if k < h:  # about n0 = [100]
                found.append(((h, k, 0), (h, -k, 0), h, k, (1, 0, 0)))
                # about n0 = [110]: the angle from [110] is 45° - atan(k/h), tan = (h - k)/(h + k)
                found.append(((h, k, 0), (k, h, 0), h + k, h - k, (1, 1, 0)))
    elif axis == (1, 1, 0):
        for h, third in pairs:
            # about n0 = [001]: tan(θ/2) = h√2/l
            found.append(((h, -h, third), (-h, h, third), third, h, (0, 0, 1)))
            # about n0 = [1-10]: tan(θ/2) = l/(h√2) = (l/2h)√2
            found.append(((h, -h, third), (h, -h, -third), 2 * h, third, (1, -1, 0)))
    else:
        raise ValueError(f"axis {axis} is neither (0, 0, 1) nor (1, 1, 0)")
    return found
