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

from grainway.array_types import FloatArray
from grainway.distillation.frames.frame_origins import origin_of
from grainway.distillation.frames.labelled_frames import label_of
from grainway.distillation.training.guest_pairs import coefficients_like, stand_in
from grainway.distillation.training.pair_design import VOIGT, PairDesign
from grainway.distillation.training.pair_grids import HOST
from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.pair_sums import own_coefficients, pair_sums
from grainway.simulation.potentials.pair.spline_pairs import SplineGrid, SplinePair
from grainway.simulation.potentials.pair.spline_potential import Pair, SplinePotential

_REMEMBERED = 200
_PER_HUNDREDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFitSettings:
    """What the fit weighs, and how stiff it is.

    Attributes:
        force_error: size of an error in a force component that counts as one, eV/Å.
        energy_error: the same of an energy per atom, eV.
        stress_error: the same of a stress component, GPa.
        lithium_weight: how much more a lithium force counts.
        doped_weight: how much more a frame counts that holds another element than the garnet's, since there
            are few: with four times, errors of doped frames that were held out fall to those of undoped ones.
        ridge: weight of the second differences of neighbouring coefficients, in units of the mean diagonal.
        tether: weight of what a dopant's coefficients differ by from those of the ion it stands for, in the
            same units; held-out doped boundaries chose it (1e-6 and 1e-5 alike, from 1e-4 on worse).
        seen: the force is the splines' down to the distance that so many pairs of the frames lie below, or a
            hundredth of them where there are few, as between dopants.
        stiffness: rate of the repulsion below it, 1/Å.
    """

    force_error: float = 0.15
    energy_error: float = 0.003
    stress_error: float = 0.1
    lithium_weight: float = 3.0
    doped_weight: float = 4.0
    ridge: float = 1e-6
    tether: float = 1e-6
    seen: int = 20
    stiffness: float = 5.0


@dataclass(eq=False)
class _Sums:
    """AᵀA and Aᵀy of one kind of label, unweighted, of the unknowns that an origin has."""

    unknowns: npt.NDArray[np.intp]
    matrix: FloatArray
    right: FloatArray

    def add(self, design: FloatArray, side: FloatArray) -> None:
        own = design[:, self.unknowns]
        self.matrix += own.T @ own
        self.right += own.T @ side


