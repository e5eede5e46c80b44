"""Lithium enrichment against the width that it is taken over, and whether the grains are a bulk at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import chdtrc

from grainway.analysis.boundary.bands import check_slabs
from grainway.analysis.composition.lithium_enrichment import (
    FORMULA,
    LITHIUM_PLANE_ERROR_A2,
    gibbs_excess,
    lithium_enrichment,
    plane_error,
    slab_population,
    window_edge,
)
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.analysis.statistics.block_average import block_average
from grainway.array_types import FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.units import A2_PER_NM2

_WINDOW_A = 5.29
"""The widest spacing of planes, d(211), which a triangle of this width does not see at all."""

_PLANES_LEFT = {"Li": 0.01, "O": 0.007, "La": 0.02, "Zr": 0.045}
"""Relative rms of the population of such a window in the perfect crystal, worst of normals up to (777)."""

_SIGNIFICANCE = 0.01


@dataclass(frozen=True, slots=True)
class Plateau:
    """Density of a species in the middle half of the grains, and whether it is one density.

    Attributes:
        density: mean over the windows, 1/Å³.
        chi_squared: of the windows about their mean.
        degrees_of_freedom: windows less one.
    """

    density: Estimate
    chi_squared: float
    degrees_of_freedom: int

    @property
    def flat(self) -> bool:
        """Tell whether windows differ by no more than their errors (χ² test at 1 %)."""
        return float(chdtrc(self.degrees_of_freedom, self.chi_squared)) > _SIGNIFICANCE

    @property
    def warning(self) -> str | None:
        """What to do where it is not flat."""
        if self.flat:
            return None
        chi = f"chi2 {self.chi_squared:.1f} for {self.degrees_of_freedom} degrees of freedom"
        return (
            f"the density in the grains is not flat ({chi}): "
            "there is no bulk in this cell to compare with; use thicker grains or a bulk run"
        )


@dataclass(frozen=True, slots=True)
class EnrichmentScan:
    """LER(w) in both forms.

    Attributes:
        widths: w, Å.
        by_number: (N_Li/N_La)_slab/(N_Li/N_La)_bulk.
        by_volume: (N_Li/V)_slab over the density of the plateau.
        plateau: of lithium in the grains; the volume form means nothing where it is not flat.
        excess: Γ_Li with respect to La, per nm² and boundary.
        excess_by_volume: (N_Li - n_b V)/(n_GB A), n_b the density of the plateau, per nm² and boundary.
        bulk_density: lithium per La times the cell's density of La, 1/Å³.
    """

    widths: tuple[float, ...]
    by_number: tuple[Estimate, ...]
    by_volume: tuple[Estimate, ...]
    plateau: Plateau
    excess: Estimate
    excess_by_volume: Estimate
    bulk_density: float

    @property
    def by_number_limit(self) -> FloatArray:
        """1 + Γ/(w n_b), which the number form tends to at widths beyond the boundary's own."""
        return np.asarray(
            1 + self.excess.value / A2_PER_NM2 / (np.array(self.widths) * self.bulk_density), dtype=np.float64
        )

    @property
    def by_volume_limit(self) -> FloatArray:
        """1 + Γ/(w n_b) of the volume form."""
        excess = self.excess_by_volume.value / A2_PER_NM2
        return np.asarray(1 + excess / (np.array(self.widths) * self.plateau.density.value), dtype=np.float64)


