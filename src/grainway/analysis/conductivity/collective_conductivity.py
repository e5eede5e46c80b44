"""Ionic conductivity: collective (Einstein and Green-Kubo), Nernst-Einstein, and the Haven ratio.

All use integer formal charges, which give the exact DC conductivity whatever charges the potential uses
(Grasselli and Baroni, Nat. Phys. 15 (2019) 967), and the mean cell's volume.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Literal, get_args, overload

import numpy as np
from scipy import fft

from grainway.analysis.conductivity.block_check import larger_variance
from grainway.analysis.conductivity.collective_lag import CollectiveLag, collective_lag
from grainway.analysis.conductivity.current_spectrum import Engine, current_spectrum, zero_frequency
from grainway.analysis.motion.displacement import MOBILE_SPECIES, framework_positions
from grainway.analysis.motion.msd_slope import block_means, per_ion_msd, per_time_block
from grainway.analysis.motion.once_per_trajectory import once_per_trajectory
from grainway.analysis.motion.self_diffusion import SelfDiffusion
from grainway.analysis.motion.tracer_diffusivity import (
    not_diffusive,
    relative_hop_error,
    tracer_diffusivity,
    tracer_fit,
)
from grainway.array_types import FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL

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


UNIT = "S/cm"

FEWEST_COLLECTIVE_HOPS = 30


@overload
def collective_conductivity(
    trajectory: Trajectory, method: Method = ..., per_axis: Literal[False] = ...
) -> Estimate: ...
@overload
def collective_conductivity(
    trajectory: Trajectory, method: Method = ..., *, per_axis: Literal[True]
) -> tuple[Estimate, Estimate, Estimate]: ...
def collective_conductivity(
    trajectory: Trajectory, method: Method = "einstein", per_axis: bool = False
) -> Estimate | tuple[Estimate, Estimate, Estimate]:
    """Return the conductivity from the polarisation of all ions.

    Einstein: σ = lim ⟨ΔP_a²⟩ / (2 t V k_B T), P = Σ_i q_i r_i. Green-Kubo: σ = ∫₀^t ⟨J_a(0) J_a(s)⟩ ds /
    (V k_B T) averaged over its plateau, J from differences of P. Spectral: the zero-frequency limit of the
    power spectrum of J. All take the times at which the ions' own displacements are diffusive. With a
    framework, P is taken in the frame of its charge-weighted centre, where lithium alone gives the same P.

    Args:
        trajectory: unwrapped positions of every charge carrier and formal charges.
        method: ``"einstein"``, ``"green-kubo"``, ``"spectral"``, or ``"stacie"`` where that is installed.
        per_axis: return σ_xx, σ_yy, σ_zz.

    Returns:
        σ in S/cm; the error is that of a Gaussian (Brownian) polarisation, or of blocks of time where these
        scatter significantly more, with the shot noise of the hops in quadrature. ``n_independent`` is the
        equivalent χ² number of samples. With ``per_axis`` three.

    Raises:
        AnalysisError: when the run is not diffusive or has fewer than 30 net hops (a collective quantity is
            never given as a limit), the estimate is not positive, or the spectrum has no plateau.
    """
    if method not in get_args(Method):
        raise AnalysisError.about("method", method, f"one of {', '.join(get_args(Method))}", "Choose one.")
    fitted, lag = diffusive_fit(trajectory)
    factor = carriers(trajectory) * per_volume(trajectory)
    if per_axis:
        x, y, z = (
            _collective(trajectory, fitted, lag, method, slice(axis, axis + 1)).scaled(factor, UNIT)
            for axis in range(3)
        )
        return x, y, z
    return _collective(trajectory, fitted, lag, method, slice(None)).scaled(factor, UNIT)


def nernst_einstein_conductivity(trajectory: Trajectory, species: str = MOBILE_SPECIES) -> Estimate:
    """Return σ_NE = N q² D* / (V k_B T), the conductivity of ions that move independently.

    Args:
        trajectory: unwrapped positions with formal charges.
        species: the carrier; its ions must have one charge.

    Returns:
        σ_NE in S/cm with the relative error of the tracer diffusivity (an upper limit if that is one).

    Raises:
        AnalysisError: as ``tracer_diffusivity``, or when the charges of the species differ.
    """
    diffusivity = tracer_diffusivity(trajectory, species)
    charge = carrier_charge(trajectory, species)
    n_ions = trajectory.indices(species).size
    return diffusivity.scaled(n_ions * charge**2 * per_volume(trajectory), UNIT)


def haven_ratio(trajectory: Trajectory) -> Estimate:
    """Return the Haven ratio H_R = D*/D_σ = σ_NE/σ of lithium (Murch, Solid State Ionics 7 (1982) 177).

    D* and D_σ are read from the same lags with the same weights, so ions that move rigidly together give
    exactly 1/N. The mean of a reciprocal exceeds the reciprocal of the mean by its relative variance, which
    is taken off as far as D* does not share it: by the share of cooperation in the number of ions.

    Returns:
        H_R, a pure number. Its relative error joins those of D* and σ in quadrature; the second dominates.

    Raises:
        AnalysisError: as ``collective_conductivity``.
    """
    carrier_charge(trajectory, MOBILE_SPECIES)
    fitted, lag = diffusive_fit(trajectory)
    collective = _collective(trajectory, fitted, lag, "einstein", slice(None))
    error, _ = fitted.statistical_error()
    relative_variance = (collective.standard_error / collective.value) ** 2
    shared = min(fitted.cooperation / trajectory.indices(MOBILE_SPECIES).size, 1.0)
    value = lag.tracer / collective.value * max(1 - relative_variance * (1 - shared), 0.5)
    relative = math.hypot(error / fitted.value, math.sqrt(relative_variance))
    return Estimate(value, value * relative, "1", collective.n_independent)


def carrier_charge(trajectory: Trajectory, species: str) -> float:
    """Return the one charge of a species' ions, e; ions of one species with two charges are an error."""
    charges = trajectory.charges[trajectory.indices(species)]
    if charges[0] == 0 or not np.all(charges == charges[0]):
        raise AnalysisError.about(
            f"charges of {species}",
            sorted(set(charges.tolist())),
            "one non-zero formal charge",
            "Give integer formal charges.",
        )
    return float(charges[0])