class NormalEquations:
    """The sums over frames from which a fit on given grids follows for any weights and any draw of origins.

    Args of the constructor:
        elements: all elements.
        grids: of each pair of elements, named in their order.

    Attributes:
        shortest: the shortest distances seen of each pair, ascending, Å.
        n_seen: distances seen of each pair, below its cut-off.
    """

    def __init__(self, elements: Sequence[str], grids: Mapping[Pair, SplineGrid]) -> None:
        self.elements = tuple(elements)
        self.grids = dict(grids)
        missing = [p for p in combinations_with_replacement(self.elements, 2) if p not in self.grids]
        if missing:
            raise ConfigError.about("grids", missing, "one for each pair of elements", "Add them.")
        self._design = PairDesign(self.elements, self.grids)
        self.n_functions = self._design.n_functions
        self.n_unknowns = self._design.n_unknowns
        self.shortest: dict[Pair, FloatArray] = {pair: np.empty(0) for pair in self.grids}
        self.n_seen = dict.fromkeys(self.grids, 0)
        self._sums: dict[tuple[str, str, tuple[str, ...]], _Sums] = {}

    def add(self, frame: Atoms) -> None:
        """Add a labelled frame.

        Raises:
            AnalysisError: when it bears no label.
            ConfigError: when it does not say its origin, or holds an element that is not fitted.
        """
        label, origin = label_of(frame), origin_of(frame)
        foreign = sorted(set(frame.get_chemical_symbols()) - set(self.elements))
        if foreign:
            raise ConfigError.about(
                "elements",
                list(self.elements),
                f"those of every frame; {origin} holds {foreign}",
                "Add them.",
            )
        rows = self._design.of(frame, self._remember)
        lithium = np.repeat(np.array(frame.symbols == "Li"), 3)
        side = label.forces.ravel()
        present = tuple(e for e in self.elements if e in frame.symbols)
        self._of(origin, "lithium", present).add(rows.forces[lithium], side[lithium])
        self._of(origin, "framework", present).add(rows.forces[~lithium], side[~lithium])
        per_atom = rows.energy[None] / len(frame), np.array([label.energy / len(frame)])
        self._of(origin, "energy", present).add(*per_atom)
        self._of(origin, "stress", present).add(rows.stress / units.GPa, label.stress / units.GPa)

    def solve(
        self,
        settings: PairFitSettings,
        counts: Mapping[str, int] | None = None,
        host: SplinePotential | None = None,
    ) -> SplinePotential:
        """Return the interactions of least weighted error, stiffened by the ridge.

        Args:
            settings: weights and stiffness.
            counts: how often each origin counts, such as a bootstrap draws them; None for once each.
            host: interactions that stay as they are, on the same grids; those of its elements with others are
                fitted, and held to what the others stand for. Two elements that no frame holds together have
                the interaction of the ions that they stand for.

        Raises:
            ConfigError: when no frame was added.
        """
        if not self._sums:
            raise ConfigError.about("frames", 0, "one labelled frame or more", "Add frames first.")
        matrix, right = self._weighted(settings, counts)
        size = float(np.diag(matrix)[: self.n_functions].mean())
        known, solution = np.zeros(self.n_unknowns, dtype=bool), np.zeros(self.n_unknowns)
        for pair, grid in self.grids.items():
            at = self._design.functions_of(pair)
            if host is not None and pair in host.pairs:
                known[at], solution[at] = True, host.pairs[pair].coefficients
                continue
            # the functions left out at the cut-off are zero: the bend towards them counts too
            bend = np.diff(np.eye(grid.n_functions + 2), n=2, axis=0)[:, : grid.n_functions]
            held = settings.ridge * size * bend.T @ bend
            form = None if host is None else stand_in(pair, host)
            if form is not None:
                held += settings.tether * size * np.eye(grid.n_functions)
                right[at] += held @ coefficients_like(form, grid)
            matrix[at, at] += held
        for number, element in enumerate(self.elements, start=self.n_functions):
            if host is not None and element in host.elements:
                known[number], solution[number] = True, host.energies[element]
        # what no frame has seen at all is settled at zero
        matrix[np.diag_indices_from(matrix)] += 1e-12 * float(np.diag(matrix).mean())
        sought = ~known
        side = right[sought] - matrix[np.ix_(sought, known)] @ solution[known]
        solution[sought] = cho_solve(cho_factor(matrix[np.ix_(sought, sought)]), side)
        return self._model(solution, settings, host)

    def _weighted(
        self, settings: PairFitSettings, counts: Mapping[str, int] | None
    ) -> tuple[FloatArray, FloatArray]:
        weight = {
            "lithium": settings.lithium_weight / settings.force_error**2,
            "framework": 1 / settings.force_error**2,
            "energy": 1 / settings.energy_error**2,
            "stress": 1 / settings.stress_error**2,
        }
        matrix = np.zeros((self.n_unknowns, self.n_unknowns))
        right = np.zeros(self.n_unknowns)
        for (origin, kind, present), sums in self._sums.items():
            share = weight[kind] * (1 if counts is None else counts.get(origin, 0))
            share *= settings.doped_weight if set(present) - HOST else 1
            matrix[np.ix_(sums.unknowns, sums.unknowns)] += share * sums.matrix
            right[sums.unknowns] += share * sums.right
        return matrix, right

    def _model(
        self, solution: FloatArray, settings: PairFitSettings, host: SplinePotential | None
    ) -> SplinePotential:
        pairs = {}
        for pair, grid in self.grids.items():
            if host is not None and pair in host.pairs:
                pairs[pair] = host.pairs[pair]
                continue
            form = None if host is None else stand_in(pair, host)
            n_seen, seen = self.n_seen[pair], self.shortest[pair]
            joins = [float(seen[self._n_below(pair, settings) - 1])] if n_seen else []
            if form is not None and n_seen < _PER_HUNDREDTH * settings.seen:
                # too few to say how near the two may come: as near as what they stand for
                joins.append(form.join)
            if joins:
                pairs[pair] = SplinePair(
                    grid=grid,
                    coefficients=tuple(map(float, solution[self._design.functions_of(pair)])),
                    join=max(min(joins), grid.first),
                    stiffness=settings.stiffness,
                )
        energies = dict(zip(self.elements, map(float, solution[self.n_functions :]), strict=True))
        return SplinePotential(elements=self.elements, pairs=pairs, energies=energies)

    def _n_below(self, pair: Pair, settings: PairFitSettings) -> int:
        return max(1, min(settings.seen, self.n_seen[pair] // _PER_HUNDREDTH, self.shortest[pair].size))

    def _of(self, origin: str, kind: str, present: tuple[str, ...]) -> _Sums:
        # an undoped origin keeps no rows of dopants: with eight elements they would be nine parts in ten
        if (origin, kind, present) not in self._sums:
            unknowns = self._design.unknowns_of(present)
            n = len(unknowns)
            self._sums[origin, kind, present] = _Sums(unknowns, np.zeros((n, n)), np.zeros(n))
        return self._sums[origin, kind, present]

    def _remember(self, pair: Pair, distances: FloatArray) -> None:
        # like pairs stand twice
        own = np.sort(distances)[:: 2 if pair[0] == pair[1] else 1]
        self.n_seen[pair] += own.size
        own = own[:_REMEMBERED]
        self.shortest[pair] = np.sort(np.concatenate([self.shortest[pair], own]))[:_REMEMBERED]


def predict_with_pairs(potential: SplinePotential, frames: Sequence[Atoms]) -> list[Atoms]:
    """Return the frames with a fitted potential's energy (eV), forces (eV/Å) and stress (eV/Å³, Voigt).

    Raises:
        ConfigError: an element that was not fitted, or two that no frame held together.
    """
    own = own_coefficients(potential)
    predicted = []
    for frame in frames:
        symbols = frame.get_chemical_symbols()
        sums = pair_sums(potential, own, symbols, frame.positions, frame.cell.array)
        stress = np.array([-sums.virials[0][p, q] for p, q in VOIGT]) / frame.get_volume()
        copy = frame.copy()
        copy.calc = SinglePointCalculator(
            copy, energy=float(sums.energies[0]), forces=sums.forces[0], stress=stress
        )
        predicted.append(copy)
    return predicted
