"""Tracer diffusivity with honest error bars, or an upper limit where the run is not diffusive."""

import math
from typing import Literal, overload

from grainway.analysis.motion.displacement import MOBILE_SPECIES, framework_positions
from grainway.analysis.motion.once_per_trajectory import once_per_trajectory
from grainway.analysis.motion.self_diffusion import HOP_LENGTH_A, SelfDiffusion, self_diffusion
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError

UNIT = "Å²/ps"

FEWEST_HOPS = 10
_MOST_EXPONENT = 1.5
_MOST_DECADE_EXPONENT = 1.1
_CERTAIN_SD = 3.0
_MOST_DRIFT = 0.3


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
    and the back-hops (see ``self_diffusion``). A run that is not diffusive (see ``is_diffusive``) gives an
    upper limit.

    Returns:
        D in Å²/ps; the error is the scatter between ions (between blocks of time when ions move
        together) with the shot noise D/√N_hops in quadrature. With ``per_axis`` a tuple of three.

    Raises:
        AnalysisError: when the species is absent, the run has fewer than 16 frames, or the motion is
            faster than diffusion (drift, or a run too short to forget velocities).
    """
    fitted = tracer_fit(trajectory, species)
    _refuse_ballistic(fitted)
    bounded = not is_diffusive(fitted)
    if per_axis:
        x, y, z = (_estimate(fitted, slice(axis, axis + 1), bounded) for axis in range(3))
        return x, y, z
    return _estimate(fitted, slice(None), bounded)


# every quantity of one trajectory needs it
@once_per_trajectory
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
    return not not_diffusive(fitted)


def not_diffusive(fitted: SelfDiffusion) -> tuple[str, ...]:
    """Return the reasons why a run gives a limit rather than a value; none for a diffusive one.

    The MSD less the cage is below one hop (4 Å²); there are fewer than 10 net hops; the slope still changes
    at the longest usable lag; d ln MSD / d ln t over the last decade is below 1 by more than 3 standard
    deviations; or the two halves of the run differ by more than that and by more than 30 %. A smaller
    difference of the halves goes into the error: long runs make any drift significant.
    """
    exponent, error = fitted.decade
    error *= math.sqrt(fitted.cooperation)
    found = {
        "MSD less the cage is below 4 Å²": 6 * fitted.value * fitted.duration < HOP_LENGTH_A**2,
        f"fewer than {FEWEST_HOPS} net hops": fitted.net_hops < FEWEST_HOPS,
        "the slope of the MSD still changes at the longest lag": not fitted.settled,
        "d ln MSD / d ln t over the last decade is below 1": exponent + _CERTAIN_SD * error < 1,
        "the two halves of the run differ by more than 3 standard deviations and 30 %": (
            _drift(fitted, slice(None)) > _MOST_DRIFT * fitted.value
        ),
    }
    return tuple(reason for reason, holds in found.items() if holds)


def check_mobile(fitted: SelfDiffusion) -> None:
    """Raise AnalysisError unless ions move one net hop each and ten or more in all.

    Weaker than being diffusive as a whole: across slow boundaries the MSD of a cell is subdiffusive until
    ions have crossed them, however well the motion between is known.
    """
    squared = 6 * fitted.value * fitted.duration
    if not (squared >= HOP_LENGTH_A**2 and fitted.net_hops >= FEWEST_HOPS):
        raise AnalysisError.about(
            "net hops",
            round(fitted.net_hops, 1),
            f"{FEWEST_HOPS} or more, one net hop per ion or more",
            "Run longer or hotter.",
        )


def relative_hop_error(net_hops: float) -> float:
    """Return 1/√N, the relative shot noise of a rate measured from N hops."""
    return 1 / math.sqrt(net_hops)


def _estimate(fitted: SelfDiffusion, axes: slice, bounded: bool) -> Estimate:
    value = float(fitted.per_ion[:, axes].mean())
    error, n_independent = fitted.statistical_error(axes)
    if bounded or value <= 0:
        return Estimate(fitted.upper_limit(axes), math.nan, UNIT, fitted.net_hops, "upper")
    total = math.hypot(error, value * relative_hop_error(fitted.net_hops), _drift(fitted, axes) / 2)
    return Estimate(value, total, UNIT, min(n_independent, max(fitted.net_hops, 2.0)))


def _drift(fitted: SelfDiffusion, axes: slice) -> float:
    """Difference of D between the halves of the run, Å²/ps; 0 unless it exceeds 3 standard deviations."""
    blocks = fitted.per_block[:, axes].mean(axis=1)
    half = blocks.size // 2
    difference = abs(float(blocks[:half].mean() - blocks[blocks.size - half :].mean()))
    error, _ = fitted.statistical_error(axes)
    shot = fitted.value * relative_hop_error(max(fitted.net_hops, 1e-300))
    # each half has half the samples: the difference has twice the error of the mean
    return difference if difference > _CERTAIN_SD * 2 * math.hypot(error, shot) else 0.0


def _refuse_ballistic(fitted: SelfDiffusion) -> None:
    error, _ = fitted.statistical_error()
    # whether ions move together has no say in the shape of their MSD
    relative = error / math.sqrt(fitted.cooperation) / fitted.value if fitted.value > 0 else math.inf
    near = fitted.exponent - _CERTAIN_SD * relative > _MOST_EXPONENT
    decade, spread = fitted.decade
    far = decade - _CERTAIN_SD * spread * math.sqrt(fitted.cooperation) > _MOST_DECADE_EXPONENT
    if near or far or fitted.accelerating:
        raise AnalysisError.about(
            "d ln MSD / d ln t",
            round(fitted.exponent if near else decade, 3),
            f"1 for diffusion, at most {_MOST_EXPONENT if near else _MOST_DECADE_EXPONENT} here",
            "Run longer, or include the framework so that its drift is removed.",
        )
