"""Composition of a boundary: lithium enrichment and Gibbs excess."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from grainway.analysis.bands import check_slabs, heights_along_normal
from grainway.analysis.displacement import MOBILE_SPECIES
from grainway.analysis.frame_average import frame_average
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError

FloatArray = npt.NDArray[np.float64]

FORMULA = {"Li": 7.0, "La": 3.0, "Zr": 2.0, "O": 12.0}
"""Stoichiometric bulk, Li7La3Zr2O12."""

PLANE_ERROR = 0.005
"""Relative error left by the atomic planes: rms over shifts of the window in perfect crystals.

Measured on (001), the worst. With sharp edges it would be 0.08: so much one plane of lanthanum more or less
changes the ratio of a 10 Å slab.
"""

_A2_PER_NM2 = 100.0


def lithium_enrichment(
    trajectory: Trajectory,
    boundaries: Sequence[float],
    width: float,
    *,
    bulk_ratio: float = FORMULA["Li"] / FORMULA["La"],
    reference: str = "La",
) -> Estimate:
    """Return LER(w) = (N_Li/N_La)_slab / (N_Li/N_La)_bulk over windows of width w around all boundaries.

    The windows are triangles of full width w at half maximum (narrower edges where two would overlap): atomic
    planes that cross a sharp edge would change the ratio by up to a tenth, even in the perfect crystal.

    Args:
        trajectory: positions of lithium and the reference cation.
        boundaries: heights of the boundaries, Å.
        width: w, Å; part of the definition, to be stated with the value.
        bulk_ratio: N_Li/N_reference of the bulk.
        reference: the cation that measures the amount of material.

    Returns:
        The ratio, averaged over frames. The error is that of one build, with what the atomic planes leave;
        the spread between builds is larger and not included (five or more builds before an interval is
        believed).

    Raises:
        AnalysisError: when the slabs overlap or hold no reference cation.
    """
    if not bulk_ratio > 0:
        raise AnalysisError.about("bulk_ratio", bulk_ratio, "positive", "Give N_Li/N_La of the bulk.")
    lithium = slab_population(trajectory, MOBILE_SPECIES, boundaries, width)
    cations = slab_population(trajectory, reference, boundaries, width)
    if float(cations.min()) < 0.5:
        raise AnalysisError.about(
            f"{reference} in the slabs", round(float(cations.min()), 2), "one or more", "Choose a wider slab."
        )
    measured = frame_average(lithium / cations / bulk_ratio, "1")
    error = math.hypot(measured.standard_error, PLANE_ERROR * measured.value)
    return Estimate(measured.value, error, "1", measured.n_independent)


def slab_population(
    trajectory: Trajectory, species: str, boundaries: Sequence[float], width: float
) -> FloatArray:
    """Return the number of atoms of a species in all windows, per frame, shape (n_frames,)."""
    heights, length = heights_along_normal(trajectory, species)
    check_slabs(boundaries, width, length)
    nearest = np.diff(np.sort(np.mod(boundaries, length)), append=np.min(np.mod(boundaries, length)) + length)
    edge = max(min(width, float(nearest.min()) - width), 1e-9)
    population = np.zeros(heights.shape)
    for boundary in boundaries:
        distance = np.abs(np.mod(heights - boundary + 0.5 * length, length) - 0.5 * length)
        population += np.clip((0.5 * width - distance) / edge + 0.5, 0.0, 1.0)
    return np.asarray(population.sum(axis=1))


def gibbs_excess(
    trajectory: Trajectory,
    n_boundaries: int = 2,
    *,
    species: str = MOBILE_SPECIES,
    reference: str = "Zr",
    bulk_ratio: float | None = None,
) -> Estimate:
    """Return the Gibbs excess Γ = [N - N_ref (n/n_ref)_bulk] / (n_GB A), free of any width.

    The sum Σ z_i Γ_i over all species vanishes in a neutral cell of a neutral bulk.

    Args:
        trajectory: any frame suffices; the numbers are those of the whole cell.
        n_boundaries: n_GB, boundaries in the cell.
        species: whose excess.
        reference: the species that measures the amount of bulk.
        bulk_ratio: n/n_ref of the bulk; by default that of Li7La3Zr2O12.

    Returns:
        Γ in atoms per nm² and boundary. Exact for one cell (error zero): all spread is between builds.

    Raises:
        AnalysisError: when a species is absent or no bulk ratio is known.
    """
    if n_boundaries < 1:
        raise AnalysisError.about("n_boundaries", n_boundaries, "1 or more", "A periodic cell holds two.")
    if bulk_ratio is None:
        if species not in FORMULA or reference not in FORMULA:
            raise AnalysisError.about(
                "bulk_ratio", bulk_ratio, "given for a species outside Li7La3Zr2O12", "Pass bulk_ratio."
            )
        bulk_ratio = FORMULA[species] / FORMULA[reference]
    excess = trajectory.indices(species).size - trajectory.indices(reference).size * bulk_ratio
    cell = trajectory.mean_cell
    area = float(np.linalg.norm(np.cross(cell[0], cell[1])))
    return Estimate(excess / (n_boundaries * area) * _A2_PER_NM2, 0.0, "1/nm²", float(n_boundaries))
