"""Measured widths of a boundary: of its structure, of its composition and of its transport.

They need not agree: lithium may be slowed beyond where the framework is disturbed. Each is the width over
which the excess is more than half of its greatest value (see ``half_excess``).
"""

from collections.abc import Sequence

import numpy as np

from grainway.analysis.boundary.bands import heights_along_normal
from grainway.analysis.boundary.boundary_resistance import ResistivityProfile
from grainway.analysis.composition.half_excess import HeightProfile, half_excess_width
from grainway.analysis.composition.lithium_enrichment import FORMULA
from grainway.analysis.motion.displacement import MOBILE_SPECIES, framework_positions
from grainway.analysis.statistics.block_average import block_average
from grainway.array_types import FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.geometry.periodic_neighbours import PeriodicNeighbours

KERNEL_SD_A = 2.0
"""Smooths the planes away: none of the garnet's spacings along a normal exceeds that of (211), 5.3 Å, of
which 6 % is left."""

CATION_REACH_A = 4.8
"""Between the second shell of cations (3.97 Å in Li7La3Zr2O12) and the third (5.6 Å)."""

_BIN_A = 0.25
_FWHM_PER_SD = 2.3548
_CATION_SHELL = {"Zr": (0, 6), "La": (4, 4)}
"""Zr and La within the reach, of a cation of the perfect crystal."""


def transport_width(profile: ResistivityProfile, boundaries: Sequence[float], which: int = 0) -> Estimate:
    """Return the width over which ln ρ(z) differs from that of the grains by half of its greatest excess.

    The logarithm, because ln n and ln D are what the splines smear: half-way in it is where a sharp edge was,
    which half of ρ would put inside the slab and half of 1/ρ outside.

    Args:
        profile: resistivity along the normal.
        boundaries: heights of all boundaries, Å.
        which: number of the boundary.

    Returns:
        Width in Å; the error is that of ρ and the plateau's scatter; an upper limit at the knots' distance.

    Raises:
        AnalysisError: when it is not resolved.
    """
    return half_excess_width(log_resistivity(profile), boundaries, which)


def log_resistivity(profile: ResistivityProfile) -> HeightProfile:
    """Return ln ρ(z), whose half excess is the transport width."""
    return HeightProfile(
        "logarithm of the resistivity",
        np.log(profile.resistivity),
        profile.resistivity_error / profile.resistivity,
        profile.length,
        profile.resolution,
        float(profile.hops.min()),
    )


def chemical_width(
    trajectory: Trajectory,
    boundaries: Sequence[float],
    which: int = 0,
    *,
    species: str = MOBILE_SPECIES,
    reference: str | None = "Zr",
) -> Estimate:
    """Return the width over which a species' excess n - n_ref (n/n_ref)_bulk is half of its greatest or more.

    Densities are smoothed by a Gaussian of 2 Å standard deviation.

    Args:
        trajectory: frames with both species.
        boundaries: heights of all boundaries, Å.
        which: number of the boundary.
        species: whose excess.
        reference: the species that measures the amount of bulk; None for the plain density n.

    Returns:
        Width in Å; the error is from frames and from the scatter in the grains; an upper limit at the
        kernel's width of 4.7 Å.

    Raises:
        AnalysisError: when it is not resolved, or a species is absent or has no bulk ratio.
    """
    return half_excess_width(excess_density(trajectory, species, reference), boundaries, which)


def excess_density(
    trajectory: Trajectory, species: str = MOBILE_SPECIES, reference: str | None = "Zr"
) -> HeightProfile:
    """Return n - n_ref (n/n_ref)_bulk along z, whose half excess is the chemical width; 1/Å³.

    Raises:
        AnalysisError: when a species is absent or has no bulk ratio.
    """
    excess = _densities(trajectory, species)
    if reference is not None:
        for name in (species, reference):
            if name not in FORMULA:
                raise AnalysisError.about(
                    "species", name, f"one of {', '.join(FORMULA)}", "Pass reference=None."
                )
        excess = excess - FORMULA[species] / FORMULA[reference] * _densities(trajectory, reference)
    averages = [block_average(column, "1/Å³") for column in excess.T]
    return HeightProfile(
        f"excess of {species}" if reference else f"density of {species}",
        np.array([average.value for average in averages]),
        np.array([average.standard_error for average in averages]),
        float(trajectory.mean_cell[2, 2]),
        _FWHM_PER_SD * KERNEL_SD_A,
        min(average.n_independent for average in averages),
    )


