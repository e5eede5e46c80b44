"""Three readings of the DC transport of one polarisation: Einstein, Green-Kubo and spectral."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
from scipy import fft

from grainway.analysis.conductivity.collective_lag import CollectiveLag
from grainway.analysis.conductivity.current_spectrum import Engine, current_spectrum, zero_frequency
from grainway.analysis.motion.msd_slope import per_ion_msd
from grainway.array_types import FloatArray
from grainway.errors import AnalysisError

Method = Literal["einstein", "green-kubo", "spectral", "stacie"]


def einstein(dipole: FloatArray, lag: CollectiveLag) -> tuple[float, float]:
    """Return ⟨ΔP²⟩/2t by generalised least squares, mean over axes, and its relative variance.

    Args:
        dipole: block-averaged P over the root of the carriers' Σ q², shape (n_blocks, n_axes), Å.
        lag: lags and weights.

    Raises:
        AnalysisError: when the slope is not positive.
    """
    window = lag.window
    msd = per_ion_msd(dipole[:, None, :], window.lags).mean(axis=(1, 2))
    value = positive(float(window.weights @ msd))
    offset = float(np.mean(msd - 2 * value * window.step * window.lags)) / (2 * value)
    return value, lag.relative_variance(value, window.weights, window.lags, offset) / dipole.shape[1]


def green_kubo(dipole: FloatArray, lag: CollectiveLag) -> tuple[float, float]:
    """Return the plateau of the running integral of ⟨J J⟩, mean over axes, and its relative variance.

    Arguments and errors as ``einstein``.
    """
    window = lag.window
    current = np.diff(dipole, axis=0) / window.step
    n = current.shape[0]
    padded = fft.next_fast_len(2 * n - 1, real=True)
    power = (np.abs(fft.rfft(current, padded, axis=0)) ** 2).mean(axis=1)
    correlation = fft.irfft(power, padded)[:n] / np.arange(n, 0, -1)
    # currents are means over a step, for which the integral up to lag m is the trapezium with C(0)/2
    running = (np.cumsum(correlation) - 0.5 * correlation[0]) * window.step
    ends = window.lags[[0, -1]]
    value = positive(float(running[ends[0] : ends[1]].mean()))
    # that mean is [M(t₂) - M(t₁)] / 2(t₂ - t₁), so its variance is known
    weights = np.array([-0.5, 0.5]) / ((ends[1] - ends[0]) * window.step)
    return value, lag.relative_variance(value, weights, ends) / dipole.shape[1]


def spectral(dipole: FloatArray, lag: CollectiveLag, engine: Engine = "own") -> tuple[float, float]:
    """Return the zero-frequency limit of the current's spectrum and its relative variance.

    Arguments as ``einstein`` and the engine of ``zero_frequency``; raises AnalysisError when the spectrum has
    no plateau.
    """
    window = lag.window
    spectrum = current_spectrum(dipole, window.step, window.step / window.block)
    return zero_frequency(spectrum, window.first_lag, engine)


READINGS: dict[Method, Callable[[FloatArray, CollectiveLag], tuple[float, float]]] = {
    "einstein": einstein,
    "green-kubo": green_kubo,
    "spectral": spectral,
    "stacie": partial(spectral, engine="stacie"),
}


def positive(value: float) -> float:
    """Return a collective slope, or refuse one that noise has made negative."""
    if value <= 0:
        raise AnalysisError.about(
            "collective slope",
            value,
            "positive",
            "The run is too short for a collective conductivity: run longer.",
        )
    return value
