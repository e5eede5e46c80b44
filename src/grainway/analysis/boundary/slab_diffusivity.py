"""Diffusion parallel to a boundary inside a slab, and what boundaries add along themselves."""

import math
from dataclasses import dataclass

import numpy as np

from grainway.analysis.boundary.bands import check_normal, heights_along_normal
from grainway.analysis.conductivity.collective_conductivity import carrier_charge
from grainway.analysis.motion.displacement import MOBILE_SPECIES, framework_positions
from grainway.analysis.motion.msd_slope import SHORTEST_LAG_PS, DiffusiveWindow, block_means, diffusive_window
from grainway.analysis.motion.self_diffusion import HOP_LENGTH_A
from grainway.analysis.motion.tracer_diffusivity import (
    FEWEST_HOPS,
    check_mobile,
    relative_hop_error,
    tracer_fit,
)
from grainway.array_types import BoolArray, FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.domain.student import Z_95_ONE_SIDED
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, CM_PER_A, S_PER_CM_PER_INTERNAL

UNIT = "Å²/ps"
BUFFER_A = 1.0
"""An ion has left only beyond this distance from the slab, so that vibration is no exit."""

_FEWEST_STAYERS = 10


@dataclass(frozen=True, slots=True)
class SlabDiffusivity:
    """Diffusivity parallel to a slab, in two conventions that bracket the truth.

    Attributes:
        value: ions that stay from start to end (Liu, Harder and Berne); a few per cent low at worst.
        upper_bracket: ions inside at start and end, wherever in between; high where the slab is slow.
        survival: share of the ions that stay over the first lag.
        lag: the first lag, ps.
    """

    value: Estimate
    upper_bracket: Estimate
    survival: float
    lag: float


def slab_diffusivity(
    trajectory: Trajectory, z_lo: float, z_hi: float, species: str = MOBILE_SPECIES
) -> SlabDiffusivity:
    """Return D_∥ of the ions in a slab, D_∥ = ⟨Δr_∥² 1_stay⟩ / (2 d t P(t)) with d = 2.

    P(t) is the share that stays (Liu, Harder and Berne, J. Phys. Chem. B 108 (2004) 6595). The slope over
    t replaces the ratio, so that the vibration drops out. An ion starts inside the slab and leaves it when
    it passes a buffer of 1 Å.

    Args:
        trajectory: unwrapped positions; z is the boundary normal.
        z_lo: lower face, Å, modulo L_z in the framework's frame.
        z_hi: upper face, Å; z_lo > z_hi means through the periodic border.
        species: the carrier.

    Returns:
        Both conventions in Å²/ps. Errors are clustered by ion, with the shot noise of the hops in the slab
        in quadrature; an upper limit where fewer than ten net hops or less than 4 Å² net were seen.

    Raises:
        AnalysisError: when the slab does not fit the cell or fewer than ten ions stay over the first lag.
    """
    heights, length = heights_along_normal(trajectory, species)
    span = (z_hi - z_lo) % length
    if span == 0 or span + 2 * BUFFER_A >= length:
        raise AnalysisError.about(
            "slab",
            (z_lo, z_hi),
            f"thinner than L_z - 2 Å = {length - 2:g} Å and not empty",
            "Choose a narrower slab, or tracer_diffusivity(per_axis=True) for the whole cell.",
        )
    in_plane = framework_positions(trajectory, trajectory.indices(species), species)[:, :, :2]
    duration = trajectory.n_frames * trajectory.time_step
    first_lag = duration / 10
    for _ in range(4):
        slab = _Slab(heights, in_plane, z_lo, span, length, first_lag, trajectory.time_step)
        estimate, _ = slab.slope(staying=True)
        net_rate = 6 * max(estimate, 1e-300)
        wanted = float(np.clip(HOP_LENGTH_A**2 / net_rate, min(SHORTEST_LAG_PS, duration / 4), duration / 4))
        if abs(wanted / first_lag - 1) < 0.1:
            break
        first_lag = wanted
    return SlabDiffusivity(
        slab.estimate(staying=True, duration=duration),
        slab.estimate(staying=False, duration=duration),
        slab.survival,
        slab.window.first_lag,
    )


