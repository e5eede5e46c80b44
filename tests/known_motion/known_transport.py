"""Walkers whose tracer *and* collective transport are known exactly, made without a loop over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from grainway.domain import Trajectory
from known_motion.synthetic_walkers import cage_noise, lithium

FloatArray = npt.NDArray[np.float64]

HOP_A = 2.0
_CELL_A = 30.0


@dataclass(frozen=True)
class KnownWalk:
    """A trajectory with the diffusivities it was made from, Å²/ps."""

    trajectory: Trajectory
    tracer: float
    collective: float

    @property
    def haven_ratio(self) -> float:
        """D*/D_σ."""
        return self.tracer / self.collective


def _hopping(
    rng: np.random.Generator, shape: tuple[int, int, int], diffusivity: float, time_step: float
) -> FloatArray:
    """Sites of ions that hop by themselves along each axis, from anywhere in the cell."""
    mean = diffusivity * time_step / HOP_A**2
    hops = HOP_A * (rng.poisson(mean, shape) - rng.poisson(mean, shape)).astype(float)
    return rng.uniform(0, _CELL_A, (1, shape[1], 3)) + np.cumsum(hops, axis=0)


def correlated_pairs(
    seed: int,
    *,
    n_pairs: int = 50,
    n_frames: int = 4000,
    time_step: float = 0.1,
    diffusivity: float = 0.3,
    cage_rms: float = 0.3,
) -> KnownWalk:
    """Neighbours that hop together: the conductivity is twice Nernst-Einstein's, H_R = 1/2."""
    rng = np.random.default_rng([1, seed])
    sites = _hopping(rng, (n_frames, n_pairs, 3), diffusivity, time_step)
    positions = np.concatenate([sites, sites + HOP_A], axis=1)
    positions += cage_noise(rng, positions.shape, cage_rms)
    return KnownWalk(lithium(positions, np.eye(3) * _CELL_A, time_step), diffusivity, 2 * diffusivity)


def ornstein_uhlenbeck(
    seed: int,
    *,
    n_ions: int = 100,
    n_frames: int = 4000,
    time_step: float = 0.1,
    thermal: float = 1.0,
    memory: float = 0.5,
) -> KnownWalk:
    """Langevin particles sampled exactly: D = (k_B T/m) τ, with ``thermal`` = k_B T/m in Å²/ps²."""
    rng = np.random.default_rng([2, seed])
    shape = (n_frames, n_ions, 3)
    u = time_step / memory
    keep = np.exp(-u)
    kicks = rng.standard_normal(shape)
    # velocity: v' = keep v + σ_v k; displacement: τ(1 - keep) v + the part of its noise along k + the rest
    spread_v = np.sqrt(thermal * (1 - keep**2))
    variance_x = thermal * memory**2 * (2 * u - 3 + 4 * keep - keep**2)
    along = thermal * memory * (1 - keep) ** 2 / spread_v
    drive = spread_v * kicks
    drive[0] = np.sqrt(thermal) * kicks[0]
    velocity = lfilter([1.0], [1.0, -keep], drive, axis=0)
    steps = memory * (1 - keep) * velocity[:-1] + along * kicks[1:]
    steps += np.sqrt(variance_x - along**2) * rng.standard_normal(steps.shape)
    start = rng.uniform(0, _CELL_A, (1, n_ions, 3))
    positions = np.concatenate([start, start + np.cumsum(steps, axis=0)])
    diffusivity = thermal * memory
    return KnownWalk(lithium(positions, np.eye(3) * _CELL_A, time_step), diffusivity, diffusivity)


def few_hops(
    seed: int, *, n_hops: float = 400, n_ions: int = 56, n_frames: int = 2000, time_step: float = 0.1
) -> KnownWalk:
    """About 400 hops of all ions together, under vibration of 0.3 Å."""
    rng = np.random.default_rng([3, seed])
    diffusivity = n_hops * HOP_A**2 / (6 * n_ions * n_frames * time_step)
    positions = _hopping(rng, (n_frames, n_ions, 3), diffusivity, time_step)
    positions += cage_noise(rng, positions.shape, 0.3)
    return KnownWalk(lithium(positions, np.eye(3) * _CELL_A, time_step), diffusivity, diffusivity)


def back_jumps(
    seed: int,
    *,
    n_ions: int = 100,
    n_frames: int = 4000,
    time_step: float = 0.1,
    diffusivity: float = 0.3,
    by_itself: float = 0.25,
    by_partner: float = 0.25,
    delay: float = 0.3,
    cage_rms: float = 0.3,
) -> KnownWalk:
    """Hops that are undone after a random delay, by the ion itself or by an opposite hop of its partner.

    A hop undone by itself moves nothing, one undone by the partner moves two ions but no charge:
    D* = (1 - q + p) Γℓ²/6 and D_σ = (1 - q - p) Γℓ²/6, so H_R = (1 - q + p)/(1 - q - p).
    """
    rng = np.random.default_rng([4, seed])
    rate = 6 * diffusivity / HOP_A**2 / (1 - by_itself + by_partner)
    lead = 20 * delay
    duration = n_frames * time_step + lead
    n_events = rng.poisson(rate * n_ions * duration)
    ion = rng.integers(n_ions, size=n_events)
    axis = rng.integers(3, size=n_events)
    step = HOP_A * rng.choice([-1.0, 1.0], size=n_events)
    moment = rng.uniform(-lead, n_frames * time_step, size=n_events)
    fate = rng.random(n_events)
    undone = fate < by_itself + by_partner
    other = np.where(fate < by_itself, ion, ion ^ 1)[undone]
    steps = np.zeros((n_frames, n_ions, 3))
    later = moment[undone] + rng.exponential(delay, size=undone.sum())
    for times, ions, axes, sizes in ((moment, ion, axis, step), (later, other, axis[undone], -step[undone])):
        inside = (times >= 0) & (times < n_frames * time_step)
        frames = (times[inside] / time_step).astype(int)
        np.add.at(steps, (frames, ions[inside], axes[inside]), sizes[inside])
    pairs = rng.uniform(0, _CELL_A, (1, n_ions // 2, 3))
    positions = np.repeat(pairs, 2, axis=1) + np.cumsum(steps, axis=0)
    positions += cage_noise(rng, positions.shape, cage_rms)
    collective = diffusivity * (1 - by_itself - by_partner) / (1 - by_itself + by_partner)
    return KnownWalk(lithium(positions, np.eye(3) * _CELL_A, time_step), diffusivity, collective)


CASES = {
    "pairs, H_R = 1/2": correlated_pairs,
    "Ornstein-Uhlenbeck": ornstein_uhlenbeck,
    "400 hops in a cage": few_hops,
    "back-jumps, H_R = 2": back_jumps,
}
