"""What a line in 1/T is fitted to: quantities at temperatures, in logarithms, checked beforehand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grainway.array_types import FloatArray
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K

FORMS: dict[str, tuple[float, float]] = {
    "S/cm": (-1.0, 1.0),
    "S": (-1.0, 1.0),
    "Å²/ps": (-1.0, 0.0),
    "cm²/s": (-1.0, 0.0),
    "Ω cm": (1.0, -1.0),
    "ohm cm": (1.0, -1.0),
    "Ω cm²": (1.0, -1.0),
    "ohm cm²": (1.0, -1.0),
}
"""By unit: the sign of E/k_BT in ln y, and the power of T that y is multiplied by before the logarithm."""

_FEWEST_VALUES = 2


@dataclass(frozen=True, slots=True)
class ArrheniusPoint:
    """A quantity at one temperature.

    Attributes:
        temperature: K.
        estimate: value or limit.
        phase: of the crystal, as from ``garnet_phase``; empty where it was not checked.
    """

    temperature: float
    estimate: Estimate
    phase: str = ""


def common_phase(points: Sequence[ArrheniusPoint]) -> str:
    """Return the phase that the points share, empty where none is known.

    Raises:
        AnalysisError: for points that no line belongs to.
    """
    units = sorted({p.estimate.unit for p in points})
    if len(units) > 1 or not set(units) <= set(FORMS):
        allowed = f"one of {', '.join(FORMS)}, the same for all points"
        raise AnalysisError.about("unit", units, allowed, "Convert with Estimate.scaled().")
    for p in points:
        if not (math.isfinite(p.temperature) and p.temperature > 0):
            raise AnalysisError.about("temperature", p.temperature, "positive", "Give it in K.")
        if p.estimate.value <= 0:
            raise AnalysisError.about(
                f"value at {p.temperature:g} K",
                p.estimate.value,
                "positive, since its logarithm is fitted",
                "Fit a positive quantity, such as the resistivity instead of an excess of it.",
            )
        if p.estimate.bound is None and p.estimate.standard_error == 0:
            raise AnalysisError.about(
                f"standard error at {p.temperature:g} K", 0.0, "positive", "State the error of each point."
            )
    phases = sorted({p.phase for p in points} - {""})
    if len(phases) > 1:
        raise AnalysisError.about(
            "phase",
            phases,
            "one phase: the activation energy changes where the crystal does",
            "Fit each phase by itself, or keep to temperatures on one side of the change.",
        )
    temperatures = {p.temperature for p in points if p.estimate.bound is None}
    if len(temperatures) < _FEWEST_VALUES:
        raise AnalysisError.about(
            "temperatures with a value",
            sorted(temperatures),
            "two or more; three for a χ² that can object",
            "Add temperatures, or run longer until a limit becomes a value.",
        )
    return phases[0] if phases else ""


def inverse_temperature(temperature: float) -> float:
    """Return 1/k_BT in 1/eV.

    Raises:
        AnalysisError: for a temperature that is not positive.
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise AnalysisError.about("temperature", temperature, "a positive number of K", "Give it in K.")
    return 1 / (BOLTZMANN_EV_PER_K * temperature)


def logarithms(points: Sequence[ArrheniusPoint]) -> FloatArray:
    """Return ln(y Tᵖ) of each point, shape (n,)."""
    return np.array(
        [math.log(p.estimate.value * p.temperature ** FORMS[p.estimate.unit][1]) for p in points],
        dtype=np.float64,
    )


def softness(limit: Estimate) -> float:
    """Return the relative error of a limit, 1/√k of the k events behind it where it has none."""
    if math.isfinite(limit.standard_error) and limit.standard_error > 0:
        return limit.standard_error / limit.value
    return 1 / math.sqrt(max(limit.n_independent, 1.0))


def logarithms_covariance(values: Sequence[ArrheniusPoint], given: npt.ArrayLike | None) -> FloatArray:
    """Return the covariance of the logarithms, shape (n, n): the one given, or from the standard errors.

    Raises:
        AnalysisError: for one that is no covariance of them.
    """
    if given is None:
        return np.diag([(p.estimate.standard_error / p.estimate.value) ** 2 for p in values])
    matrix = np.asarray(given, dtype=np.float64)
    n = len(values)
    if matrix.shape != (n, n) or not np.allclose(matrix, matrix.T) or np.linalg.eigvalsh(matrix)[0] <= 0:
        raise AnalysisError.about(
            "covariance",
            f"shape {matrix.shape}",
            f"symmetric and positive definite, shape ({n}, {n}), of the logarithms of the values",
            "Leave limits out of it.",
        )
    return matrix
