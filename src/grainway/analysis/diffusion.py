"""Tracer diffusivity with honest error bars, or an upper limit where the run is not diffusive."""

from __future__ import annotations

import math
from typing import Literal, overload

from grainway.analysis.displacement import MOBILE_SPECIES, framework_positions
from grainway.analysis.self_diffusion import HOP_LENGTH_A, SelfDiffusion, self_diffusion
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError

UNIT = "Å²/ps"

FEWEST_HOPS = 10
_MOST_EXPONENT = 1.5
_STATIONARY_SD = 3.0
_MOST_DRIFT = 0.5


@overload
def tracer_diffusivity(
    trajectory: Trajectory, species: str = ..., per_axis: Literal[False] = ...
) -> Estimate: ...
@overload
def tracer_diffusivity(
    trajectory: Trajectory, species: str = ..., *, per_axis: Literal[True]
) -> tuple[Estimate, Estimate, Estimate]: ...
def tracer_diffusivity(
    trajectory: Trajectory, species: str = MOBILE_SPECIES, per_axis: bool = False
) -> Estimate | tuple[Estimate, Estimate, Estimate]:
    """Return the tracer diffusivity D = lim MSD/(2 d t) in the framework's frame.

    The slope is a generalised least-squares fit to the MSD of block-averaged positions beyond the cage
    and the back-hops (see ``self_diffusion``). A run is taken as not diffusive, and gives an upper limit,
    when the net squared displacement is below one hop (4 Å²), there are fewer than 10 net hops, the slope
    still falls at the longest usable lag, or its two halves differ by more than 3 standard deviations and
    by more than half.

    Args:
        trajectory: unwrapped positions.
        species: the diffusing species.
        per_axis: return D_xx, D_yy, D_zz.

    Returns:
        D in Å²/ps; the error is the scatter between ions (between blocks of time when ions move
        together) with the shot noise D/√N_hops in quadrature. With ``per_axis`` a tuple of three.

    Raises:
        AnalysisError: when the species is absent, the run has fewer than 16 frames, or the motion is
            nearly ballistic (drift or a run that is too short).
    """
    fitted = tracer_fit(trajectory, species)
    _refuse_ballistic(fitted)
    bounded = not is_diffusive(fitted)
    if per_axis:
        x, y, z = (_estimate(fitted, slice(axis, axis + 1), bounded) for axis in range(3))
        return x, y, z
    return _estimate(fitted, slice(None), bounded)


def tracer_fit(trajectory: Trajectory, species: str = MOBILE_SPECIES) -> SelfDiffusion:
    """Return the per-ion diffusivities of a species in the framework's frame, and their window."""
    if trajectory.n_frames < 16:
        raise AnalysisError.about(
            "trajectory.n_frames", trajectory.n_frames, "16 or more", "Sample the run more often or longer."
        )
    positions = framework_positions(trajectory, trajectory.indices(species), species)
    return self_diffusion(positions, trajectory.mean_cell, trajectory.time_step)


def is_diffusive(fitted: SelfDiffusion) -> bool:
    """Tell whether a run's displacements are diffusive enough for a value rather than a limit."""
    squared = 6 * fitted.value * fitted.duration
    return (
        squared >= HOP_LENGTH_A**2
        and fitted.net_hops >= FEWEST_HOPS
        and fitted.settled
        and not (_half_difference(fitted, slice(None))[1] and _drift(fitted) > _MOST_DRIFT)
    )


def relative_hop_error(net_hops: float) -> float:
    """Return 1/√N, the relative shot noise of a rate measured from N hops."""
    return 1 / math.sqrt(net_hops)


def _estimate(fitted: SelfDiffusion, axes: slice, bounded: bool) -> Estimate:
    value = float(fitted.per_ion[:, axes].mean())
    error, n_independent = fitted.statistical_error(axes)
    if bounded or value <= 0:
        return Estimate(fitted.upper_limit(axes), math.nan, UNIT, fitted.net_hops, "upper")
    difference, significant = _half_difference(fitted, axes)
    drift = difference / 2 if significant else 0.0
    total = math.hypot(error, value * relative_hop_error(fitted.net_hops), drift)
    return Estimate(value, total, UNIT, min(n_independent, max(fitted.net_hops, 2.0)))


def _drift(fitted: SelfDiffusion) -> float:
    return _half_difference(fitted, slice(None))[0] / fitted.value


def _half_difference(fitted: SelfDiffusion, axes: slice) -> tuple[float, bool]:
    """Difference of D between the two halves of the run, and whether it exceeds three standard deviations."""
    blocks = fitted.per_block[:, axes].mean(axis=1)
    half = blocks.size // 2
    difference = abs(float(blocks[:half].mean() - blocks[blocks.size - half :].mean()))
    error, _ = fitted.statistical_error(axes)
    shot = fitted.value * relative_hop_error(max(fitted.net_hops, 1e-300))
    # each half has half the samples: the difference has twice the error of the mean
    return difference, difference > _STATIONARY_SD * 2 * math.hypot(error, shot)


def _refuse_ballistic(fitted: SelfDiffusion) -> None:
    error, _ = fitted.statistical_error()
    # whether ions move together has no say in the shape of their MSD
    relative = error / math.sqrt(fitted.cooperation) / fitted.value if fitted.value > 0 else math.inf
    if fitted.exponent - 3 * relative > _MOST_EXPONENT:
        raise AnalysisError.about(
            "d ln MSD / d ln t",
            round(fitted.exponent, 3),
            f"at most {_MOST_EXPONENT} for diffusion",
            "Run longer, or include the framework so that its drift is removed.",
        )
