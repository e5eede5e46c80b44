"""What the resistivity of boundaries depends on: geometry and composition, with intervals."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from grainway.analysis.regression.regression_fit import CorrectedFit, corrected_fit, scatter_interval
from grainway.analysis.regression.regression_predictors import (
    Dropped,
    Predictor,
    explained,
    reliability,
    screened,
    standardised,
)
from grainway.analysis.statistics.multiplicity import holm, two_sided_p
from grainway.array_types import FloatArray
from grainway.domain import Estimate
from grainway.errors import AnalysisError


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """The effect of one predictor with all others held fixed.

    Attributes:
        name: of the predictor.
        per_unit: decades per unit of the predictor; intervals are Student's with the regression's degrees
            of freedom (``n_independent - 1`` of them).
        per_deviation: decades for one standard deviation of the predictor among the boundaries, its own
            measurement error taken off; the deviation is taken as known.
        deviation: that standard deviation, in the predictor's unit.
        p_value: two-sided, of no effect.
        p_adjusted: the same adjusted for the number of predictors (Holm).
        reliability: share of the predictor's variance, given the others, that is not its error; 1 for one
            that is exactly known.
        shared: R² of the predictor on the others.
        uncorrected: decades per unit by weighted least squares, which takes measured predictors as exact and
            so finds too small an effect.
    """

    name: str
    per_unit: Estimate
    per_deviation: Estimate
    deviation: float
    p_value: float
    p_adjusted: float
    reliability: float
    shared: float
    uncorrected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A linear regression of log10 resistivities.

    Attributes:
        coefficients: in the order in which predictors were given.
        dropped: predictors that were left out, with the reason.
        mean: log10 resistivity at the mean of all predictors, decades.
        scatter: standard deviation between boundaries that neither predictors nor errors explain, decades.
        scatter_interval: its 95 % interval, decades.
        predictive_share: leave-one-out R²: share of the weighted squares of boundaries left out that the
            other boundaries predict better than their mean does; 0 or less when they do not.
        n: boundaries.
    """

    coefficients: tuple[Coefficient, ...]
    dropped: tuple[Dropped, ...]
    mean: Estimate
    scatter: float
    scatter_interval: tuple[float, float]
    predictive_share: float
    n: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            **asdict(self),
            "mean": self.mean.to_dict(),
            "coefficients": [
                {**asdict(c), "per_unit": c.per_unit.to_dict(), "per_deviation": c.per_deviation.to_dict()}
                for c in self.coefficients
            ],
        }


def regress(response: Sequence[Estimate], predictors: Sequence[Predictor]) -> Regression:
    """Regress log10 resistivities on geometry and composition with errors in both.

    y_i = c + Σ_j b_j x_ij + u_i + e_i, with the known error e_i of each y, a scatter u of unknown size
    between boundaries, and measured x known up to their standard errors (:func:`corrected_fit` for the
    equations; Fuller, Measurement Error Models, 1987). Errors of x and y are taken as independent and
    predictors may not depend on y. It shows association: what was not varied at random may stand for
    something else.

    Args:
        response: log10 of the resistivity of each boundary, decades, values with standard errors. A boundary
            that was evaluated more than once is to be given once.
        predictors: each with a value per boundary; the first of several that cannot be told apart is kept.

    Returns:
        The effects with Student's intervals on n - k degrees of freedom, k counting the constant.

    Raises:
        AnalysisError: for fewer boundaries than predictors + 2, limits, numbers that are not finite, lists
            of different lengths, or when nothing varies; the message says what to do.
    """
    _check(response, predictors)
    kept, dropped = screened(predictors)
    if not kept:
        raise AnalysisError(
            "no predictor varies between the boundaries beyond its errors: evaluate boundaries that differ"
        )
    scaled = [standardised(predictor) for predictor in kept]
    y = np.array([e.value for e in response])
    n = len(y)
    design = np.column_stack([np.ones(n), *(p.values for p in scaled)])
    design_variance = np.column_stack([np.zeros(n), *(p.variances for p in scaled)])
    response_variance = np.array([e.standard_error for e in response]) ** 2
    fit = corrected_fit(design, design_variance, y, response_variance)
    plain = corrected_fit(design, np.zeros_like(design), y, response_variance)
    samples = float(n - len(kept))
    effects = [_effect(fit, column, samples) for column in range(len(kept) + 1)]
    p_values = [two_sided_p(effect) for effect in effects[1:]]
    adjusted = holm(p_values)
    coefficients = [
        _coefficient(
            predictor,
            [p for p in kept if p is not predictor],
            effect=effects[index + 1],
            p_value=p_values[index],
            p_adjusted=adjusted[index],
            uncorrected=float(plain.coefficients[index + 1]),
        )
        for index, predictor in enumerate(kept)
    ]
    return Regression(
        coefficients=tuple(coefficients),
        dropped=tuple(dropped),
        mean=effects[0],
        scatter=fit.scatter,
        scatter_interval=scatter_interval(fit, design, design_variance, y, response_variance),
        predictive_share=_predictive_share(design, y, plain.weights),
        n=n,
    )


