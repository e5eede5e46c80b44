"""What one unit of each unknown of a pair fit adds to the energy, forces and stress of a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from scipy.sparse import coo_array

from grainway.array_types import FloatArray, IndexArray
from grainway.simulation.potentials.pair.pair_sums import directed_pairs
from grainway.simulation.potentials.pair.spline_pairs import SplineGrid
from grainway.simulation.potentials.pair.spline_potential import Pair

_FOUR = np.arange(4)
VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


@dataclass(frozen=True, slots=True, eq=False)
class DesignRows:
    """The rows of a frame; their columns are the unknowns.

    Attributes:
        energy: shape (n_unknowns,).
        forces: of x, y, z of each atom, shape (3 n_atoms, n_unknowns), 1/Å.
        stress: Voigt, shape (6, n_unknowns), 1/Å^3.
    """

    energy: FloatArray
    forces: FloatArray
    stress: FloatArray


class PairDesign:
    """The unknowns, in order: the functions of each pair, then an energy for each element.

    Args of the constructor:
        elements: all elements.
        grids: of each pair of elements, named in their order.
    """

    def __init__(self, elements: Sequence[str], grids: Mapping[Pair, SplineGrid]) -> None:
        self.elements = tuple(elements)
        self.grids = dict(grids)
        starts = np.cumsum([0, *(grid.n_functions for grid in self.grids.values())])
        self._start = dict(zip(self.grids, (int(start) for start in starts[:-1]), strict=True))
        self.n_functions = int(starts[-1])
        self.n_unknowns = self.n_functions + len(self.elements)

    def functions_of(self, pair: Pair) -> slice:
        """Return which unknowns are the functions of a pair."""
        return slice(self._start[pair], self._start[pair] + self.grids[pair].n_functions)

    def unknowns_of(self, elements: Sequence[str]) -> IndexArray:
        """Return the unknowns that frames of some elements can have."""
        pairs = [
            np.arange(self.n_unknowns)[self.functions_of(p)] for p in self.grids if set(p) <= set(elements)
        ]
        own = [self.n_functions + self.elements.index(element) for element in elements]
        return np.concatenate([*pairs, np.array(own, dtype=np.intp)])

    def of(self, frame: Atoms, seen: Callable[[Pair, FloatArray], None]) -> DesignRows:
        """Return the rows of a frame.

        Args:
            frame: periodic, of these elements.
            seen: told the distances of each pair, those of like atoms twice, Å.
        """
        n = len(frame)
        kinds = np.array([self.elements.index(symbol) for symbol in frame.get_chemical_symbols()])
        energy = np.zeros(self.n_unknowns)
        stress = np.zeros((6, self.n_unknowns))
        rows, columns, entries = [np.empty(0, np.intp)], [np.empty(0, np.intp)], [np.empty(0)]
        for (a, b), grid in self.grids.items():
            first = np.flatnonzero(kinds == self.elements.index(a))
            second = np.flatnonzero(kinds == self.elements.index(b))
            if not first.size or not second.size:
                continue
            i, j, r, direction = directed_pairs(frame.positions, frame.cell.array, first, second, grid.cutoff)
            seen((a, b), r)
            number, values, slopes = grid.functions(np.maximum(r, grid.first))
            column = number[:, None] + _FOUR
            inside = column < grid.n_functions
            column = np.where(inside, column, 0) + self._start[a, b]
            values, slopes = np.where(inside, values, 0.0), np.where(inside, slopes, 0.0)
            # like pairs stand twice, once from each end
            share = 0.5 if a == b else 1.0
            np.add.at(energy, column, share * values)
            for number_of, (p, q) in enumerate(VOIGT):
                lever = share * direction[:, p] * direction[:, q] * r
                np.add.at(stress[number_of], column, lever[:, None] * slopes / frame.get_volume())
            for axis in range(3):
                # force on i from j: −V'(r) (r_i − r_j)/r = V'(r) e_ij with e from i to j
                pull = direction[:, axis, None] * slopes
                ends = ((i, pull),) if a == b else ((i, pull), (j, -pull))
                for atom, value in ends:
                    rows.append(np.broadcast_to((3 * atom + axis)[:, None], column.shape).ravel())
                    columns.append(column.ravel())
                    entries.append(value.ravel())
        energy[self.n_functions :] = np.bincount(kinds, minlength=len(self.elements))
        forces = coo_array(
            (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))),
            shape=(3 * n, self.n_unknowns),
        ).toarray()
        return DesignRows(energy, forces, stress)
