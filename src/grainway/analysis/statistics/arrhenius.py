"""Activation energies, and what a ladder of temperatures says about another temperature."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from grainway.analysis.statistics.arrhenius_points import (
    FORMS,
    ArrheniusPoint,
    common_phase,
    inverse_temperature,
    logarithms,
    logarithms_covariance,
    softness,
)
from grainway.analysis.statistics.curvature import ACTIVATION_ENERGIES_EV
from grainway.analysis.statistics.inverse_temperature_fit import InverseTemperatureFit, LogarithmAt
from grainway.domain import Estimate
from grainway.errors import AnalysisError


@dataclass(frozen=True, slots=True)
class ErrorShares:
    """What the error of a predicted logarithm is made of; both add in quadrature.

    Attributes:
        statistics: standard error from those of the points, decades.
        curvature: standard error from what may happen between and beyond the points, decades.
    """

    statistics: float
    curvature: float


@dataclass(frozen=True, eq=False)
class ArrheniusFit:
    """A line in 1/T through the logarithm of a quantity, which may bend.

    Attributes:
        points: what was fitted.
        phase: the one that all points with a known phase share; empty for none.
        chi_squared: of the values against the straight line, with their errors as given.
        degrees_of_freedom: values less two; limits do not count.
        inflation: factor by which the straight line's errors were widened, √(χ²/ν) where that exceeds 1.
    """

    points: tuple[ArrheniusPoint, ...]
    phase: str
    chi_squared: float
    degrees_of_freedom: int
    inflation: float
    _straight: InverseTemperatureFit
    _used: InverseTemperatureFit

    @property
    def unit(self) -> str:
        """Unit of the points and of the predictions."""
        return self.points[0].estimate.unit

    @property
    def temperatures(self) -> tuple[float, float]:
        """Lowest and highest temperature with a value, K: within them nothing is extrapolated."""
        measured = [p.temperature for p in self.points if p.estimate.bound is None]
        return min(measured), max(measured)

    @property
    def activation_energy(self) -> Estimate:
        """E in eV of the straight line through the points, with one standard error."""
        slope = self._straight.slope()
        return Estimate(FORMS[self.unit][0] * slope.value, slope.statistics, "eV", slope.samples)

    @property
    def if_one_process(self) -> ArrheniusFit:
        """The same on the condition that one process carries at all temperatures: no bend."""
        return replace(self, _used=self._straight)

    def predict(self, temperature: float) -> Estimate:
        """Return the quantity at a temperature.

        Args:
            temperature: K.

        Returns:
            Value in the unit of the points; the error is that of the logarithm times the value, good while
            it is well below the value: far away, use :meth:`predict_log10` or :meth:`interval`.
        """
        known = self._at(temperature)
        value = math.exp(known.value) / temperature ** FORMS[self.unit][1]
        return Estimate(value, value * known.error, self.unit, known.samples)

    def predict_log10(self, temperature: float) -> Estimate:
        """Return the decimal logarithm of the quantity at a temperature, with its standard error."""
        known = self._at(temperature)
        log = known.value - FORMS[self.unit][1] * math.log(temperature)
        error = known.error / math.log(10)
        return Estimate(log / math.log(10), error, f"log10({self.unit})", known.samples)

    def error_shares(self, temperature: float) -> ErrorShares:
        """Return what the error of :meth:`predict_log10` is made of."""
        known = self._at(temperature)
        return ErrorShares(known.statistics / math.log(10), known.curvature / math.log(10))

    def interval(self, temperature: float, confidence: float = 0.95) -> tuple[float, float]:
        """Return the confidence interval of the quantity at a temperature, from the profile likelihood.

        Args:
            temperature: K.
            confidence: between 0 and 1.

        Returns:
            Lower and upper end in the unit of the points; limits make it lopsided also in the logarithm. It
            ends where :meth:`possible` does.

        Raises:
            AnalysisError: when ``confidence`` is outside (0, 1).
        """
        if not 0 < confidence < 1:
            raise AnalysisError.about("confidence", confidence, "between 0 and 1", "Use 0.95.")
        low, high = self._used.interval(inverse_temperature(temperature), confidence)
        scale = temperature ** FORMS[self.unit][1]
        least, most = self.possible(temperature, confidence)
        return max(math.exp(low) / scale, least), min(math.exp(high) / scale, most)

    def possible(self, temperature: float, confidence: float = 0.95) -> tuple[float, float]:
        """Return what activation energies of 0.1-1.0 eV below the coldest value leave possible.

        Either energy gives way to the interval of the straight line's own where that reaches beyond it, and
        the predicted value is always possible. Without a bend, and at the values' temperatures, all is.

        Args:
            temperature: K.
            confidence: of the value at the coldest temperature.

        Returns:
            Least and most, in the unit of the points.
        """
        beyond, coldest = inverse_temperature(temperature), float(self._straight.inverse.max())
        if not self._used.bends or beyond <= coldest:
            return 0.0, math.inf
        sign, power = FORMS[self.unit]
        own = self.activation_energy.interval(confidence)
        energies = min(ACTIVATION_ENERGIES_EV[0], own[0]), max(ACTIVATION_ENERGIES_EV[1], own[1])
        steps = [sign * energy * (beyond - coldest) for energy in energies]
        low, high = self._used.interval(coldest, confidence)
        value = self._at(temperature).value
        scale = temperature**power
        return math.exp(min(low + min(steps), value)) / scale, math.exp(max(high + max(steps), value)) / scale

    def _at(self, temperature: float) -> LogarithmAt:
        return self._used.at(inverse_temperature(temperature))


def arrhenius_fit(
    points: Sequence[ArrheniusPoint | tuple[float, Estimate]], covariance: npt.ArrayLike | None = None
) -> ArrheniusFit:
    """Fit ln(σT), ln D or ln(R/T) = a ∓ E/k_BT + g(1/k_BT), by the unit of the points.

    Generalised least squares of the values, each with its relative error; a limit enters by the term
    ln Φ((y_lim - y)/s) with s its own relative error where it has one, else 1/√k of the k events behind it
    (1 for none): it is a soft wall, neither a point nor nothing. When the values scatter about the line by
    more than their errors, χ²/ν > 1, their covariance is multiplied by χ²/ν: errors of single runs miss the
    spread between builds, and an extrapolation that trusted them would be too narrow. Errors are never
    narrowed.

    What the line may do between and beyond the points is not in their errors: the bend g has the prior of
    ``curvature``, which hardly matters between points and widens an extrapolation with its distance. The
    straight line stands in ``if_one_process``.

    Args:
        points: temperature and estimate; all in one unit, one of S/cm, S, Å²/ps, cm²/s, Ω cm and Ω cm².
        covariance: of the logarithms of the values (limits left out), in their order, shape (n, n);
            by default diagonal, from the standard errors.

    Returns:
        The fit.

    Raises:
        AnalysisError: for fewer than two values at different temperatures, points of two phases, a value
            that is not positive, an error of zero, mixed or unknown units, or a bad covariance.
    """
    known = tuple(p if isinstance(p, ArrheniusPoint) else ArrheniusPoint(*p) for p in points)
    phase = common_phase(known)
    values = [p for p in known if p.estimate.bound is None]
    limits = [p for p in known if p.estimate.bound is not None]
    straight = InverseTemperatureFit(
        inverse=np.array([inverse_temperature(p.temperature) for p in values]),
        values=logarithms(values),
        covariance=logarithms_covariance(values, covariance),
        sample_numbers=np.array([p.estimate.n_independent for p in values]),
        limit_inverse=np.array([inverse_temperature(p.temperature) for p in limits]),
        limits=logarithms(limits),
        limit_errors=np.array([softness(p.estimate) for p in limits]),
        limit_signs=np.array([1.0 if p.estimate.bound == "upper" else -1.0 for p in limits]),
    )
    chi_squared, freedom = straight.misfit(), len(values) - 2
    inflation = math.sqrt(max(1.0, chi_squared / freedom)) if freedom > 0 else 1.0
    bent = straight.bent()
    if inflation > 1:
        straight = replace(straight, covariance=straight.covariance * inflation**2)
    return ArrheniusFit(known, phase, chi_squared, freedom, inflation, straight, bent)
