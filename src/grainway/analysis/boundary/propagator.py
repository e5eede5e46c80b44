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

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.interpolate import BSpline

from grainway.array_types import FloatArray


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


class Propagator:
    """Joint probabilities for one set of parameters, from one eigen-decomposition.

    Args of the constructor:
        model: grid and splines.
        parameters: n_knots of ln π, n_knots of ln D (D in Å²/ps), then s in Å²; length 2 n_knots + 1.
    """

    def __init__(self, model: SplineModel, parameters: FloatArray) -> None:
        knots = model.n_knots
        self.model = model
        probabilities = model.probabilities(parameters)
        self._root = np.sqrt(probabilities)
        self._rates = np.exp(model.edge_basis @ parameters[knots : 2 * knots]) / model.width**2
        self._after = np.roll(np.arange(model.n_bins), -1)
        self._ratio = self._root[self._after] / self._root
        self._eigenvalues, self._vectors = np.linalg.eigh(_symmetric_rates(self._rates, self._ratio))
        self._kernel, self._kernel_slope = _heat_kernel(model.n_bins, model.width, float(parameters[-1]))
        self._smooth = self._kernel @ (self._root[:, None] * self._vectors)
        self._log_slope = model.log_probability_jacobian(probabilities)
        self._ratio_slope = 0.5 * (self._log_slope[self._after] - self._log_slope)

    def joint(self, lag: float) -> FloatArray:
        """Return J(τ), shape (n_bins, n_bins); symmetric, sums to 1."""
        values = (self._smooth * np.exp(lag * self._eigenvalues)) @ self._smooth.T
        return np.asarray(np.maximum(values, 0.0))

    def gradient(self, lag: float, weights: FloatArray) -> FloatArray:
        """Return Σ_ab w_ab ∂J_ab/∂θ for symmetric weights, shape (n_parameters,).

        The sums over bins are taken first, so that no derivative of J itself is needed: some products of
        matrices, whatever the number of parameters.
        """
        decay, inner = self._unsmoothed(lag)
        projected = self._smooth.T @ weights @ self._smooth
        sensitivity = self._vectors @ (self._divided(decay, lag) * projected) @ self._vectors.T
        here = self._ratio * np.diag(sensitivity)
        there = np.diag(sensitivity)[self._after] / self._ratio
        across = sensitivity[np.arange(self.model.n_bins), self._after]
        by_diffusivity = self.model.edge_basis.T @ (self._rates * (2 * across - here - there))
        smoothed = self._kernel @ weights @ self._kernel
        by_probability = self._ratio_slope.T @ (self._rates * (there - here)) + self._log_slope.T @ np.sum(
            smoothed * inner, axis=1
        )
        by_noise = 2 * float(np.sum(weights * (self._kernel_slope @ inner @ self._kernel)))
        return np.concatenate([by_probability, by_diffusivity, [by_noise]])

    def derivatives(self, lag: float) -> FloatArray:
        """Return ∂J/∂θ for θ = (ln π splines, ln D splines, s), shape (n_parameters, n_bins, n_bins).

        ∂exp(τS) = V [Γ ∘ (Vᵀ ∂S V)] Vᵀ with Γ_kl = (e^{τλ_k} - e^{τλ_l})/(λ_k - λ_l).
        """
        n, knots = self.model.n_bins, self.model.n_knots
        decay, inner = self._unsmoothed(lag)
        half = self._kernel @ inner
        result = np.empty((2 * knots + 1, n, n))
        result[:-1] = self._smooth @ (self._divided(decay, lag) * self._projected_slopes) @ self._smooth.T
        for index in range(knots):
            weighted = (self._kernel * (0.5 * self._log_slope[:, index])) @ half.T
            result[index] += weighted + weighted.T
        noisy = self._kernel_slope @ half.T
        result[-1] = noisy + noisy.T
        return result

    @cached_property
    def _projected_slopes(self) -> FloatArray:
        """Vᵀ ∂S V for ln π and ln D, contracted edge by edge: ∂S touches the pairs (i, i+1) only."""
        n, knots = self.model.n_bins, self.model.n_knots
        vectors, moved = self._vectors, self._vectors[self._after]
        edges = self.model.edge_basis * self._rates[:, None]
        projected = np.empty((2 * knots, n, n))
        for index in range(knots):
            # ln D: off-diagonal and both diagonal entries of the edge scale with the rate
            rate = edges[:, index, None]
            lower = rate * (moved - self._ratio[:, None] * vectors)
            upper = rate * (vectors - moved / self._ratio[:, None])
            projected[knots + index] = vectors.T @ (lower + np.roll(upper, 1, axis=0))
            # ln π: only the diagonal entries change, through the square root of the ratio
            change = (self._rates * self._ratio_slope[:, index])[:, None]
            lower = -change * self._ratio[:, None] * vectors
            upper = change / self._ratio[:, None] * moved
            projected[index] = vectors.T @ (lower + np.roll(upper, 1, axis=0))
        return projected

    def _unsmoothed(self, lag: float) -> tuple[FloatArray, FloatArray]:
        decay = np.exp(lag * self._eigenvalues)
        inner = self._root[:, None] * ((self._vectors * decay) @ self._vectors.T) * self._root
        return decay, np.asarray(inner)

    def _divided(self, decay: FloatArray, lag: float) -> FloatArray:
        return _divided_differences(self._eigenvalues, decay, lag)


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
    return (np.fft.ifft(spectrum).real[offset], np.fft.ifft(0.5 * laplacian * spectrum).real[offset])


def _divided_differences(eigenvalues: FloatArray, decay: FloatArray, lag: float) -> FloatArray:
    gap = eigenvalues[:, None] - eigenvalues
    close = np.abs(gap) * lag < 1e-6
    safe = np.where(close, 1.0, gap)
    return np.asarray(np.where(close, lag * np.sqrt(decay[:, None] * decay), (decay[:, None] - decay) / safe))
