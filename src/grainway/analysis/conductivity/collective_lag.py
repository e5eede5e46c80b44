"""The lags at which collective transport is read, and how exact a single coordinate can be there."""

import math
from dataclasses import dataclass

from grainway.analysis.motion.msd_slope import SHORTEST_LAG_PS, DiffusiveWindow, slope_variance
from grainway.analysis.motion.self_diffusion import SelfDiffusion, differs_from_zero, fit_from
from grainway.array_types import FloatArray, IndexArray

_SAME_SD = 1.5
_FEWEST_FRAMES = 8


@dataclass(frozen=True, eq=False)
class CollectiveLag:
    """Lags for a polarisation, with the diffusion of the single ions at the same lags.

    Attributes:
        window: lags and weights for M = 2 D t + offset, the offset free.
        offset_time: t_c in the ions' MSD = 2 D* (t + t_c) at these lags and blocks, ps.
        tracer: D* read with the same weights, Å²/ps.
        n_frames: frames in the run.
    """

    window: DiffusiveWindow
    offset_time: float
    tracer: float
    n_frames: int

    def relative_variance(
        self, collective: float, weights: FloatArray, lags: IndexArray, seen_offset: float = -math.inf
    ) -> float:
        """Return the variance over D_σ² of Σ w M(l) of one component of a Brownian polarisation.

        Inertia delays a polarisation as it delays its ions, but vibrations of different ions do not join:
        their part of the offset is the same per ion, whatever D_σ. Charge that is taken back by another ion
        is in no ion's own offset, so a larger one seen in the polarisation itself counts.

        Args:
            collective: D_σ, Å²/ps.
            weights: w, 1/ps.
            lags: lags in blocks.
            seen_offset: t_c of the polarisation, ps.
        """
        vibration = self.offset_time - self.window.averaging_time
        if vibration > 0:
            vibration *= self.tracer / collective
        offset_time = max(self.window.averaging_time + vibration, seen_offset)
        n_blocks = self.n_frames // self.window.block
        return slope_variance(weights, lags, self.window.step, n_blocks, offset_time)


def collective_lag(positions: FloatArray, time_step: float, fitted: SelfDiffusion) -> CollectiveLag:
    """Return the best window among those at which the ions' own slope is that of long times.

    A polarisation is one coordinate where the tracer has one per ion, so every lag counts: the first lag is
    halved as long as the slope of the ions' MSD stays within 1.5 standard deviations of the one at long lags
    and the variance falls. A change of slope that this cannot see is far below the error of a collective
    quantity.

    Args:
        positions: unwrapped positions of the mobile ions, shape (n_frames, n_ions, 3), Å.
        time_step: time between frames, ps.
        fitted: tracer diffusion of the same ions.

    Returns:
        The window and the ions' diffusion there.
    """
    best = nearer = fitted
    shortest = max(SHORTEST_LAG_PS, _FEWEST_FRAMES * time_step)
    while nearer.window.first_lag / 2 >= shortest:
        first_lag = nearer.window.first_lag / 2
        nearer = fit_from(positions, time_step, first_lag, nearer.offset_time)
        # shorter blocks keep more of the vibration: weights follow the offset at these blocks
        nearer = fit_from(positions, time_step, first_lag, nearer.offset_time)
        change = (nearer.per_ion - fitted.per_ion).mean(axis=1)
        same = not differs_from_zero(change, _SAME_SD, fitted.cooperation)
        if same and nearer.window.relative_variance < best.window.relative_variance:
            best = nearer
    return CollectiveLag(best.window, best.offset_time, best.value, positions.shape[0])