def _coefficient(
    predictor: Predictor,
    others: Sequence[Predictor],
    *,
    effect: Estimate,
    p_value: float,
    p_adjusted: float,
    uncorrected: float,
) -> Coefficient:
    """Return what is said of a predictor, from its effect in standardised units."""
    spread = float(predictor.values.std(ddof=1))
    certainty = reliability(predictor, others)
    observed = spread**2
    deviation = math.sqrt(max(observed - float(predictor.variances.mean()), min(certainty, 1.0) * observed))
    unit = "decades" if predictor.unit == "1" else f"decades per {predictor.unit}"
    return Coefficient(
        name=predictor.name,
        per_unit=effect.scaled(1 / spread, unit),
        per_deviation=effect.scaled(deviation / spread, "decades"),
        deviation=deviation,
        p_value=p_value,
        p_adjusted=p_adjusted,
        reliability=certainty,
        shared=explained(predictor, others) if others else 0.0,
        uncorrected=uncorrected / spread,
    )


def _effect(fit: CorrectedFit, column: int, samples: float) -> Estimate:
    error = math.sqrt(fit.covariance[column, column])
    return Estimate(float(fit.coefficients[column]), error, "decades", samples)


def _predictive_share(design: FloatArray, response: FloatArray, weights: FloatArray) -> float:
    """Return 1 - Σ v e²/Σ v e_0² over boundaries left out, e_0 being the error of the others' mean.

    By weighted least squares on what was measured: for the prediction of a boundary whose predictors carry
    the same errors the attenuated coefficients are the right ones (Fuller 1987, sec. 1.6.3).
    """
    squares = np.zeros(2)
    for left_out in range(len(response)):
        others = np.arange(len(response)) != left_out
        root = np.sqrt(weights[others])
        for place, columns in enumerate((design, design[:, :1])):
            # a column that the others do not vary in gets no weight: the solution of least norm
            solution = np.linalg.lstsq(root[:, None] * columns[others], root * response[others])[0]
            error = response[left_out] - columns[left_out] @ solution
            squares[place] += weights[left_out] * error**2
    return float(1 - squares[0] / squares[1])


def _check(response: Sequence[Estimate], predictors: Sequence[Predictor]) -> None:
    if not predictors:
        raise AnalysisError.about("predictors", 0, "one or more", "Name what ρ_gb may depend on.")
    if any(e.bound is not None for e in response):
        raise AnalysisError("a limit is no value: leave boundaries out that only have one")
    names = [predictor.name for predictor in predictors]
    if len(set(names)) < len(names):
        raise AnalysisError.about("predictors", names, "each name once", "Rename or leave out.")
    for predictor in predictors:
        arrays = [predictor.values, predictor.variances]
        if any(a.shape != (len(response),) for a in arrays):
            raise AnalysisError.about(
                predictor.name,
                [a.shape for a in arrays],
                f"one value per boundary, shape ({len(response)},)",
                "Leave boundaries out that lack one.",
            )
        if not all(np.isfinite(a).all() for a in arrays):
            raise AnalysisError.about(
                predictor.name, "not finite", "finite numbers", "Leave boundaries out that lack one."
            )