def polarisation(trajectory: Trajectory) -> FloatArray:
    """Return P(t) = Σ q r over all ions in the framework's frame, shape (n_frames, 3), e Å."""
    everything = np.arange(len(trajectory.species))
    positions = framework_positions(trajectory, everything)
    return np.asarray(np.einsum("tia,i->ta", positions, trajectory.charges))


def carriers(trajectory: Trajectory) -> float:
    """Return Σ q² of the lithium ions, e²."""
    return float((trajectory.charges[trajectory.indices(MOBILE_SPECIES)] ** 2).sum())


def per_volume(trajectory: Trajectory) -> float:
    """Return 1/(V k_B T) in S/cm per e² Å²/ps."""
    thermal = BOLTZMANN_EV_PER_K * trajectory.temperature
    return S_PER_CM_PER_INTERNAL / (trajectory.volume * thermal)


# every collective quantity of one trajectory needs it
@once_per_trajectory
def diffusive_fit(trajectory: Trajectory) -> tuple[SelfDiffusion, CollectiveLag]:
    """Return the tracer fit and the lags for collective quantities, or refuse a run that is not diffusive."""
    fitted = tracer_fit(trajectory, MOBILE_SPECIES)
    reasons = not_diffusive(fitted)
    if reasons or fitted.net_hops < FEWEST_COLLECTIVE_HOPS:
        raise AnalysisError.about(
            "net hops",
            round(fitted.net_hops, 1),
            f"diffusive motion with at least {FEWEST_COLLECTIVE_HOPS} net hops"
            + (f", but {'; '.join(reasons)}" if reasons else ""),
            "Run longer or hotter; tracer_diffusivity gives an upper limit.",
        )
    lithium = framework_positions(trajectory, trajectory.indices(MOBILE_SPECIES))
    return fitted, collective_lag(lithium, trajectory.time_step, fitted)


def _collective(
    trajectory: Trajectory, fitted: SelfDiffusion, lag: CollectiveLag, method: Method, axes: slice
) -> Estimate:
    """D_σ = lim ⟨ΔP²⟩ / (2 t Σ q²), Å²/ps."""
    dipole = polarisation(trajectory)[:, axes] / math.sqrt(carriers(trajectory))
    dipole = block_means(dipole, lag.window.block)
    n_axes = dipole.shape[1]
    value, relative_variance = READINGS[method](dipole, lag)
    per_block = per_time_block(dipole[:, None, :], lag.window)
    variance, n_independent = larger_variance(relative_variance * value**2, per_block)
    relative = math.hypot(math.sqrt(variance) / value, relative_hop_error(fitted.net_hops * n_axes / 3))
    # a χ² variable of n samples has relative variance 2/n
    return Estimate(value, value * relative, "Å²/ps", min(max(2.0 / relative**2, 2.0), n_independent))
