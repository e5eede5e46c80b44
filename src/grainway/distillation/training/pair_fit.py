"""Pair splines matched to a teacher by linear least squares: force matching (Ercolessi and Adams, 1994).

E = Σ_pairs Σ_k c_k B_k(r) + Σ_e N_e ε_e is linear in what is sought, and so are its forces and stresses
(Europhys. Lett. 26 (1994) 583). Each frame adds to the normal equations, which are a few hundred square and
solved once; another weight, teacher or draw of the frames costs one more solution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import numpy.typing as npt
from ase import Atoms, units
from ase.calculators.singlepoint import SinglePointCalculator
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import coo_array

from grainway.distillation.frames.labelled_frames import label_of
from grainway.distillation.frames.split_by_origin import origin_of
from grainway.errors import ConfigError
from grainway.geometry.periodic_neighbours import PeriodicNeighbours
from grainway.simulation.potentials.pair.spline_pairs import SplineGrid, SplinePair, SplinePotential

FloatArray = npt.NDArray[np.float64]
Pair = tuple[str, str]

_FOUR = np.arange(4)
_REMEMBERED = 200
_VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFitSettings:
    """What the fit weighs, and how stiff it is.

    Attributes:
        force_error: size of an error in a force component that counts as one, eV/Å.
        energy_error: the same of an energy per atom, eV.
        stress_error: the same of a stress component, GPa.
        lithium_weight: how much more a lithium force counts.
        ridge: weight of the second differences of neighbouring coefficients, in units of the mean diagonal.
        seen: the force is the splines' down to the distance that so many pairs of the frames lie below.
        stiffness: rate of the repulsion below it, 1/Å.
    """

    force_error: float = 0.15
    energy_error: float = 0.003
    stress_error: float = 0.1
    lithium_weight: float = 3.0
    ridge: float = 1e-6
    seen: int = 20
    stiffness: float = 5.0


@dataclass(eq=False)
class _Sums:
    """AᵀA and Aᵀy of one kind of label, unweighted."""

    matrix: FloatArray
    right: FloatArray

    def add(self, design: FloatArray, side: FloatArray) -> None:
        self.matrix += design.T @ design
        self.right += design.T @ side


class NormalEquations:
    """The sums over frames from which a fit on given grids follows for any weights and any draw of origins.

    Args of the constructor:
        elements: all elements.
        grids: of each pair of elements, named in their order.

    Attributes:
        shortest: the shortest distances seen of each pair, ascending, Å.
    """

    def __init__(self, elements: Sequence[str], grids: Mapping[Pair, SplineGrid]) -> None:
        self.elements = tuple(elements)
        self.grids = dict(grids)
        missing = [p for p in combinations_with_replacement(self.elements, 2) if p not in self.grids]
        if missing:
            raise ConfigError.about("grids", missing, "one for each pair of elements", "Add them.")
        starts = np.cumsum([0, *(grid.n_functions for grid in self.grids.values())])
        self._start = dict(zip(self.grids, (int(start) for start in starts[:-1]), strict=True))
        self.n_functions = int(starts[-1])
        self.n_unknowns = self.n_functions + len(self.elements)
        self.shortest: dict[Pair, FloatArray] = {pair: np.empty(0) for pair in self.grids}
        self._sums: dict[tuple[str, str], _Sums] = {}

    def add(self, frame: Atoms) -> None:
        """Add a labelled frame.

        Raises:
            AnalysisError: when it bears no label.
            ConfigError: when it does not say its origin.
        """
        label, origin = label_of(frame), origin_of(frame)
        energy, forces, stress = self._design(frame)
        lithium = np.repeat(np.array(frame.symbols == "Li"), 3)
        side = label.forces.ravel()
        self._of(origin, "lithium").add(forces[lithium], side[lithium])
        self._of(origin, "framework").add(forces[~lithium], side[~lithium])
        self._of(origin, "energy").add(energy[None] / len(frame), np.array([label.energy / len(frame)]))
        self._of(origin, "stress").add(stress / units.GPa, label.stress / units.GPa)

    def solve(self, settings: PairFitSettings, counts: Mapping[str, int] | None = None) -> SplinePotential:
        """Return the interactions of least weighted error, stiffened by the ridge.

        Args:
            settings: weights and stiffness.
            counts: how often each origin counts, such as a bootstrap draws them; None for once each.

        Raises:
            ConfigError: when no frame was added.
        """
        if not self._sums:
            raise ConfigError.about("frames", 0, "one labelled frame or more", "Add frames first.")
        weight = {
            "lithium": settings.lithium_weight / settings.force_error**2,
            "framework": 1 / settings.force_error**2,
            "energy": 1 / settings.energy_error**2,
            "stress": 1 / settings.stress_error**2,
        }
        matrix = np.zeros((self.n_unknowns, self.n_unknowns))
        right = np.zeros(self.n_unknowns)
        for (origin, kind), sums in self._sums.items():
            share = weight[kind] * (1 if counts is None else counts.get(origin, 0))
            matrix += share * sums.matrix
            right += share * sums.right
        size = settings.ridge * float(np.diag(matrix)[: self.n_functions].mean())
        for pair, grid in self.grids.items():
            at = slice(self._start[pair], self._start[pair] + grid.n_functions)
            # the functions left out at the cut-off are zero: the bend towards them counts too
            bend = np.diff(np.eye(grid.n_functions + 2), n=2, axis=0)[:, : grid.n_functions]
            matrix[at, at] += size * bend.T @ bend
        # what no frame has seen at all is settled at zero
        matrix[np.diag_indices_from(matrix)] += 1e-12 * float(np.diag(matrix).mean())
        return self._model(cho_solve(cho_factor(matrix), right), settings)

    def _model(self, solution: FloatArray, settings: PairFitSettings) -> SplinePotential:
        pairs = {}
        for pair, grid in self.grids.items():
            seen = self.shortest[pair]
            join = float(seen[min(settings.seen, seen.size) - 1]) if seen.size else grid.first
            pairs[pair] = SplinePair(
                grid=grid,
                coefficients=tuple(map(float, solution[self._start[pair] :][: grid.n_functions])),
                join=max(join, grid.first),
                stiffness=settings.stiffness,
            )
        energies = dict(zip(self.elements, map(float, solution[self.n_functions :]), strict=True))
        return SplinePotential(elements=self.elements, pairs=pairs, energies=energies)

    def _of(self, origin: str, kind: str) -> _Sums:
        n = self.n_unknowns
        return self._sums.setdefault((origin, kind), _Sums(np.zeros((n, n)), np.zeros(n)))

    def _design(self, frame: Atoms) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return what one of each unknown adds: to energy (n,), forces (3 n_atoms, n) and stress (6, n)."""
        n = len(frame)
        kinds = np.array([self.elements.index(symbol) for symbol in frame.get_chemical_symbols()])
        energy = np.zeros(self.n_unknowns)
        stress = np.zeros((6, self.n_unknowns))
        rows, columns, entries = [], [], []
        for (a, b), grid in self.grids.items():
            first = np.flatnonzero(kinds == self.elements.index(a))
            second = np.flatnonzero(kinds == self.elements.index(b))
            if not first.size or not second.size:
                continue
            i, j, r, direction = directed_pairs(frame, first, second, grid.cutoff)
            self._remember((a, b), r)
            number, values, slopes = grid.functions(np.maximum(r, grid.first))
            column = number[:, None] + _FOUR
            inside = column < grid.n_functions
            column = np.where(inside, column, 0) + self._start[a, b]
            values, slopes = np.where(inside, values, 0.0), np.where(inside, slopes, 0.0)
            # like pairs stand twice, once from each end
            share = 0.5 if a == b else 1.0
            np.add.at(energy, column, share * values)
            for number_of, (p, q) in enumerate(_VOIGT):
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
        return energy, forces, stress

    def _remember(self, pair: Pair, distances: FloatArray) -> None:
        # like pairs stand twice
        own = np.sort(distances)[:: 2 if pair[0] == pair[1] else 1][:_REMEMBERED]
        self.shortest[pair] = np.sort(np.concatenate([self.shortest[pair], own]))[:_REMEMBERED]