def enrichment_scan(
    trajectory: Trajectory,
    boundaries: Sequence[float],
    widths: Sequence[float],
    *,
    bulk_ratio: float = FORMULA["Li"] / FORMULA["La"],
) -> EnrichmentScan:
    """Return the lithium enrichment over windows of several widths, by number and by volume.

    Args:
        trajectory: frames with Li and La.
        boundaries: heights of all boundaries, Å.
        widths: w, Å, each at most the distance of the boundaries.
        bulk_ratio: N_Li/N_La of the bulk.

    Returns:
        Both forms with errors as in ``lithium_enrichment``, for the volume form with that of the plateau.

    Raises:
        AnalysisError: when a width does not fit, a window holds no La, or the grains are too thin.
    """
    cell = trajectory.mean_cell
    area = float(np.linalg.norm(np.cross(cell[0], cell[1])))
    length = float(cell[2, 2])
    plateau = bulk_plateau(trajectory, boundaries)
    by_number = tuple(lithium_enrichment(trajectory, boundaries, w, bulk_ratio=bulk_ratio) for w in widths)
    by_volume = []
    for width in widths:
        windows = len(boundaries) * width * area
        inside = block_average(
            slab_population(trajectory, MOBILE_SPECIES, boundaries, width) / windows, "1/Å³"
        )
        ratio = inside.ratio(plateau.density)
        edge = window_edge(boundaries, width, length)
        ratio = ratio.widened(ratio.value * plane_error(width, edge, LITHIUM_PLANE_ERROR_A2))
        by_volume.append(replace(ratio, n_independent=inside.n_independent))
    n_lithium = trajectory.indices(MOBILE_SPECIES).size
    volume = trajectory.volume
    # with n_b known to a few per cent, so is the number that the bulk would hold
    per_area = A2_PER_NM2 / (len(boundaries) * area)
    excess_by_volume = Estimate(
        (n_lithium - plateau.density.value * volume) * per_area,
        plateau.density.standard_error * volume * per_area,
        "1/nm²",
        plateau.density.n_independent,
    )
    return EnrichmentScan(
        tuple(float(width) for width in widths),
        by_number,
        tuple(by_volume),
        plateau,
        gibbs_excess(trajectory, len(boundaries), reference="La", bulk_ratio=bulk_ratio),
        excess_by_volume,
        bulk_ratio * trajectory.indices("La").size / volume,
    )


def bulk_plateau(
    trajectory: Trajectory, boundaries: Sequence[float], species: str = MOBILE_SPECIES
) -> Plateau:
    """Return the density in the middle half of the grains and test that it is flat.

    It is taken in triangular windows of 5.3 Å, side by side between boundaries at heights in Å; each has the
    error of its frames and of the atomic planes.

    Raises:
        AnalysisError: when fewer than two windows fit between the boundaries, or the grains hold no ion.
    """
    cell = trajectory.mean_cell
    length = float(cell[2, 2])
    area = float(np.linalg.norm(np.cross(cell[0], cell[1])))
    check_slabs(boundaries, _WINDOW_A, length)
    heights = np.sort(np.mod(np.asarray(boundaries, dtype=np.float64), length))
    centres: list[float] = []
    for low, high in zip(heights, np.append(heights[1:], heights[0] + length), strict=True):
        number = max(1, int((high - low) / 2 / _WINDOW_A))
        steps = (np.arange(number) - 0.5 * (number - 1)) * _WINDOW_A
        centres += ((low + high) / 2 + steps).tolist()
    if len(centres) < 2:
        raise AnalysisError.about(
            "L_z", round(length, 1), f"{4 * _WINDOW_A:g} Å or more per grain", "Use thicker grains."
        )
    found = [
        block_average(slab_population(trajectory, species, [z], _WINDOW_A) / (_WINDOW_A * area), "1/Å³")
        for z in centres
    ]
    values = np.array([window.value for window in found])
    if not values.min() > 0:
        raise AnalysisError.about(
            f"{species} in the grains", 0, "some in every 5.3 Å", "Check the boundaries' heights."
        )
    planes = _PLANES_LEFT.get(species, max(_PLANES_LEFT.values())) * values.mean()
    errors = np.hypot([window.standard_error for window in found], planes)
    mean = float(np.sum(values / errors**2) / np.sum(1 / errors**2))
    density = Estimate(mean, float(np.sum(1 / errors**2) ** -0.5), "1/Å³", float(len(centres)))
    return Plateau(density, float(np.sum(((values - mean) / errors) ** 2)), len(centres) - 1)
