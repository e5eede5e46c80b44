"""Linear regression with known errors in both the response and the predictors."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import chdtri

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError

_MOST_ROUNDS = 200
_TOLERANCE = 1e-4
_LEAST_SCATTER = 1e-6
"""Smallest scatter in units of the response's deviation; exact responses need one above 0."""


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedFit:
    """Coefficients of y = X b without the bias from errors in X.

    Attributes:
        coefficients: b, shape (k,).
        covariance: of b, shape (k, k).
        scatter: standard deviation τ of y about the plane beyond all stated errors.
        weights: 1/(τ² + s_y² + Σ b_j² s_j²), shape (n,).
    """

    coefficients: FloatArray
    covariance: FloatArray
    scatter: float
    weights: FloatArray


def corrected_fit(
    design: FloatArray, design_variance: FloatArray, response: FloatArray, response_variance: FloatArray
) -> CorrectedFit:
    """Fit y_i = x_i·b + u_i + e_i where w_i = x_i + d_i is seen in place of x_i.

    Var e_i = s_y,i² and Var d_i = S_i (diagonal) are known, Var u_i = τ² is learned, all independent. With
    v_i = 1/(τ² + s_y,i² + b'S_i b) the corrected normal equations

        [Σ v_i w_i w_i' - f Σ v_i S_i] b = Σ v_i w_i y_i,    f = (n - k_0 - α)/n,

    have no attenuation, whatever the distribution of x (Fuller, Measurement Error Models, 1987, sec. 3.1.2,
    with α = q + 1 of his sec. 2.5 for small samples; q predictors carry errors, k_0 columns do not). Weights
    by the variance alone, without the correction, would leave the bias. The covariance is M⁻¹ B M⁻¹ with M
    in brackets above and B = Σ v_i w_i w_i' + Σ v_i² S_i b b' S_i (normal errors; Fuller, theorem 2.2.1).
    τ maximises the restricted likelihood given b.

    Args:
        design: w, shape (n, k), with a column of ones for the constant.
        design_variance: diagonals of S_i, shape (n, k); zeros for what is exactly known.
        response: y, shape (n,).
        response_variance: s_y², shape (n,).

    Returns:
        The fit, in the units of what was given.

    Raises:
        AnalysisError: when the errors of the predictors leave nothing to regress on.
    """
    corrected = _corrections(design_variance)
    deviation = float(response.std())
    if deviation == 0:
        raise AnalysisError("all resistivities are equal: there is nothing to explain")
    scatter, coefficients = deviation, np.zeros(design.shape[1])
    for _ in range(_MOST_ROUNDS):
        before = np.append(coefficients, scatter)
        variance = response_variance + design_variance @ coefficients**2
        coefficients = _solve(design, corrected, response, 1 / (scatter**2 + variance))
        variance = response_variance + design_variance @ coefficients**2
        residual = response - design @ coefficients
        scatter = _restricted_likelihood_scatter(design, corrected, residual, variance, deviation)
        if np.abs(np.append(coefficients, scatter) - before).max() < _TOLERANCE * deviation:
            break
    weights = 1 / (scatter**2 + response_variance + design_variance @ coefficients**2)
    bread = np.linalg.inv(_normal_matrix(design, corrected, weights))
    errors = weights[:, None] * design_variance * coefficients
    meat = design.T @ (weights[:, None] * design) + errors.T @ errors
    found = 0.0 if scatter <= 2 * _LEAST_SCATTER * deviation else scatter
    return CorrectedFit(coefficients, bread @ meat @ bread, found, weights)


def scatter_interval(
    fit: CorrectedFit,
    design: FloatArray,
    design_variance: FloatArray,
    response: FloatArray,
    response_variance: FloatArray,
) -> tuple[float, float]:
    """Return the 95 % interval of τ of a :func:`corrected_fit`, in the unit of the response.

    It holds where Σ v_i r_i² of the coefficients that belong to τ lies within the central 95 % of χ² with
    n - k degrees of freedom (Viechtbauer, Stat. Med. 26 (2007) 37); 0 where no τ does.

    Args:
        fit: of what follows.
        design: as there, shape (n, k).
        design_variance: as there, shape (n, k).
        response: as there, shape (n,).
        response_variance: as there, shape (n,).
    """
    corrected = _corrections(design_variance)
    variance = response_variance + design_variance @ fit.coefficients**2
    deviation = float(response.std())
    least, most = _LEAST_SCATTER * deviation, 1e3 * deviation

    def excess(scatter: float, squares: float) -> float:
        weights = 1 / (scatter**2 + variance)
        try:
            coefficients = _solve(design, corrected, response, weights)
        except AnalysisError:
            # far from the learned scatter a few boundaries have all the weight
            coefficients = fit.coefficients
        return float(weights @ (response - design @ coefficients) ** 2) - squares

    ends = []
    for tail in (0.025, 0.975):
        squares = float(chdtri(design.shape[0] - design.shape[1], tail))
        inside = excess(least, squares) > 0 > excess(most, squares)
        ends.append(float(brentq(excess, least, most, args=(squares,), rtol=1e-6)) if inside else 0.0)
    return ends[0], ends[1]


def _corrections(design_variance: FloatArray) -> FloatArray:
    """Return f S_i, what is taken off the normal matrix."""
    n, columns = design_variance.shape
    measured = int(np.any(design_variance > 0, axis=0).sum())
    share = (n - (columns - measured) - (measured + 1)) / n if measured else 0.0
    corrected: FloatArray = max(share, 0.0) * design_variance
    return corrected


def _normal_matrix(design: FloatArray, corrected: FloatArray, weights: FloatArray) -> FloatArray:
    matrix: FloatArray = design.T @ (weights[:, None] * design) - np.diag(weights @ corrected)
    return matrix


def _solve(
    design: FloatArray, corrected: FloatArray, response: FloatArray, weights: FloatArray
) -> FloatArray:
    matrix = _normal_matrix(design, corrected, weights)
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise AnalysisError(
            "the errors of the measured predictors are as large as their differences: "
            "nothing is left to regress on. Measure them longer, or leave one of them out"
        ) from None
    solution: FloatArray = np.asarray(
        np.linalg.solve(matrix, design.T @ (weights * response)), dtype=np.float64
    )
    return solution


def _restricted_likelihood_scatter(
    design: FloatArray, corrected: FloatArray, residual: FloatArray, variance: FloatArray, deviation: float
) -> float:
    """Return the τ of the largest restricted likelihood at given coefficients."""

    def negative(scatter: float) -> float:
        weights = 1 / (scatter**2 + variance)
        sign, volume = np.linalg.slogdet(_normal_matrix(design, corrected, weights))
        if sign <= 0:
            return float("inf")
        return float(volume - np.log(weights).sum() + weights @ residual**2) / 2

    least = _LEAST_SCATTER * deviation
    found = minimize_scalar(
        negative, bounds=(least, 2 * deviation), method="bounded", options={"xatol": 1e-4 * deviation}
    )
    return float(found.x) if found.fun < negative(least) else least
