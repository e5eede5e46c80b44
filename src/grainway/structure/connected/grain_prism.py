"""A grain's sites in the orthogonal cell of a tilt boundary: axis, plane normal and what lies across both."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from grainway.array_types import FloatArray
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.lattice.cubic_lattice import (
    Indices,
    cross,
    dot,
    plane_basis,
    primitive_determinant,
    shortest_lattice_vector,
)

ON_EDGE = 1e-7
"""Fraction of a cell: a site on a cut belongs to the upper side, whatever the rounding."""


@dataclass(frozen=True, eq=False)
class Prism:
    """The lattice of a grain in the cell spanned by lattice vectors along x, y and z of the laboratory.

    x is the tilt axis, z the boundary normal n and y = n × axis.

    Attributes:
        lengths: of the cell, shape (3,), Å.
        translations: lattice points in the cell, fractions, shape (n_points, 3).
        to_fractions: cubic fractions to fractions of the cell, shape (3, 3).
    """

    lengths: FloatArray
    translations: FloatArray
    to_fractions: FloatArray

    def fractions(self, sites: FloatArray) -> FloatArray:
        """Return all sites of the cell by site and lattice point, shape (n_sites·n_points, 3), in [0, 1)."""
        # each sum has three terms in a fixed order: a matrix product may order them by the processor
        reduced = np.asarray(sum(sites[:, i, None] * self.to_fractions[i] for i in range(3)))
        every = (reduced[:, None, :] + self.translations[None, :, :]).reshape(-1, 3)
        return np.round(every - np.floor(every + 1e-9), 12)

    def repeated(self, times: tuple[int, int, int]) -> Prism:
        """Return the cell repeated along x, y and z."""
        n = np.array(times, dtype=np.float64)
        steps = np.array(list(product(*(range(t) for t in times))), dtype=np.float64)
        every = (self.translations[None, :, :] + steps[:, None, :]).reshape(-1, 3)
        return Prism(self.lengths * n, every / n, self.to_fractions / n)


@lru_cache(maxsize=64)
def make_prism(axis: Indices, normal: Indices, crystal: IonicCrystal) -> Prism:
    """Return the smallest orthogonal cell of a grain.

    Args:
        axis: tilt axis [uvw] along x.
        normal: plane (hkl) along z.
        crystal: what the grain is made of.
    """
    directions = (axis, cross(normal, axis), normal)
    vectors = [shortest_lattice_vector(d, crystal.centring) for d in directions]
    half = crystal.lattice_parameter / 2
    n_points = abs(dot(cross(vectors[0], vectors[1]), vectors[2])) // primitive_determinant(crystal.centring)
    # fractions of a lattice point v are v·w/|w|²: whole multiples of 1/|w|², found without rounding
    squares = [dot(w, w) for w in vectors]
    found = {(0, 0, 0)}
    front = [(0, 0, 0)]
    steps = [[dot(b, w) for w in vectors] for b in plane_basis(normal, crystal.centring)]
    while front:
        reached = {
            ((x + step[0]) % squares[0], (y + step[1]) % squares[1], (z + step[2]) % squares[2])
            for x, y, z in front
            for step in steps
        }
        front = sorted(reached - found)
        found |= reached
    if len(found) != n_points:
        raise ArithmeticError(f"the cell of {normal} about {axis} holds {len(found)} of {n_points} points")
    scale = np.array(squares, dtype=np.float64)
    return Prism(
        lengths=half * np.sqrt(scale),
        translations=np.array(sorted(found), dtype=np.float64) / scale,
        to_fractions=2.0 * np.array(vectors, dtype=np.float64).T / scale,
    )
