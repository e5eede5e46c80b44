"""Self-diffusion of a set of coordinates with error bars that hold for short, hot runs.

The slope of the MSD is taken beyond the cage and the back-hops. Each ion's own slope is one sample, so
all correlation in time is inside the sample; ions that move together are not independent samples and
inflate the variance (see ``cooperation``). In bulk garnet at 1400 K the D of fifteen-picosecond runs
scatters 1.8 times as much as independent ions would. Stronger common motion is looked for in blocks of
time. Neither sees that few hops mean little information, so the shot noise D/√N_hops is added in
quadrature.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, fdtri

from grainway.analysis.motion.cooperation import cooperation
from grainway.analysis.motion.msd_slope import (
    SHORTEST_LAG_PS,
    DiffusiveWindow,
    block_means,
    decade_exponent,
    diffusive_window,
    per_ion_msd,
    per_time_block,
)
from grainway.array_types import FloatArray
from grainway.domain.student import Z_95_ONE_SIDED

HOP_LENGTH_A = 2.0
"""Distance of neighbouring lithium sites in garnet; one hop adds its square to the MSD."""

_SETTLED_SD = 2.0
_NOT_DIFFUSIVE_SD = 3.0
_MATERIAL_CHANGE = 0.2
_MEMORIES_PER_LAG = 4.0
_LARGEST_FIRST_LAG = 1 / 4
_FEWEST_CLUSTERS = 8


@dataclass(frozen=True, eq=False)
class SelfDiffusion:
    """Diffusivities of every coordinate of every ion, read from one window.

    Attributes:
        window: lags and weights.
        offset_time: t_c in MSD = 2 D (t + t_c), ps.
        duration: length of the run, ps.
        per_ion: D of each ion and axis, shape (n_ions, n_axes), Å²/ps; single ones are noise.
        per_block: D of each block of time origins and axis, shape (n_blocks, n_axes), Å²/ps.
        exponent: d ln MSD / d ln t between the first and twice the first lag, offset included.
        decade: d ln(MSD - cage) / d ln t over the last decade of lags and its error for independent ions.
        cooperation: by which ions that move together inflate the variance, 1 or more.
        settled: False when the slope still fell significantly at the longest usable lag.
        accelerating: True when it still rose there, as in ballistic motion or drift.
    """

    window: DiffusiveWindow
    offset_time: float
    duration: float
    per_ion: FloatArray
    per_block: FloatArray
    exponent: float
    decade: tuple[float, float]
    cooperation: float
    settled: bool
    accelerating: bool

    @property
    def value(self) -> float:
        """Mean over ions and axes, Å²/ps."""
        return float(self.per_ion.mean())

    @property
    def net_hops(self) -> float:
        """Hops that the net squared displacement of all ions amounts to."""
        n_ions, n_axes = (int(extent) for extent in self.per_ion.shape)
        squared = 2 * n_axes * max(self.value, 0.0) * self.duration
        # one axis sees a third of each hop's square
        return n_ions * squared / (HOP_LENGTH_A**2 * n_axes / 3)

    def statistical_error(self, axes: slice = slice(None)) -> tuple[float, float]:
        """Return the standard error of the mean over ions and ``axes``, and its number of samples.

        Ions are the clusters, their variance inflated by ``cooperation``. Blocks of time take over when they
        scatter more than that (F test at 0.1 %). Fewer than eight ions are too few clusters: their error is
        that of Gaussian paths, known from the window alone.
        """
        ions = self.per_ion[:, axes].mean(axis=1)
        blocks = self.per_block[:, axes]
        n_blocks, n_axes = blocks.shape
        freedom = (n_blocks - 1) * n_axes
        block_variance = float(blocks.var(axis=0, ddof=1).mean()) / (n_blocks * n_axes)
        if ions.size < _FEWEST_CLUSTERS:
            gaussian = self.window.relative_variance * float(ions.mean()) ** 2 / (n_axes * ions.size)
            return float(np.sqrt(gaussian)), 2.0 * n_axes * ions.size / self.window.relative_variance
        ion_variance = float(ions.var(ddof=1)) / ions.size * self.cooperation
        if block_variance > ion_variance * float(fdtri(freedom, ions.size - 1, 0.999)):
            return float(np.sqrt(block_variance)), freedom + 1.0
        return float(np.sqrt(ion_variance)), ions.size / self.cooperation

    def upper_limit(self, axes: slice = slice(None)) -> float:
        """Return a 95 % upper limit of D, Å²/ps, for a run that is not diffusive.

        The larger of D + 1.645 s and the Poisson limit χ²₀.₉₅(2k + 2)/(2 N t) · ℓ²/6 for k net hops.
        """
        n_ions = int(self.per_ion.shape[0])
        value = float(self.per_ion[:, axes].mean())
        error, _ = self.statistical_error(axes)
        hops = n_ions * 6 * max(value, 0.0) * self.duration / HOP_LENGTH_A**2
        rate = float(chdtri(2 * hops + 2, 0.05)) / (2 * n_ions * self.duration)
        return max(value + Z_95_ONE_SIDED * error, rate * HOP_LENGTH_A**2 / 6)


def self_diffusion(positions: FloatArray, cell: FloatArray, time_step: float) -> SelfDiffusion:
    """Read D of every ion from the part of the MSD beyond the cage and the back-hops.

    The first lag is the time in which an ion is displaced by one hop net (MSD less offset of 4 Å²), at
    least a picosecond and four times the memory of the velocity (the negative part of the offset), and at
    most a quarter of the run; it is doubled while the slope beyond it differs significantly from that at it
    (back-hops make it fall, inertia makes it rise), or the exponent of the last decade from there is below 1.

    Args:
        positions: unwrapped positions in the frame wanted, shape (n_frames, n_ions, n_axes), Å.
        cell: rows are the cell vectors, Å.
        time_step: time between frames, ps.

    Returns:
        Diffusivities with the window they come from.
    """
    n_frames = positions.shape[0]
    duration = n_frames * time_step
    longest = _LARGEST_FIRST_LAG * duration
    first_lag = duration / 10
    offset_time = 0.0
    for _ in range(5):
        result = fit_from(positions, time_step, first_lag, offset_time)
        offset_time = result.offset_time
        net_rate = 6 * max(result.value, 1e-300)
        wanted = max(HOP_LENGTH_A**2 / net_rate, _MEMORIES_PER_LAG * _inertia(result))
        wanted = float(np.clip(wanted, min(SHORTEST_LAG_PS, longest), longest))
        if abs(wanted / first_lag - 1) < 0.1:
            break
        first_lag = wanted
    settled, accelerating = True, False
    cooperating = cooperation(positions, cell, result.window.first_frames)
    while 4 * first_lag <= duration / 2:
        later = fit_from(positions, time_step, 2 * first_lag, offset_time)
        drop = (result.per_ion - later.per_ion).mean(axis=1)
        exponent, error = _decade(positions, result)
        slows = exponent + _NOT_DIFFUSIVE_SD * math.sqrt(cooperating) * error < 1
        if not slows and not differs_from_zero(drop, _SETTLED_SD, cooperating):
            break
        # on the way to longer lags a false alarm costs little; to call a run not diffusive takes more
        material = abs(drop.mean()) > _MATERIAL_CHANGE * max(later.value, 0.0)
        if (
            8 * first_lag > duration / 2
            and material
            and differs_from_zero(drop, _NOT_DIFFUSIVE_SD, cooperating)
        ):
            settled = accelerating = bool(drop.mean() < 0)
        first_lag, result = 2 * first_lag, later
        cooperating = cooperation(positions, cell, result.window.first_frames)
    return SelfDiffusion(
        result.window,
        result.offset_time,
        duration,
        result.per_ion,
        result.per_block,
        result.exponent,
        _decade(positions, result),
        cooperating,
        settled,
        accelerating,
    )


def fit_from(positions: FloatArray, time_step: float, first_lag: float, offset_time: float) -> SelfDiffusion:
    """Read the diffusivities from one given first lag, ps; ``offset_time`` shapes the weights alone."""
    window = diffusive_window(first_lag, time_step, positions.shape[0], offset_time)
    blocks = block_means(positions, window.block)
    msd = per_ion_msd(blocks, window.lags)
    per_ion = np.tensordot(window.weights, msd, axes=1)
    mean_msd = msd.mean(axis=(1, 2))
    times = window.lags * window.step
    value = float(per_ion.mean())
    offset = float(np.mean(mean_msd - 2 * value * times))
    near, far = 0, int(np.argmin(np.abs(window.lags - 2 * window.lags[0])))
    far = max(far, 1)
    exponent = float(np.log(mean_msd[far] / mean_msd[near]) / np.log(times[far] / times[near]))
    return SelfDiffusion(
        window,
        offset / (2 * value) if value > 0 else 0.0,
        positions.shape[0] * time_step,
        per_ion,
        per_time_block(blocks, window),
        exponent,
        decade=(1.0, math.inf),
        cooperation=1.0,  # of the last fit alone, see self_diffusion
        settled=True,
        accelerating=False,
    )


def differs_from_zero(samples: FloatArray, deviations: float, cooperating: float) -> bool:
    """Tell whether the mean over ions is further from 0 than so many standard errors.

    The spread is taken about zero: ions that move as one have no spread about their mean, and tell nothing.

    Args:
        samples: one number per ion.
        deviations: standard errors.
        cooperating: by which common motion inflates the variance of the mean.
    """
    if samples.size < _FEWEST_CLUSTERS:
        return False
    error = math.sqrt(cooperating * float(np.mean(samples**2)) / samples.size)
    return abs(float(samples.mean())) > deviations * error


def _decade(positions: FloatArray, fitted: SelfDiffusion) -> tuple[float, float]:
    blocks = block_means(positions, fitted.window.block)
    return decade_exponent(blocks, fitted.window, fitted.per_ion)


def _inertia(fitted: SelfDiffusion) -> float:
    """τ of MSD = 2 D (t - τ) at long times, ps; averaging over blocks, which delays alike, is taken out."""
    return max(fitted.window.averaging_time - fitted.offset_time, 0.0)
