"""What a search for the ground state of a boundary found, the same structure once."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.io import read
from scipy.spatial import cKDTree

from grainway.array_types import FloatArray
from grainway.domain import BoundarySpec
from grainway.ground_state.boundary_candidates import BoundaryCandidate
from grainway.machine.whole_files import csv_text


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryState:
    """One relaxed candidate.

    Attributes:
        candidate: its number in the sequence.
        energy: E_gb, mean of the cell's two boundaries, J/m².
        excess_volume: (L_z - L_A - L_B)/2 over the same planes as perfect crystals, Å.
        gap: sum of both contact gaps before relaxation, Å.
        dipole: the larger of both grains' as cut, e/Å.
        translation: before relaxation, shares of the two periods.
        termination: height of the lower grain's cut, share of its plane spacing.
        termination_b: of the upper grain's.
        lithium_oxide_per_nm2: Li2O asked for.
        n_lithium_oxide: formula units of Li2O in the cell beyond both grains.
        n_duplicates: further candidates that relaxed to the same boundary.
        max_force: eV/Å.
        structure: file of the relaxed structure.
    """

    candidate: int
    energy: float
    excess_volume: float
    gap: float
    dipole: float
    translation: tuple[float, float]
    termination: float
    termination_b: float
    lithium_oxide_per_nm2: float
    n_lithium_oxide: int
    n_duplicates: int
    max_force: float
    structure: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class GroundState:
    """The result of a search.

    Attributes:
        spec: recipe of the lowest candidate.
        states: distinct relaxed boundaries, lowest energy first.
        ordering_energies: of the lowest candidate with each lithium ordering, the search's own first, J/m².
        lithium_oxide: μ(Li2O), eV per formula unit; None when no Li2O was added or removed.
        n_polar: candidates left out because a cut is polar.
        failed: candidates that have no energy, and why.
        candidates: all that were looked at.
    """

    spec: BoundarySpec
    states: tuple[BoundaryState, ...]
    ordering_energies: tuple[float, ...]
    lithium_oxide: float | None
    n_polar: int
    failed: tuple[tuple[int, str], ...]
    candidates: tuple[BoundaryCandidate, ...] = field(repr=False)

    @property
    def energy(self) -> float:
        """Lowest boundary energy found, J/m²."""
        return self.states[0].energy

    @property
    def uncertainty(self) -> float | None:
        """Standard deviation over the lithium orderings, J/m²; None with fewer than three."""
        if len(self.ordering_energies) < 3:
            return None
        return float(np.std(self.ordering_energies, ddof=1))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "spec": self.spec.to_dict(),
            "energy_J_per_m2": self.energy,
            "bound": "upper",  # of the ground state's energy: no search of samples proves a minimum
            "uncertainty_J_per_m2": self.uncertainty,
            "n_orderings": len(self.ordering_energies),
            "ordering_energies_J_per_m2": list(self.ordering_energies),
            "mu_lithium_oxide_eV": self.lithium_oxide,
            "n_candidates": len(self.candidates),
            "n_polar": self.n_polar,
            "failed": [list(f) for f in self.failed],
            "states": [s.to_dict() for s in self.states],
        }


def group_duplicates(
    states: list[BoundaryState],
    folder: Path,
    energy_tolerance: float,
    volume_tolerance: float,
    distance_tolerance: float,
) -> list[list[BoundaryState]]:
    """Group relaxed candidates that are the same boundary, each group and all of them lowest energy first.

    Two are the same when they hold the same Li2O, their energies and excess volumes differ by less than the
    tolerances, and a translation maps one framework on the other.

    Args:
        states: relaxed candidates.
        folder: of their structures.
        energy_tolerance: J/m².
        volume_tolerance: Å.
        distance_tolerance: largest distance between an ion and its image, Å.
    """
    structures: dict[str, Atoms] = {}

    def structure(state: BoundaryState) -> Atoms:
        if state.structure not in structures:
            atoms = read(folder / state.structure)
            assert isinstance(atoms, Atoms)  # noqa: S101 one frame is asked for
            structures[state.structure] = atoms
        return structures[state.structure]

    groups: list[list[BoundaryState]] = []
    for state in sorted(states, key=lambda s: (s.energy, s.candidate, s.lithium_oxide_per_nm2)):
        for group in groups:
            known = group[0]
            if (
                known.n_lithium_oxide == state.n_lithium_oxide
                and abs(known.energy - state.energy) < energy_tolerance
                and abs(known.excess_volume - state.excess_volume) < volume_tolerance
                and same_framework(structure(known), structure(state), distance_tolerance)
            ):
                group.append(state)
                break
        else:
            groups.append([state])
    return groups


def table_csv(states: tuple[BoundaryState, ...]) -> str:
    """Return the table as CSV, a unit in every heading that has one."""
    headings = {
        "energy": "energy_J_per_m2",
        "excess_volume": "excess_volume_A",
        "gap": "gap_A",
        "dipole": "dipole_e_per_A",
        "max_force": "max_force_eV_per_A",
    }
    names = [name for name in BoundaryState.__dataclass_fields__ if name != "translation"]
    rows: list[list[object]] = [
        ["rank", *(headings.get(n, n) for n in names), "translation_1", "translation_2"]
    ]
    for rank, state in enumerate(states, start=1):
        rows.append([rank, *(getattr(state, n) for n in names), *state.translation])
    return csv_text(rows)


_CELL_TOLERANCE_A = 0.1


def same_framework(first: Atoms, second: Atoms, tolerance: float) -> bool:
    """Say whether a translation maps one framework on the other, element by element; lithium is ignored.

    Cells must agree within 0.1 Å in the plane and in height; the offset of the third vector within the
    tolerance, up to lattice vectors in the plane. Every translation that maps the first
    ion of the rarest element onto one of its kind is tried.

    Args:
        first: periodic structure with lower triangular cell.
        second: another.
        tolerance: largest distance between an ion and its image, after the mean is taken off, Å.
    """
    if not _same_cell(first.cell.array, second.cell.array, tolerance):
        return False
    a, b = first[first.numbers != 3], second[second.numbers != 3]
    kinds, counts = np.unique(a.numbers, return_counts=True)
    if not np.array_equal(np.sort(a.numbers), np.sort(b.numbers)):
        return False
    cell = a.cell.array
    inverse = np.linalg.inv(cell)
    rarest = kinds[np.argmin(counts)]
    # in fractions a periodic tree needs no images; the tolerance spans at most ``reach`` of them
    fractions = {k: (a.positions[a.numbers == k] @ inverse) % 1.0 % 1.0 for k in kinds}
    trees: dict[int, cKDTree[Any, Any]] = {k: cKDTree(f, boxsize=np.ones(3)) for k, f in fractions.items()}
    others = {k: b.positions[b.numbers == k] @ inverse for k in kinds}
    reach = 2 * tolerance * float(np.linalg.norm(inverse, axis=0).max()) * np.sqrt(3.0)
    anchor = others[rarest][0]
    return any(
        _maps(fractions, trees, {k: o + (target - anchor) for k, o in others.items()}, cell, reach, tolerance)
        for target in fractions[rarest]
    )


def _maps(
    fractions: dict[int, FloatArray],
    trees: dict[int, cKDTree[Any, Any]],
    moved: dict[int, FloatArray],
    cell: FloatArray,
    reach: float,
    tolerance: float,
) -> bool:
    differences = []
    for kind, points in moved.items():
        distance, nearest = trees[kind].query(points % 1.0 % 1.0, distance_upper_bound=reach)
        if not np.isfinite(distance).all() or len(np.unique(nearest)) != len(points):
            return False
        difference = points - fractions[kind][nearest]
        differences.append((difference - np.round(difference)) @ cell)
    residual = np.vstack(differences)
    residual -= residual.mean(axis=0)
    return bool(np.linalg.norm(residual, axis=1).max() < tolerance)


def _same_cell(first: FloatArray, second: FloatArray, tolerance: float) -> bool:
    if np.abs(np.diag(first) - np.diag(second)).max() > _CELL_TOLERANCE_A:
        return False
    difference = (second - first) @ np.linalg.inv(first)
    left = np.abs((difference - np.round(difference)) @ first)
    return bool(left[:2].max() < _CELL_TOLERANCE_A and left[2].max() < max(tolerance, _CELL_TOLERANCE_A))
