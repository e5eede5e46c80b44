"""The resistivity profile across a cell and the boundary quantities that follow from it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grainway.analysis.boundary.bands import check_slabs
from grainway.array_types import FloatArray
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.units import CM_PER_A

RESISTANCE_UNIT = "Ω cm²"
RESISTIVITY_UNIT = "Ω cm"


@dataclass(frozen=True, kw_only=True, eq=False)
class ResistivityProfile:
    """Density, diffusivity and resistivity along the periodic boundary normal.

    Attributes:
        z: bin centres, shape (n_bins,), Å.
        length: period L_z, Å.
        density: carriers per volume, shape (n_bins,), 1/Å³.
        diffusivity: D_zz, shape (n_bins,), Å²/ps.
        resistivity: ρ = k_B T/(q² n D_zz), shape (n_bins,), Ω cm; tracer (Nernst-Einstein), not collective.
        log_covariance: covariance of (ln n, ln D) on the grid, shape (2 n_bins, 2 n_bins).
        hops: net hops seen in each bin, shape (n_bins,).
        resolution: distance of the splines' knots, Å: nothing narrower is resolved.
        lag: τ, ps; the fit uses τ and 2τ.
        lag_sensitivity: relative change of the cell's resistance from lags (τ/2, τ) to (τ, 2τ).
        position_variance: variance of one observed height (vibration and rounding), Å².
    """

    z: FloatArray
    length: float
    density: FloatArray
    diffusivity: FloatArray
    resistivity: FloatArray
    log_covariance: FloatArray
    hops: FloatArray
    resolution: float
    lag: float
    lag_sensitivity: float
    position_variance: float

    @property
    def density_error(self) -> FloatArray:
        """Standard error of the density, 1/Å³."""
        return np.asarray(self.density * np.sqrt(np.diag(self.log_covariance)[: self.z.size]))

    @property
    def diffusivity_error(self) -> FloatArray:
        """Standard error of D, shot noise of the hops in one knot spacing included, Å²/ps."""
        return np.asarray(
            self.diffusivity * np.sqrt(np.diag(self.log_covariance)[self.z.size :] + self._shot)
        )

    @property
    def resistivity_error(self) -> FloatArray:
        """Standard error of ρ, Ω cm."""
        return np.asarray(self.resistivity * np.sqrt(np.diag(self._log_resistivity_covariance) + self._shot))

    def resistance(self, z_lo: float, z_hi: float) -> Estimate:
        """Return ∫ρ dz between two heights.

        Args:
            z_lo: lower end, Å.
            z_hi: upper end, Å; z_lo > z_hi (modulo L_z) runs through the periodic border, and
                z_hi = z_lo + L_z is the whole cell.

        Returns:
            Resistance times area in Ω cm² with its standard error; ``n_independent`` is the number of hops.
        """
        return self._weighted_resistance(self._overlaps(z_lo, z_hi))

    def band_resistances(self, boundaries: Sequence[float], width: float) -> tuple[Estimate, ...]:
        """Return the resistance of each band |z - z_b| ≤ width/2, Ω cm²."""
        check_slabs(boundaries, width, self.length)
        return tuple(self.resistance(height - width / 2, height + width / 2) for height in boundaries)

    def mean_band_resistance(self, boundaries: Sequence[float], width: float) -> Estimate:
        """Return the mean over the bands, with their correlation, Ω cm²."""
        check_slabs(boundaries, width, self.length)
        overlaps = [self._overlaps(height - width / 2, height + width / 2) for height in boundaries]
        return self._weighted_resistance(np.sum(overlaps, axis=0) / len(boundaries))

    def band_diffusivity(self, boundaries: Sequence[float], width: float) -> Estimate:
        """Return the effective D_zz of the bands in series, w²/(∫n dz ∫dz/(n D)) (Lifson and Jackson, 1962).

        Args:
            boundaries: heights of the boundaries, Å.
            width: width of each band, Å.

        Returns:
            D in Å²/ps with its standard error.
        """
        check_slabs(boundaries, width, self.length)
        weights = np.sum([self._overlaps(z - width / 2, z + width / 2) for z in boundaries], axis=0)
        content = weights * self.density
        barrier = weights / (self.density * self.diffusivity)
        value = float(weights.sum() ** 2 / (content.sum() * barrier.sum()))
        by_diffusivity = barrier / barrier.sum()
        gradient = np.concatenate([by_diffusivity - content / content.sum(), by_diffusivity])
        shot = float(np.sum(by_diffusivity**2 / self.hops))
        relative = math.sqrt(float(gradient @ self.log_covariance @ gradient) + shot)
        return Estimate(value, value * relative, "Å²/ps", 1 / shot)

    @property
    def _shot(self) -> FloatArray:
        return np.asarray((self.z[1] - self.z[0]) / self.resolution / self.hops)

    @property
    def _log_resistivity_covariance(self) -> FloatArray:
        n = self.z.size
        full = self.log_covariance
        return np.asarray(full[:n, :n] + full[:n, n:] + full[n:, :n] + full[n:, n:])

    def _weighted_resistance(self, weights: FloatArray) -> Estimate:
        parts = weights * self.resistivity * CM_PER_A
        value = float(parts.sum())
        # hops in different bins are different events: their shot noise adds bin by bin
        shot = float(np.sum(parts**2 / self.hops))
        variance = float(parts @ self._log_resistivity_covariance @ parts) + shot
        return Estimate(value, math.sqrt(variance), RESISTANCE_UNIT, value**2 / shot)

    def _overlaps(self, z_lo: float, z_hi: float) -> FloatArray:
        """Length of each bin inside [z_lo, z_hi], Å."""
        span = z_hi - z_lo
        if not 0 < abs(span) <= self.length * (1 + 1e-12):
            raise AnalysisError.about(
                "z_hi - z_lo",
                span,
                f"non-zero and at most L_z = {self.length:g} Å",
                "Choose a region inside the cell.",
            )
        if span < 0:
            span += self.length
        width = self.length / self.z.size
        start = z_lo % self.length
        low = self.z - 0.5 * width
        inside = np.zeros(self.z.size)
        for image in (0.0, self.length):
            upper = np.minimum(low + image + width, start + span)
            inside += np.clip(upper - np.maximum(low + image, start), 0.0, None)
        return inside


def gb_resistivity(profile: ResistivityProfile, boundaries: Sequence[float], width: float) -> Estimate:
    """Return the boundary resistivity ρ_gb(δ) = (1/δ) ∫_δ ρ dz, the mean over the boundaries.

    Args:
        profile: resistivity along the normal.
        boundaries: heights of the boundaries, Å.
        width: δ, Å; part of the definition, to be stated with the value.

    Returns:
        ρ_gb in Ω cm with its standard error.

    Raises:
        AnalysisError: when the bands overlap or do not fit the cell.
    """
    resistance = profile.mean_band_resistance(boundaries, width)
    return over_width(resistance, width)


def gb_resistivities(
    profile: ResistivityProfile, boundaries: Sequence[float], width: float
) -> tuple[Estimate, ...]:
    """Return ρ_gb(δ) of each boundary by itself, Ω cm; arguments as ``gb_resistivity``."""
    bands = profile.band_resistances(boundaries, width)
    return tuple(over_width(band, width) for band in bands)


def over_width(resistance: Estimate, width: float) -> Estimate:
    """Return the resistivity R/δ, Ω cm, of a resistance R in Ω cm² spread over a width δ in Å."""
    return resistance.scaled(1 / (width * CM_PER_A), RESISTIVITY_UNIT)


def bulk_resistivity(conductivity: Estimate) -> Estimate:
    """Return ρ_b = 1/σ_b in Ω cm of a conductivity in S/cm; an upper limit of σ is a lower one of ρ."""
    if conductivity.unit != "S/cm":
        raise AnalysisError.about("conductivity", conductivity, "in S/cm", "Convert it.")
    return conductivity.reciprocal(RESISTIVITY_UNIT)


def area_specific_resistance(
    cell_resistance: Estimate, bulk_resistivity: Estimate, length: float, n_boundaries: int = 2
) -> Estimate:
    """Return the excess resistance per boundary, ASR = (R_cell - ρ_b L_z)/n_GB.

    Free of any width; negative for a boundary that conducts better than the bulk.

    Args:
        cell_resistance: R_cell = ∫ρ dz over the whole cell, or L_z/σ_zz, Ω cm².
        bulk_resistivity: ρ_b at the same potential, composition and temperature, Ω cm, from a bulk run and by
            the same estimate (tracer or collective) as the cell's. A run of its own, so that the errors
            are independent.
        length: L_z, Å.
        n_boundaries: n_GB, boundaries in the cell.

    Returns:
        ASR in Ω cm² with the errors of both terms in quadrature; a limit of R_cell gives one of ASR.

    Raises:
        AnalysisError: when the bulk value is a bound or in another unit, or there is no boundary.
    """
    if n_boundaries < 1:
        raise AnalysisError.about("n_boundaries", n_boundaries, "1 or more", "A periodic cell holds two.")
    _require_bulk(bulk_resistivity)
    grains = bulk_resistivity.scaled(length * CM_PER_A, RESISTANCE_UNIT)
    return cell_resistance.minus(grains).scaled(1 / n_boundaries, RESISTANCE_UNIT)


def least_area_specific_resistance(
    gb_resistivity: Estimate, bulk_resistivity: Estimate, width: float
) -> Estimate:
    """Return the lower limit ASR ≥ δ(ρ_gb - ρ_b) that a lower limit of ρ_gb(δ) leaves, Ω cm².

    Args:
        gb_resistivity: lower limit of ρ_gb(δ), Ω cm.
        bulk_resistivity: ρ_b, Ω cm; it counts with the upper end of its one-sided 95 % interval.
        width: δ, Å.

    Raises:
        AnalysisError: when either is not what it should be.
    """
    _require_bulk(bulk_resistivity)
    if gb_resistivity.bound != "lower":
        raise AnalysisError.about("gb_resistivity.bound", gb_resistivity.bound, "'lower'", "Use the value.")
    excess = gb_resistivity.minus(bulk_resistivity)
    return excess.scaled(width, "Ω cm Å").scaled(CM_PER_A, RESISTANCE_UNIT)


def combined_resistivity(bulk_resistivity: Estimate, resistance: Estimate, width: float) -> Estimate:
    """Return ρ_gb(δ) = ρ_b + ASR/δ, Ω cm, from what was measured or extrapolated apart.

    Args:
        bulk_resistivity: ρ_b, Ω cm.
        resistance: ASR, Ω cm².
        width: δ, Å.
    """
    return bulk_resistivity.plus(over_width(resistance, width))


def resistivity_ratio(gb_resistivity: Estimate, bulk_resistivity: Estimate) -> Estimate:
    """Return ρ_gb(δ)/ρ_b, a pure number; both in Ω cm at one temperature."""
    return gb_resistivity.ratio(bulk_resistivity)


def boundary_diffusivity_ratio(band_diffusivity: Estimate, bulk_diffusivity: Estimate) -> Estimate:
    """Return D_gb/D_bulk, a pure number.

    Args:
        band_diffusivity: effective D_zz of the bands (:meth:`ResistivityProfile.band_diffusivity`), Å²/ps.
        bulk_diffusivity: tracer diffusivity of a bulk run, Å²/ps.

    Returns:
        The ratio with the relative errors of both in quadrature.

    Raises:
        AnalysisError: when the bulk value is a bound.
    """
    if bulk_diffusivity.bound is not None:
        raise AnalysisError.about(
            "bulk_diffusivity", bulk_diffusivity, "a value, not a bound", "Run the bulk longer."
        )
    return band_diffusivity.ratio(bulk_diffusivity)


def _require_bulk(resistivity: Estimate) -> None:
    if resistivity.bound is not None or resistivity.unit != RESISTIVITY_UNIT:
        raise AnalysisError.about(
            "bulk_resistivity",
            resistivity,
            f"a value in {RESISTIVITY_UNIT}",
            "Run the bulk longer or hotter, or convert it.",
        )