def structural_width(trajectory: Trajectory, boundaries: Sequence[float], which: int = 0) -> Estimate:
    """Return the width over which the share of disordered cations is half of its greatest value or more.

    A cation is disordered when its neighbours are not the garnet's: within 4.8 Å La has four Zr and four La,
    Zr six La. Shares are smoothed by a Gaussian of 2 Å standard deviation, positions averaged over the run.

    Args:
        trajectory: frames with La and Zr.
        boundaries: heights of all boundaries, Å.
        which: number of the boundary.

    Returns:
        Width in Å; the error is that of a share among finitely many cations; an upper limit at the kernel's
        width of 4.7 Å.

    Raises:
        AnalysisError: when it is not resolved: no disorder, or disorder all over.
    """
    return half_excess_width(disorder(trajectory), boundaries, which)


def disorder(trajectory: Trajectory) -> HeightProfile:
    """Return the share of disordered cations along z, whose half excess is the structural width.

    Raises:
        AnalysisError: when La or Zr is absent.
    """
    z, disordered = disordered_cations(trajectory)
    length = float(trajectory.mean_cell[2, 2])
    kernel = _kernel(z, length)
    weight = kernel.sum(axis=1)
    share = kernel @ disordered / weight
    # binomial, with the share of the same window, which rounding may put above 1
    error = np.sqrt((kernel**2).sum(axis=1) * np.maximum(share * (1 - share), 0.0)) / weight
    return HeightProfile(
        "disorder of the cations", share, error, length, _FWHM_PER_SD * KERNEL_SD_A, float(z.size)
    )


def disordered_cations(trajectory: Trajectory) -> tuple[FloatArray, FloatArray]:
    """Return the heights of La and Zr, Å, and 1 for each whose cation neighbours are not those of garnet.

    Raises:
        AnalysisError: when La or Zr is absent.
    """
    zirconium, lanthanum = trajectory.indices("Zr"), trajectory.indices("La")
    cations = np.concatenate([zirconium, lanthanum])
    positions = framework_positions(trajectory, cations).mean(axis=0)
    centre, neighbour, distance = PeriodicNeighbours(positions, trajectory.mean_cell, CATION_REACH_A).pairs(
        positions
    )
    others = distance > 1e-6
    centre, is_zirconium = centre[others], neighbour[others] < zirconium.size
    counts = np.stack(
        [np.bincount(centre[is_zirconium == kind], minlength=cations.size) for kind in (True, False)], axis=1
    )
    expected = np.array(
        [_CATION_SHELL["Zr"]] * zirconium.size + [_CATION_SHELL["La"]] * lanthanum.size, dtype=np.intp
    )
    length = float(trajectory.mean_cell[2, 2])
    heights = np.concatenate(
        [heights_along_normal(trajectory, species)[0].mean(axis=0) for species in ("Zr", "La")]
    )
    return np.mod(heights, length), (counts != expected).any(axis=1).astype(np.float64)


def _densities(trajectory: Trajectory, species: str) -> FloatArray:
    """Smoothed number density of each frame, shape (n_frames, n_bins), 1/Å³."""
    heights, length = heights_along_normal(trajectory, species)
    area = trajectory.volume / length
    return np.array([_kernel(frame, length).sum(axis=1) for frame in heights]) / area


def _kernel(heights: FloatArray, length: float) -> FloatArray:
    """Periodic Gaussian about each height on the grid of bins, shape (n_bins, n_heights), 1/Å."""
    n_bins = max(8, round(length / _BIN_A))
    z = (np.arange(n_bins) + 0.5) * length / n_bins
    distance = np.mod(z[:, None] - heights + 0.5 * length, length) - 0.5 * length
    return np.asarray(np.exp(-0.5 * (distance / KERNEL_SD_A) ** 2) / (KERNEL_SD_A * np.sqrt(2 * np.pi)))
