"""Oxygen vacancies at a boundary, counted in three ways.

In ideal garnet every O has exactly one Zr and every Zr six O. A missing O, an O whose Zr-O bond is
broken, and an O shared by two Zr tell three different stories, so all are reported. Everything is
counted per Zr of the band, wherever its O lies: the faces of the band then cut no bond, and bulk gives zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import erfc

from grainway.analysis.boundary.bands import check_slabs, heights_along_normal
from grainway.analysis.composition.lithium_enrichment import FORMULA
from grainway.analysis.motion.displacement import framework_positions
from grainway.analysis.statistics.block_average import block_average
from grainway.array_types import BoolArray, FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.geometry.periodic_neighbours import PeriodicNeighbours

CUTOFF_A = 2.8
SOFTNESS_A = 0.15
CUTOFF_SHIFT_A = 0.2
_BONDS_PER_ZR = 6.0
_FARTHEST_ZR_A = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OxygenVacancies:
    """Vacancy measures of the band |z - z_b| ≤ w/2 around all boundaries.

    Errors are those of one build's frames and of counting: nothing is known better than to one oxygen or one
    bond more or less, 1/√12 of it as a standard error, also where none moves during the run. The spread
    between builds is larger and not included: it is what an interval must come from.

    Attributes:
        missing: share of O missing, 1 - N_O/(n_O/n_Zr N_Zr), each O counted with its nearest Zr.
        missing_per_area: the same as a number, -Γ_O, per nm² of boundary.
        unbonded: 1 - N(Zr-O bonds)/(6 N_Zr).
        uncovered: 1 - N(O with a Zr)/(6 N_Zr).
        shared: share of the band's O with two or more Zr.
        unbonded_sensitivity: ``unbonded`` at the cut-off less 0.2 Å and plus 0.2 Å.
        uncovered_sensitivity: ``uncovered`` likewise.
        cutoff: of the Zr-O bond, Å.
        width: w, Å.
    """

    missing: Estimate
    missing_per_area: Estimate
    unbonded: Estimate
    uncovered: Estimate
    shared: Estimate
    unbonded_sensitivity: tuple[float, float]
    uncovered_sensitivity: tuple[float, float]
    cutoff: float
    width: float


def oxygen_vacancies(
    trajectory: Trajectory,
    boundaries: Sequence[float],
    width: float,
    *,
    cutoff: float = CUTOFF_A,
    softness: float = SOFTNESS_A,
    bulk_ratio: float = FORMULA["O"] / FORMULA["Zr"],
) -> OxygenVacancies:
    """Count oxygen vacancies near the boundaries from a few frames, each best averaged over about 1 ps.

    A pair at distance d counts as a bond with weight ½ erfc[(d - r_c)/(√2 s)].

    Args:
        trajectory: two or more full frames.
        boundaries: heights of the boundaries, Å.
        width: w, Å; L_z/n_GB takes in the whole cell.
        cutoff: r_c, Å: the first minimum of the bulk g_ZrO at the same temperature.
        softness: s, Å.
        bulk_ratio: n_O/n_Zr of the bulk.

    Returns:
        The three measures with the share of O that has two Zr, and the sensitivity to r_c.

    Raises:
        AnalysisError: when the slabs overlap, hold no Zr, or the cut-off is out of range.
    """
    _check_bond(cutoff, softness)
    zirconium, oxygen = trajectory.indices("Zr"), trajectory.indices("O")
    band = _in_bands(trajectory, boundaries, width)
    positions = framework_positions(trajectory, np.concatenate([zirconium, oxygen]))
    counts = np.array(
        [
            _count_frame(
                positions[frame, : zirconium.size],
                positions[frame, zirconium.size :],
                trajectory.cell if trajectory.cell.ndim == 2 else trajectory.cell[frame],
                band,
                (cutoff - CUTOFF_SHIFT_A, cutoff, cutoff + CUTOFF_SHIFT_A),
                softness,
            )
            for frame in range(trajectory.n_frames)
        ]
    )
    n_zr = int(band.sum())
    n_oxygen, shared = counts[:, 0], counts[:, 1]
    unbonded = 1 - counts[:, 2:5] / (_BONDS_PER_ZR * n_zr)
    uncovered = 1 - counts[:, 5:8] / (_BONDS_PER_ZR * n_zr)
    bonds_missing = _BONDS_PER_ZR * n_zr - counts[:, 3]
    oxygen_missing = _BONDS_PER_ZR * n_zr - counts[:, 6]
    area = float(np.linalg.norm(np.cross(trajectory.mean_cell[0], trajectory.mean_cell[1])))
    deficit = bulk_ratio * n_zr - n_oxygen
    return OxygenVacancies(
        missing=_counted(deficit, "1", 1 / (bulk_ratio * n_zr)),
        missing_per_area=_counted(deficit, "1/nm²", 100 / (area * len(boundaries))),
        unbonded=_counted(bonds_missing, "1", 1 / (_BONDS_PER_ZR * n_zr)),
        uncovered=_counted(oxygen_missing, "1", 1 / (_BONDS_PER_ZR * n_zr)),
        shared=_counted(shared, "1", 1 / max(float(n_oxygen.mean()), 1.0)),
        unbonded_sensitivity=(float(unbonded[:, 0].mean()), float(unbonded[:, 2].mean())),
        uncovered_sensitivity=(float(uncovered[:, 0].mean()), float(uncovered[:, 2].mean())),
        cutoff=cutoff,
        width=width,
    )


def _check_bond(cutoff: float, softness: float) -> None:
    if not 2.2 <= cutoff <= 3.6:
        raise AnalysisError.about(
            "cutoff", cutoff, "2.2 to 3.6 Å", "Take the first minimum of the bulk Zr-O pair distribution."
        )
    if not 0 < softness <= 0.3:
        raise AnalysisError.about("softness", softness, "above 0, at most 0.3 Å", "Use 0.1 to 0.2 Å.")


def _in_bands(trajectory: Trajectory, boundaries: Sequence[float], width: float) -> BoolArray:
    """Tell which Zr lie in a band, shape (n_Zr,)."""
    heights, length = heights_along_normal(trajectory, "Zr")
    check_slabs(boundaries, width, length)
    # membership by the mean height: cations do not diffuse, and a plane at the edge must not flicker
    distance = heights.mean(axis=0)[:, None] - np.asarray(boundaries, dtype=np.float64)
    band: BoolArray = (np.abs(np.mod(distance + length / 2, length) - length / 2) <= width / 2).any(axis=1)
    if width * len(boundaries) >= length * (1 - 1e-9):
        band[:] = True
    if not band.any():
        raise AnalysisError.about("width", width, "wide enough to hold a Zr", "Use a wider band.")
    return band


def _counted(numbers: FloatArray, unit: str, each: float) -> Estimate:
    """Mean of a number of objects worth ``each``, known to one object more or less at best."""
    average = block_average(numbers * each, unit)
    return average.widened(each / math.sqrt(12))


def _count_frame(
    zirconium: FloatArray,
    oxygen: FloatArray,
    cell: FloatArray,
    band: BoolArray,
    cutoffs: tuple[float, float, float],
    softness: float,
) -> list[float]:
    """O of the band; of these with two Zr; then bonds and covered O for each cut-off."""
    reach = cutoffs[-1] + 5 * softness
    centre, neighbour, distance = PeriodicNeighbours(zirconium, cell, reach).pairs(oxygen)
    owner = PeriodicNeighbours(zirconium, cell, _FARTHEST_ZR_A).nearest(oxygen)
    in_band = band[owner]
    n_oxygen = oxygen.shape[0]
    bonds, covered = [], []
    shared = 0.0
    for cutoff in cutoffs:
        weight = 0.5 * erfc((distance - cutoff) / (np.sqrt(2) * softness))
        bonds.append(float(weight[band[neighbour]].sum()))
        # probability of no bond, and of exactly one, if the soft weights are taken as independent
        missing = np.log(np.maximum(1 - weight, 1e-12))
        to_band = band[neighbour]
        none_in_band = np.exp(np.bincount(centre[to_band], missing[to_band], minlength=n_oxygen))
        covered.append(float((1 - none_in_band).sum()))
        if cutoff == cutoffs[1]:
            none = np.exp(np.bincount(centre, missing, minlength=n_oxygen))
            odds = np.bincount(centre, weight / np.maximum(1 - weight, 1e-12), minlength=n_oxygen)
            shared = float(np.clip(1 - none - none * odds, 0.0, 1.0)[in_band].sum())
    return [float(in_band.sum()), shared, *bonds, *covered]
