"""Walkers with known transport for the tests and benchmarks of the analysis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from grainway.domain import Trajectory

FloatArray = npt.NDArray[np.float64]


def exponential_memory(rng: np.random.Generator, shape: tuple[int, ...], keep: float) -> FloatArray:
    """Stationary Gaussian noise of unit variance whose correlation falls by ``keep`` each frame."""
    noise = rng.standard_normal(shape)
    noise[1:] *= np.sqrt(1 - keep**2)
    return lfilter([1.0], [1.0, -keep], noise, axis=0)


def cage_noise(
    rng: np.random.Generator, shape: tuple[int, ...], rms: float, memory_frames: float = 2.0
) -> FloatArray:
    """Gaussian vibration about a site with an exponential memory (Ornstein-Uhlenbeck)."""
    return rms * exponential_memory(rng, shape, float(np.exp(-1 / memory_frames)) if memory_frames else 0.0)


def free_walkers(
    *,
    seed: int,
    n_ions: int = 200,
    n_frames: int = 300,
    time_step: float = 0.1,
    diffusivity: float = 0.1,
    cage_rms: float = 0.0,
    hop: float | None = None,
    cell: float = 25.0,
) -> Trajectory:
    """Independent walkers: Brownian, or (with ``hop``) jumping by ±hop along an axis at random times."""
    rng = np.random.default_rng(seed)
    shape = (n_frames, n_ions, 3)
    if hop is None:
        steps = rng.normal(scale=np.sqrt(2 * diffusivity * time_step), size=shape)
    else:
        # D = rate ℓ² / 6 with a third of the jumps along each axis
        mean = 2 * diffusivity * time_step / hop**2 / 2
        steps = hop * (rng.poisson(mean, shape) - rng.poisson(mean, shape)).astype(float)
    positions = rng.uniform(0, cell, (1, n_ions, 3)) + np.cumsum(steps, axis=0)
    positions += cage_noise(rng, shape, cage_rms, 2.0)
    return lithium(positions, np.eye(3) * cell, time_step)


def lithium(
    positions: FloatArray, cell: FloatArray, time_step: float, temperature: float = 1400.0
) -> Trajectory:
    """Wrap positions of lithium ions alone as a trajectory."""
    n_frames, n_ions, _ = positions.shape
    return Trajectory(
        positions=positions,
        cell=cell,
        species=("Li",) * n_ions,
        charges=np.ones(n_ions),
        times=np.arange(n_frames) * time_step,
        temperature=temperature,
    )


class LayeredMedium:
    """Equilibrium walkers between two periodic slabs, sampled from the exact propagator along z."""

    def __init__(
        self,
        diffusivity: Callable[[FloatArray], FloatArray],
        density: Callable[[FloatArray], FloatArray],
        *,
        length: float = 55.0,
        side: float = 26.0,
        time_step: float = 0.1,
        step: float = 0.1,
    ) -> None:
        n = round(length / step)
        self.length, self.side, self.time_step, self.step = length, side, time_step, length / n
        self.z = (np.arange(n) + 0.5) * self.step
        self.diffusivity = diffusivity(self.z)
        edges = diffusivity((self.z + 0.5 * self.step) % length)
        weight = density(self.z)
        self.probability = weight / weight.sum()
        root = np.sqrt(self.probability)
        rate = edges / self.step**2
        matrix = np.zeros((n, n))
        after = np.roll(np.arange(n), -1)
        matrix[np.arange(n), after] += rate
        matrix[after, np.arange(n)] += rate
        out = rate * root[after] / root
        back = rate * root / root[after]
        matrix[np.arange(n), np.arange(n)] -= out
        matrix[after, after] -= back
        eigenvalues, vectors = np.linalg.eigh(matrix)
        kernel = (vectors * np.exp(time_step * eigenvalues)) @ vectors.T
        propagator = np.maximum(kernel * root[None, :] / root[:, None], 0.0)
        # rows rolled so that the diagonal sits in the middle: only a band is reached in one frame
        reach = min(n // 2, int(np.ceil(8 * np.sqrt(2 * self.diffusivity.max() * time_step) / self.step)))
        self.offsets = np.arange(-reach, reach + 1)
        band = propagator[np.arange(n)[:, None], (np.arange(n)[:, None] + self.offsets) % n]
        self.cumulative = np.cumsum(band / band.sum(axis=1, keepdims=True), axis=1)
        # resistance per area in units of kT/(q² e²): ∫ dz / (n D)
        self.inverse_conductivity = 1 / (self.probability / self.step * self.diffusivity)

    def walk(
        self,
        *,
        seed: int,
        n_ions: int = 800,
        n_frames: int = 300,
        cage_rms: float = 0.4,
        temperature: float = 1400.0,
    ) -> Trajectory:
        """Return n_ions walkers over n_frames with vibration of ``cage_rms`` Å per axis on top."""
        rng = np.random.default_rng(seed)
        n = self.z.size
        index = rng.choice(n, size=n_ions, p=self.probability)
        positions = np.empty((n_frames, n_ions, 3))
        in_plane = rng.uniform(0, self.side, (n_ions, 2))
        for frame in range(n_frames):
            if frame:
                draws = rng.random(n_ions)
                column = (self.cumulative[index % n] < draws[:, None]).sum(axis=1)
                spread = np.sqrt(2 * self.diffusivity[index % n] * self.time_step)
                in_plane = in_plane + spread[:, None] * rng.normal(size=(n_ions, 2))
                index = index + self.offsets[np.minimum(column, self.offsets.size - 1)]
            positions[frame, :, 2] = (index + rng.random(n_ions)) * self.step
            positions[frame, :, :2] = in_plane
        positions += cage_noise(rng, positions.shape, cage_rms, 2.0)
        return lithium(positions, np.diag([self.side, self.side, self.length]), self.time_step, temperature)

    def resistance(self, z_lo: float, z_hi: float, n_ions: int, temperature: float = 1400.0) -> float:
        """True ∫ρ dz between two heights, Ω cm²."""
        inside = (self.z - z_lo) % self.length < (z_hi - z_lo) % self.length
        integral = float(np.sum(self.inverse_conductivity[inside]) * self.step) * self.side**2 / n_ions
        return integral * 8.617333262e-5 * temperature * 1e-8 / (1.602176634e-19 / 1e-20)
