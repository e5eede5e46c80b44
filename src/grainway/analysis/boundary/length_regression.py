"""Area-specific resistance from cells of several lengths, no bulk run needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from grainway.analysis.boundary.boundary_resistance import RESISTANCE_UNIT, RESISTIVITY_UNIT
from grainway.domain import Estimate
from grainway.errors import AnalysisError

FloatArray = npt.NDArray[np.float64]

_CM_PER_A = 1e-8
_FEWEST_LENGTHS = 3
_REWEIGHTINGS = 10
_SINGULAR = 1e-12


@dataclass(frozen=True, slots=True)
class LengthPoint:
    """The resistance of one cell along the boundary normal.

    Attributes:
        length: L_z, Å.
        resistance: L_z/σ_zz, Ω cm²: tracer or collective, the same for all points.
    """

    length: float
    resistance: Estimate


@dataclass(frozen=True, slots=True)
class LengthRegression:
    """L_z/σ_zz = ρ_b L_z + n_GB ASR.

    Attributes:
        area_specific_resistance: excess resistance of one boundary, Ω cm²; negative where it conducts better.
        bulk_resistivity: ρ_b, Ω cm.
        correlation: of the errors of the two, near -1 for short cells.
        chi_squared: Σ of squared residuals over their errors.
        degrees_of_freedom: points less two.
    """

    area_specific_resistance: Estimate
    bulk_resistivity: Estimate
    correlation: float
    chi_squared: float
    degrees_of_freedom: int

    @property
    def p_value(self) -> float:
        """Probability of a larger χ²; below 0.01 cells differ by more than their errors or are too short."""
        return float(chdtrc(self.degrees_of_freedom, self.chi_squared))


def cell_resistance(length: float, conductivity: Estimate) -> LengthPoint:
    """Return L_z/σ_zz of a cell as a point of the regression.

    Args:
        length: L_z, Å.
        conductivity: σ_zz of the whole cell, S/cm.

    Raises:
        AnalysisError: when the conductivity is a bound, not positive or in another unit.
    """
    if conductivity.bound is not None or conductivity.unit != "S/cm" or conductivity.value <= 0:
        raise AnalysisError.about(
            "conductivity", conductivity, "a positive value in S/cm", "Run the cell longer or hotter."
        )
    value = length * _CM_PER_A / conductivity.value
    error = value * conductivity.standard_error / conductivity.value
    return LengthPoint(length, Estimate(value, error, RESISTANCE_UNIT, conductivity.n_independent))


def length_regression(
    points: Sequence[LengthPoint], n_boundaries: int = 2, covariance: FloatArray | None = None
) -> LengthRegression:
    """Fit L_z/σ_zz = ρ_b L_z + n_GB ASR by generalised least squares (A. C. Aitken, 1935).

    The error of a resistance grows with the resistance, so that weights from the measured values would favour
    cells that came out low by chance; they are taken from the fitted values instead.

    Args:
        points: cells of the same boundary, potential, composition and temperature.
        n_boundaries: n_GB, boundaries in each cell.
        covariance: of the resistances, shape (n_points, n_points), (Ω cm²)²; by default that of independent
            runs.

    Returns:
        ASR and ρ_b with errors from those of the points; ``n_independent`` is by Welch and Satterthwaite.

    Raises:
        AnalysisError: when there are fewer than three lengths, a point is a bound, in another unit, not
            positive or without error, or the covariance does not fit the points.
    """
    lengths = np.array([point.length for point in points], dtype=np.float64)
    values = np.array([point.resistance.value for point in points])
    _check(points, lengths, n_boundaries)
    relative = _relative_covariance(points, values, covariance)
    design = np.column_stack([np.full(lengths.size, float(n_boundaries)), lengths * _CM_PER_A])
    fitted = values
    for _ in range(_REWEIGHTINGS):
        weights = np.linalg.inv(relative * np.outer(fitted, fitted))
        of_parameters = np.linalg.inv(design.T @ weights @ design)
        gains = of_parameters @ design.T @ weights
        solution = gains @ values
        predicted = design @ solution
        if not (predicted > 0).all():
            break
        fitted = predicted
    residuals = values - design @ solution
    errors = np.sqrt(np.diag(of_parameters))
    freedom = np.array([max(point.resistance.n_independent - 1, 1.0) for point in points])
    shares = gains**2 * (np.diag(relative) * fitted**2)
    samples = 1 + shares.sum(axis=1) ** 2 / (shares**2 / freedom).sum(axis=1)
    return LengthRegression(
        Estimate(float(solution[0]), float(errors[0]), RESISTANCE_UNIT, float(samples[0])),
        Estimate(float(solution[1]), float(errors[1]), RESISTIVITY_UNIT, float(samples[1])),
        float(of_parameters[0, 1] / (errors[0] * errors[1])),
        float(residuals @ weights @ residuals),
        lengths.size - 2,
    )


def _check(points: Sequence[LengthPoint], lengths: FloatArray, n_boundaries: int) -> None:
    if n_boundaries < 1:
        raise AnalysisError.about("n_boundaries", n_boundaries, "1 or more", "A periodic cell holds two.")
    if np.unique(lengths).size < _FEWEST_LENGTHS or not (lengths > 0).all():
        raise AnalysisError.about(
            "lengths",
            sorted(set(lengths.tolist())),
            "three different positive lengths or more",
            "Build the boundary with thicker grains.",
        )
    for index, point in enumerate(points):
        estimate = point.resistance
        if (
            estimate.bound is not None
            or estimate.unit != RESISTANCE_UNIT
            or not (estimate.value > 0 and estimate.standard_error > 0)
        ):
            raise AnalysisError.about(
                f"points[{index}].resistance",
                estimate,
                f"a positive value in {RESISTANCE_UNIT} with an error",
                "Run this cell longer or hotter.",
            )


def _relative_covariance(
    points: Sequence[LengthPoint], values: FloatArray, covariance: FloatArray | None
) -> FloatArray:
    if covariance is None:
        return np.diag([(point.resistance.standard_error / point.resistance.value) ** 2 for point in points])
    if covariance.shape != (values.size, values.size) or not np.allclose(covariance, covariance.T):
        raise AnalysisError.about(
            "covariance",
            covariance.shape,
            f"symmetric, shape ({values.size}, {values.size})",
            "Give one row per point.",
        )
    eigenvalues = np.linalg.eigvalsh(covariance)
    if eigenvalues[0] <= _SINGULAR * eigenvalues[-1]:
        raise AnalysisError.about(
            "covariance",
            "singular or indefinite",
            "positive definite",
            "Leave out points that repeat others.",
        )
    return np.asarray(covariance / np.outer(values, values))
