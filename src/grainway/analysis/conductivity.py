"""Ionic conductivity: collective (Einstein and Green-Kubo), Nernst-Einstein, and the Haven ratio.

All use integer formal charges, which give the exact DC conductivity whatever charges the potential uses
(Grasselli and Baroni, Nat. Phys. 15 (2019) 967), and the mean cell's volume.
"""

from __future__ import annotations

import math
from typing import Literal, get_args, overload

import numpy as np
import numpy.typing as npt
from scipy import fft

from grainway.analysis.brownian import DiffusiveWindow, anchored_window, block_average, msd_covariance
from grainway.analysis.diffusion import is_diffusive, relative_hop_error, tracer_diffusivity, tracer_fit
from grainway.analysis.displacement import MOBILE_SPECIES, framework_positions
from grainway.analysis.self_diffusion import SelfDiffusion, per_ion_msd
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL

FloatArray = npt.NDArray[np.float64]
Method = Literal["einstein", "green-kubo"]

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
    (V k_B T) averaged over its plateau, J from differences of P. Both take the lags at which the ions'
    own displacements are diffusive. With a framework, P is taken in the frame of its charge-weighted
    centre, where lithium alone gives the same P.

    Args:
        trajectory: unwrapped positions of every charge carrier and formal charges.
        method: ``"einstein"`` or ``"green-kubo"``.
        per_axis: return σ_xx, σ_yy, σ_zz.

    Returns:
        σ in S/cm; the error is that of a Gaussian (Brownian) polarisation, with the shot noise of the hops
        in quadrature. ``n_independent`` is the equivalent χ² number of samples. With ``per_axis`` three.

    Raises:
        AnalysisError: when the run is not diffusive, has fewer than 30 net hops, or the estimate is not
            positive.
    """
    if method not in get_args(Method):
        raise AnalysisError.about("method", method, "'einstein' or 'green-kubo'", "Choose one of the two.")
    fitted = _diffusive_fit(trajectory)
    if method == "einstein":
        window = _collective_window(trajectory, fitted)
        slopes, variance = _einstein_slopes(trajectory, window), window.relative_variance
    else:
        slopes, variance = _green_kubo_slopes(trajectory, fitted)
    factor = S_PER_CM_PER_INTERNAL / (trajectory.volume * BOLTZMANN_EV_PER_K * trajectory.temperature)
    if per_axis:
        x, y, z = (
            _estimate(slopes[axis : axis + 1] * factor, variance, fitted.net_hops / 3) for axis in range(3)
        )
        return x, y, z
    return _estimate(slopes * factor, variance, fitted.net_hops)


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
    thermal = BOLTZMANN_EV_PER_K * trajectory.temperature
    return diffusivity.scaled(
        n_ions * charge**2 * S_PER_CM_PER_INTERNAL / (trajectory.volume * thermal), UNIT
    )


def haven_ratio(trajectory: Trajectory) -> Estimate:
    """Return the Haven ratio H_R = D*/D_σ = σ_NE/σ of lithium (Murch, Solid State Ionics 7 (1982) 177).

    D* and D_σ are read from the same lags with the same weights, so ions that move rigidly together give
    exactly 1/N.

    Args:
        trajectory: unwrapped positions with formal charges.

    Returns:
        H_R, a pure number. Its relative error joins those of D* and σ in quadrature; the second dominates,
        and being a reciprocal the estimate lies high by about its square on average.

    Raises:
        AnalysisError: as ``collective_conductivity``.
    """
    fitted = _diffusive_fit(trajectory)
    charge = carrier_charge(trajectory, MOBILE_SPECIES)
    lithium = trajectory.indices(MOBILE_SPECIES)
    window = _collective_window(trajectory, fitted)
    collective = _estimate(
        _einstein_slopes(trajectory, window) / (lithium.size * charge**2),
        window.relative_variance,
        fitted.net_hops,
    )
    error, _ = fitted.statistical_error()
    blocks = block_average(framework_positions(trajectory, lithium), window.block)
    tracer = float(window.weights @ per_ion_msd(blocks, window.lags).mean(axis=(1, 2)))
    value = tracer / collective.value
    relative = math.hypot(error / fitted.value, collective.standard_error / collective.value)
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


def _diffusive_fit(trajectory: Trajectory) -> SelfDiffusion:
    fitted = tracer_fit(trajectory, MOBILE_SPECIES)
    if not is_diffusive(fitted) or fitted.net_hops < FEWEST_COLLECTIVE_HOPS:
        raise AnalysisError.about(
            "net hops",
            round(fitted.net_hops, 1),
            f"diffusive motion with at least {FEWEST_COLLECTIVE_HOPS} net hops and one net hop per ion",
            "Run longer or hotter; tracer_diffusivity gives an upper limit.",
        )
    return fitted


def _collective_window(trajectory: Trajectory, fitted: SelfDiffusion) -> DiffusiveWindow:
    return anchored_window(fitted.window, trajectory.n_frames, fitted.offset_time)


def _einstein_slopes(trajectory: Trajectory, window: DiffusiveWindow) -> FloatArray:
    dipole = block_average(polarisation(trajectory), window.block)[:, None, :]
    return np.asarray(window.weights @ per_ion_msd(dipole, window.lags)[:, 0, :])


def _green_kubo_slopes(trajectory: Trajectory, fitted: SelfDiffusion) -> tuple[FloatArray, float]:
    """Plateau of the running integral of ⟨J J⟩ per axis, e²Å²/ps, and its relative variance per axis."""
    window = fitted.window
    dipole = block_average(polarisation(trajectory), window.block)
    current = np.diff(dipole, axis=0) / window.step
    n = current.shape[0]
    padded = fft.next_fast_len(2 * n - 1, real=True)
    power = np.abs(fft.rfft(current, padded, axis=0)) ** 2
    correlation = fft.irfft(power, padded, axis=0)[:n] / np.arange(n, 0, -1)[:, None]
    # currents are means over a step, for which the integral up to lag m is the trapezium with C(0)/2
    running = (np.cumsum(correlation, axis=0) - 0.5 * correlation[0]) * window.step
    first, last = int(window.lags[0]), int(window.lags[-1])
    slopes = running[first:last].mean(axis=0)
    # the mean of the running integral from t₁ to t₂ is [M(t₂) - M(t₁)] / 2(t₂ - t₁), so its variance is known
    covariance = msd_covariance(np.array([first, last]), n + 1, max(fitted.offset_time / window.step, -0.9))
    spread = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    return slopes, float(spread / (last - first) ** 2)


def _estimate(values: FloatArray, relative_variance: float, net_hops: float) -> Estimate:
    value = float(values.mean())
    if value <= 0:
        raise AnalysisError.about(
            "collective slope",
            value,
            "positive",
            "The run is too short for a collective conductivity: run longer.",
        )
    relative = math.hypot(math.sqrt(relative_variance / values.size), relative_hop_error(net_hops))
    # a χ² variable of n samples has relative variance 2/n
    return Estimate(value, value * relative, UNIT, max(2.0 / relative**2, 2.0))
