"""Composition of a boundary: lithium enrichment and Gibbs excess."""

from collections.abc import Mapping, Sequence

import numpy as np

from grainway.analysis.boundary.bands import check_slabs, heights_along_normal
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.analysis.statistics.block_average import block_average
from grainway.array_types import FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.units import A2_PER_NM2

FORMULA = {"Li": 7.0, "La": 3.0, "Zr": 2.0, "O": 12.0}
"""Stoichiometric bulk, Li7La3Zr2O12."""

PLANE_ERROR_A2 = 1.5
"""Relative error of N_Li/N_La that the atomic planes leave, times width and edge of the window, Å².

Structure factors of the crystal times the Fourier transform of the window, rms over its place and width: 1.5
for the widest planes there are, those of (211), 0.5 and less for all others up to (777).
"""

LITHIUM_PLANE_ERROR_A2 = 0.7
"""The same for N_Li alone."""

_SHARPEST_EDGE_A = 1.0
_LARGEST_CHARGE_PER_NM2 = 1e-6


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
    edge = window_edge(boundaries, width, float(trajectory.mean_cell[2, 2]))
    cations = slab_population(trajectory, reference, boundaries, width)
    if float(cations.min()) < 0.5:
        raise AnalysisError.about(
            f"{reference} in the slabs", round(float(cations.min()), 2), "one or more", "Choose a wider slab."
        )
    measured = block_average(lithium / cations / bulk_ratio, "1")
    return measured.widened(plane_error(width, edge) * measured.value)


def slab_population(
    trajectory: Trajectory, species: str, boundaries: Sequence[float], width: float
) -> FloatArray:
    """Return the number of atoms of a species in all windows, per frame, shape (n_frames,)."""
    heights, length = heights_along_normal(trajectory, species)
    check_slabs(boundaries, width, length)
    edge = max(window_edge(boundaries, width, length), 1e-9)
    population = np.zeros(heights.shape)
    for boundary in boundaries:
        distance = np.abs(np.mod(heights - boundary + 0.5 * length, length) - 0.5 * length)
        population += np.clip((0.5 * width - distance) / edge + 0.5, 0.0, 1.0)
    return np.asarray(population.sum(axis=1))


def window_edge(boundaries: Sequence[float], width: float, length: float) -> float:
    """Return over how many Å the windows fall to zero: their width, or what neighbouring windows leave."""
    heights = np.sort(np.mod(np.asarray(boundaries, dtype=np.float64), length))
    nearest = float(np.diff(heights, append=heights[0] + length).min())
    # one boundary in the cell has its own image for a neighbour
    return min(width, max(nearest - width, 0.0))


def plane_error(width: float, edge: float, strength: float = PLANE_ERROR_A2) -> float:
    """Return the relative error that atomic planes leave; none where the windows take in the whole cell."""
    return strength / (width * max(edge, _SHARPEST_EDGE_A)) if edge > 0 else 0.0


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
    return Estimate(excess / (n_boundaries * area) * A2_PER_NM2, 0.0, "1/nm²", float(n_boundaries))


def gibbs_excesses(
    trajectory: Trajectory, n_boundaries: int = 2, bulk_ratios: Mapping[str, float] | None = None
) -> dict[str, Estimate]:
    """Return the Gibbs excess of every species with respect to Zr, checked for Σ z_i Γ_i = 0.

    Args:
        trajectory: any frame suffices; charges are the formal ones.
        n_boundaries: n_GB, boundaries in the cell.
        bulk_ratios: n/n_Zr of the bulk by species; by default those of Li7La3Zr2O12.

    Returns:
        Γ by species in atoms per nm² and boundary, that of Zr zero.

    Raises:
        AnalysisError: when no bulk ratio of a species is known or the excess charge is not zero: the cell or
            the stated bulk is not neutral.
    """
    ratios = dict(bulk_ratios or {name: number / FORMULA["Zr"] for name, number in FORMULA.items()})
    ratios["Zr"] = 1.0
    excesses = {
        name: gibbs_excess(trajectory, n_boundaries, species=name, bulk_ratio=ratios.get(name))
        for name in dict.fromkeys(trajectory.species)
    }
    charge = sum(
        float(trajectory.charges[trajectory.indices(name)[0]]) * excess.value
        for name, excess in excesses.items()
    )
    if abs(charge) > _LARGEST_CHARGE_PER_NM2:
        raise AnalysisError.about(
            "excess charge",
            round(charge, 6),
            "zero, e/nm²",
            "Check the formal charges, the composition of the cell and bulk_ratios.",
        )
    return excesses