class _Slab:
    """In-plane displacements of ions inside a slab, for one window of lags."""

    def __init__(
        self,
        heights: FloatArray,
        in_plane: FloatArray,
        z_lo: float,
        span: float,
        length: float,
        first_lag: float,
        time_step: float,
    ) -> None:
        self.window: DiffusiveWindow = diffusive_window(first_lag, time_step, heights.shape[0], 0.0)
        blocks = block_means(heights, self.window.block)
        self.positions = block_means(in_plane, self.window.block)
        above = np.mod(blocks - z_lo, length)
        self.core: BoolArray = above <= span
        outside = (above > span + BUFFER_A) & (above < length - BUFFER_A)
        self.exits = np.concatenate([np.zeros((1, heights.shape[1])), np.cumsum(outside, axis=0)])
        self.mean_population = float(self.core.sum(axis=1).mean())
        stayers = self._selected(int(self.window.lags[0]), staying=True)
        self.survival = float(stayers.sum() / max(self.core[: -int(self.window.lags[0])].sum(), 1))

    def _selected(self, lag: int, *, staying: bool) -> BoolArray:
        starts = self.core[:-lag]
        if staying:
            return np.asarray(starts & (self.exits[lag + 1 :] == self.exits[: -lag - 1]))
        return np.asarray(starts & self.core[lag:])

    def slope(self, *, staying: bool) -> tuple[float, float]:
        """Return D_∥ and its standard error clustered by ion (infinitesimal jackknife of the ratios)."""
        n_ions = self.core.shape[1]
        value = 0.0
        influence = np.zeros(n_ions)
        for weight, lag in zip(self.window.weights, self.window.lags, strict=True):
            selected = self._selected(int(lag), staying=staying)
            if int(selected.any(axis=0).sum()) < _FEWEST_STAYERS:
                raise AnalysisError.about(
                    f"ions that stay in the slab for {lag * self.window.step:.2f} ps",
                    int(selected.any(axis=0).sum()),
                    f"{_FEWEST_STAYERS} or more",
                    "Choose a wider slab or a larger cell.",
                )
            moved = self.positions[lag:] - self.positions[:-lag]
            squared = np.einsum("tia,tia->ti", moved, moved) / 2
            total, number = (squared * selected).sum(axis=0), selected.sum(axis=0)
            mean = float(total.sum() / number.sum())
            value += float(weight) * mean
            influence += float(weight) * (total - mean * number) / float(number.sum())
        return value, math.sqrt(float(influence @ influence) * n_ions / (n_ions - 1))

    def estimate(self, *, staying: bool, duration: float) -> Estimate:
        """Return the slope as an estimate, or as an upper limit where it is not diffusive."""
        value, error = self.slope(staying=staying)
        squared = 6 * max(value, 0.0) * duration
        hops = self.mean_population * squared / HOP_LENGTH_A**2
        if value <= 0 or hops < FEWEST_HOPS or squared < HOP_LENGTH_A**2:
            # three events explain none seen at 95 %
            least = 3.0 * HOP_LENGTH_A**2 / (6 * max(self.mean_population, 1.0) * duration)
            return Estimate(max(value + Z_95_ONE_SIDED * error, least), math.nan, UNIT, hops, "upper")
        return Estimate(value, math.hypot(error, value * relative_hop_error(hops)), UNIT, hops)


def excess_conductance(
    trajectory: Trajectory, bulk_conductivity: Estimate, n_boundaries: int = 2, species: str = MOBILE_SPECIES
) -> Estimate:
    """Return the excess conductance along one boundary, G_ex = (L_z/n_GB)(σ_∥ - σ_b).

    σ_∥ is the Nernst-Einstein conductivity of the whole boundary cell with D_∥ = (D_xx + D_yy)/2.

    Args:
        trajectory: the boundary cell; z is the normal.
        bulk_conductivity: Nernst-Einstein conductivity of a bulk run at the same temperature, S/cm.
        n_boundaries: n_GB, boundaries in the cell.
        species: the carrier.

    Returns:
        G_ex in S (per square), negative for a boundary slower than the bulk; both errors in quadrature.

    Raises:
        AnalysisError: when ions move less than a net hop each, z is not the normal of the cell's faces, or
            the bulk value is a bound or in another unit.
    """
    if n_boundaries < 1:
        raise AnalysisError.about("n_boundaries", n_boundaries, "1 or more", "A periodic cell holds two.")
    if bulk_conductivity.bound is not None or bulk_conductivity.unit != "S/cm":
        raise AnalysisError.about(
            "bulk_conductivity", bulk_conductivity, "a value in S/cm", "Run the bulk longer."
        )
    check_normal(trajectory)
    fitted = tracer_fit(trajectory, species)
    check_mobile(fitted)
    in_plane = slice(0, 2)
    error, n_independent = fitted.statistical_error(in_plane)
    diffusivity = float(fitted.per_ion[:, in_plane].mean())
    n_ions = trajectory.indices(species).size
    thermal = BOLTZMANN_EV_PER_K * trajectory.temperature
    charge = carrier_charge(trajectory, species)
    factor = n_ions * charge**2 * S_PER_CM_PER_INTERNAL / (trajectory.volume * thermal)
    total_error = math.hypot(error, diffusivity * relative_hop_error(fitted.net_hops)) * factor
    length = float(trajectory.mean_cell[2, 2]) * CM_PER_A / n_boundaries
    along = Estimate(factor * diffusivity, total_error, "S/cm", n_independent)
    return along.minus(bulk_conductivity).scaled(length, "S")
