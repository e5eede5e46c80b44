"""Smoluchowski diffusion along a periodic axis: joint probabilities over a lag and their derivatives.

The density and D(z) live on a grid of n equal bins. With π the equilibrium probabilities and D on the
bin edges, the rate matrix R obeys detailed balance and its symmetrised form

    S = π^(-1/2) R π^(1/2),  S_{i,i+1} = D_{i+1/2}/h²,

has real eigenvalues (Bicout and Szabo, J. Chem. Phys. 109 (1998) 2325; Hummer, New J. Phys. 7 (2005)
34). What is observed are noisy heights, so the joint probability of the start and end bins is

    J(τ) = E π^(1/2) exp(τ S) π^(1/2) E,

with E the heat kernel on the grid of variance s. It stands for the vibration left in averaged positions
*and* for the rounding to bins, h²/12 per end, without which coarse bins overestimate D by h²/(12 D τ).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline

FloatArray = npt.NDArray[np.float64]


def periodic_cubic_basis(z: FloatArray, length: float, n_knots: int) -> FloatArray:
    """Return periodic cubic B-splines on equal knots evaluated at heights, shape (len(z), n_knots).

    Args:
        z: heights, Å.
        length: period, Å.
        n_knots: number of knots, one spline each; rows sum to 1.
    """
    spacing = length / n_knots
    knots = spacing * np.arange(-3, n_knots + 4)
    full = BSpline.design_matrix(np.mod(z, length), knots, 3).toarray()
    basis = full[:, :n_knots].copy()
    basis[:, :3] += full[:, n_knots:]
    return basis


@dataclass(frozen=True, eq=False)
class SplineModel:
    """ln π and ln D as periodic cubic splines on a grid of bins.

    Attributes:
        length: period L_z, Å.
        n_bins: number of bins.
        n_knots: splines for each of ln π and ln D.
    """

    length: float
    n_bins: int
    n_knots: int

    @property
    def width(self) -> float:
        """Bin width h, Å."""
        return self.length / self.n_bins

    @cached_property
    def centres(self) -> FloatArray:
        """Bin centres, Å."""
        return np.asarray((np.arange(self.n_bins) + 0.5) * self.width)

    @cached_property
    def centre_basis(self) -> FloatArray:
        """Splines at the bin centres, shape (n_bins, n_knots)."""
        return periodic_cubic_basis(self.centres, self.length, self.n_knots)

    @cached_property
    def edge_basis(self) -> FloatArray:
        """Splines at the upper edge of each bin, shape (n_bins, n_knots)."""
        return periodic_cubic_basis(self.centres + 0.5 * self.width, self.length, self.n_knots)

    def probabilities(self, parameters: FloatArray) -> FloatArray:
        """Return π of each bin from the parameters (ln π splines, ln D splines, ln s)."""
        logarithm = self.centre_basis @ parameters[: self.n_knots]
        weights = np.exp(logarithm - logarithm.max())
        return np.asarray(weights / weights.sum())

    def log_probability_jacobian(self, probabilities: FloatArray) -> FloatArray:
        """Return ∂ln π/∂(ln π splines), shape (n_bins, n_knots), normalisation included."""
        return np.asarray(self.centre_basis - probabilities @ self.centre_basis)


@dataclass(frozen=True, eq=False)
class JointProbability:
    """J for one lag and its derivatives.

    Attributes:
        values: J, shape (n_bins, n_bins); symmetric, sums to 1.
        derivatives: ∂J/∂θ, shape (n_parameters, n_bins, n_bins), for θ = (ln π splines, ln D splines, s).
    """

    values: FloatArray
    derivatives: FloatArray


def joint_probabilities(
    model: SplineModel, parameters: FloatArray, lags: FloatArray
) -> list[JointProbability]:
    """Return J(τ) and its derivatives at each lag from one eigen-decomposition.

    ∂exp(τS) = V [Γ ∘ (Vᵀ ∂S V)] Vᵀ with Γ_kl = (e^{τλ_k} - e^{τλ_l})/(λ_k - λ_l).

    Args:
        model: grid and splines.
        parameters: n_knots of ln π, n_knots of ln D (D in Å²/ps), then s in Å²; length 2 n_knots + 1.
        lags: τ, ps.

    Returns:
        One record per lag.
    """
    n, knots = model.n_bins, model.n_knots
    probabilities = model.probabilities(parameters)
    root = np.sqrt(probabilities)
    rates = np.exp(model.edge_basis @ parameters[knots : 2 * knots]) / model.width**2
    ratio = np.roll(root, -1) / root
    eigenvalues, vectors = np.linalg.eigh(_symmetric_rates(rates, ratio))
    kernel, kernel_slope = _heat_kernel(n, model.width, float(parameters[-1]))
    log_slope = model.log_probability_jacobian(probabilities)

    after = np.roll(np.arange(n), -1)
    # ∂S V for every parameter, contracted edge by edge: ∂S touches the pairs (i, i+1) only
    moved = vectors[after]
    d_edges = model.edge_basis * rates[:, None]
    projected = np.empty((2 * knots, n, n))
    slope_ratio = 0.5 * (log_slope[after] - log_slope)
    for index in range(knots):
        # ln D: off-diagonal and both diagonal entries of the edge scale with the rate
        d_rate = d_edges[:, index, None]
        lower = d_rate * (moved - ratio[:, None] * vectors)
        upper = d_rate * (vectors - moved / ratio[:, None])
        projected[knots + index] = vectors.T @ (lower + np.roll(upper, 1, axis=0))
        # ln π: only the diagonal entries change, through the square root of the ratio
        change = (rates * slope_ratio[:, index])[:, None]
        lower = -change * ratio[:, None] * vectors
        upper = change / ratio[:, None] * moved
        projected[index] = vectors.T @ (lower + np.roll(upper, 1, axis=0))

    smooth = kernel @ (root[:, None] * vectors)
    results = []
    for lag in lags:
        decay = np.exp(lag * eigenvalues)
        bare = (vectors * decay) @ vectors.T
        inner = root[:, None] * bare * root[None, :]
        half = kernel @ inner
        values = half @ kernel
        gamma = _divided_differences(eigenvalues, decay, float(lag))
        derivatives = np.empty((2 * knots + 1, n, n))
        derivatives[:-1] = smooth @ (gamma * projected) @ smooth.T
        for index in range(knots):
            weighted = (kernel * (0.5 * log_slope[:, index])) @ half.T
            derivatives[index] += weighted + weighted.T
        noisy = kernel_slope @ half.T
        derivatives[-1] = noisy + noisy.T
        results.append(JointProbability(np.maximum(values, 1e-300), derivatives))
    return results


def _symmetric_rates(rates: FloatArray, ratio: FloatArray) -> FloatArray:
    n = rates.size
    here, after = np.arange(n), np.roll(np.arange(n), -1)
    matrix = np.zeros((n, n))
    matrix[here, after] = rates
    matrix[after, here] = rates
    matrix[here, here] -= rates * ratio
    matrix[after, after] -= rates / ratio
    return matrix


def _heat_kernel(n_bins: int, width: float, variance: float) -> tuple[FloatArray, FloatArray]:
    """exp(½ s Δ_h) on the periodic grid, whose variance is exactly s, and its derivative by s."""
    laplacian = -4 / width**2 * np.sin(np.pi * np.arange(n_bins) / n_bins) ** 2
    spectrum = np.exp(0.5 * variance * laplacian)
    offset = (np.arange(n_bins)[:, None] - np.arange(n_bins)) % n_bins
    return (
        np.fft.ifft(spectrum).real[offset],
        np.fft.ifft(0.5 * laplacian * spectrum).real[offset],
    )


def _divided_differences(eigenvalues: FloatArray, decay: FloatArray, lag: float) -> FloatArray:
    gap = eigenvalues[:, None] - eigenvalues
    close = np.abs(gap) * lag < 1e-6
    safe = np.where(close, 1.0, gap)
    return np.asarray(np.where(close, lag * np.sqrt(decay[:, None] * decay), (decay[:, None] - decay) / safe))