def directed_pairs(
    frame: Atoms, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp], cutoff: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], FloatArray, FloatArray]:
    """Return pairs of one kind of atom with another, over all periodic images, below the cut-off.

    Args:
        frame: periodic.
        first: atoms of one kind.
        second: atoms of the other kind, or the same atoms.
        cutoff: Å.

    Returns:
        Numbers of both atoms, distances in Å and unit vectors from the first to the second; shapes (n_pairs,)
        and (n_pairs, 3). Pairs of like atoms stand twice.
    """
    cell = np.asarray(frame.cell.array)
    neighbours = PeriodicNeighbours(frame.positions[second], cell, cutoff)
    i, j, r, vectors = neighbours.vectors(frame.positions[first])
    kept = (r > 1e-8) & (r < cutoff)
    return first[i[kept]], second[j[kept]], r[kept], vectors[kept] / r[kept, None]


def predict_with_pairs(potential: SplinePotential, frames: Sequence[Atoms]) -> list[Atoms]:
    """Return the frames with a fitted potential's energy (eV), forces (eV/Å) and stress (eV/Å³, Voigt).

    Raises:
        ConfigError: an element that was not fitted.
    """
    predicted = []
    for frame in frames:
        symbols = np.array(frame.get_chemical_symbols())
        pairs = [(table.first, table.second) for table in potential.tables(tuple(dict.fromkeys(symbols)))]
        energy = sum(potential.energies[symbol] for symbol in symbols)
        forces, stress = np.zeros((len(frame), 3)), np.zeros((3, 3))
        for a, b in pairs:
            form = potential.pairs[a, b]
            first, second = np.flatnonzero(symbols == a), np.flatnonzero(symbols == b)
            i, j, r, direction = directed_pairs(frame, first, second, form.grid.cutoff)
            value, push = form.evaluate(r)
            share = 0.5 if a == b else 1.0
            energy += share * float(value.sum())
            stress -= share * np.einsum("n,ni,nj->ij", push * r, direction, direction)
            np.add.at(forces, i, -push[:, None] * direction)
            if a != b:
                np.add.at(forces, j, push[:, None] * direction)
        copy = frame.copy()
        voigt = np.array([stress[p, q] for p, q in _VOIGT]) / frame.get_volume()
        copy.calc = SinglePointCalculator(copy, energy=energy, forces=forces, stress=voigt)
        predicted.append(copy)
    return predicted
