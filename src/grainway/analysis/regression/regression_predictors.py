"""What a resistivity may depend on, and which of it a set of boundaries can tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import chdtri

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError

_COLLINEAR = 0.999
"""R² with the others beyond which intervals would be more than 30 times as wide."""
_CONSTANT = 1e-9
_NOISE_LEVEL = 0.05
_NAMED_ABOVE = 0.02
"""Standardised coefficient from which another predictor is named as one that a predictor follows from."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictor:
    """One quantity at all boundaries.

    Attributes:
        name: as printed.
        unit: unit as text, ``"1"`` for a pure number.
        values: shape (n_boundaries,), in the unit.
        standard_errors: of the values, same shape and unit; None where they are exactly known.
    """

    name: str
    unit: str
    values: FloatArray
    standard_errors: FloatArray | None = None

    @property
    def variances(self) -> FloatArray:
        """Squared standard errors, shape (n_boundaries,); zeros where the values are exactly known."""
        return np.zeros(len(self.values)) if self.standard_errors is None else self.standard_errors**2

    @property
    def measured(self) -> bool:
        """Whether the values carry an error."""
        return bool(np.any(self.variances > 0))


@dataclass(frozen=True, slots=True)
class Dropped:
    """A predictor that was left out, and why."""

    name: str
    reason: str


def screened(predictors: Sequence[Predictor]) -> tuple[list[Predictor], list[Dropped]]:
    """Return the predictors whose effects can be told apart, and the others with the reason.

    In this order: those that do not vary; those that follow from the ones before (R² > 0.999 in the order
    given); measured ones whose differences their own errors explain, by the test Σ r²/s² < χ²_0.95 of the
    residuals r on all others, the least sure first.

    Raises:
        AnalysisError: with fewer boundaries than the predictors that vary + 2; the message says how many.
    """
    kept, dropped = _varying(predictors)
    n = len(predictors[0].values)
    if n < len(kept) + 2:
        raise AnalysisError(
            f"{n} different boundaries are too few to tell the effects of {len(kept)} predictors apart: "
            f"at least {len(kept) + 2} are needed, so evaluate {len(kept) + 2 - n} more, "
            "or leave predictors out"
        )
    for step in (_independent, _above_noise):
        kept, found = step(kept)
        dropped += found
    return kept, dropped


def reliability(predictor: Predictor, others: Sequence[Predictor]) -> float:
    """Return the share of a predictor's variance, given the others, that is not its own error.

    1 - (n - k) mean(s²)/Σr² with the residuals r on the k - 1 others and a constant. Least squares shrinks
    the coefficient by about this factor (attenuation; Fuller, Measurement Error Models, 1987, sec. 1.1.2).
    """
    residual = _residuals(predictor, others)
    freedom = len(residual) - len(others) - 1
    return 1.0 - freedom * float(predictor.variances.mean()) / float(residual @ residual)


def explained(predictor: Predictor, others: Sequence[Predictor]) -> float:
    """Return the R² of a predictor on the others, 0 to 1: near 1 the two cannot be told apart."""
    residual = _residuals(predictor, others)
    centred = predictor.values - predictor.values.mean()
    return 1.0 - float(residual @ residual) / float(centred @ centred)


def standardised(predictor: Predictor) -> Predictor:
    """Return it with mean 0 and standard deviation 1 over the boundaries."""
    mean, deviation = predictor.values.mean(), predictor.values.std(ddof=1)
    errors = predictor.standard_errors
    return replace(
        predictor,
        values=(predictor.values - mean) / deviation,
        standard_errors=None if errors is None else errors / deviation,
    )


def _varying(predictors: Sequence[Predictor]) -> tuple[list[Predictor], list[Dropped]]:
    kept, dropped = [], []
    for predictor in predictors:
        low, high = float(predictor.values.min()), float(predictor.values.max())
        if high - low <= _CONSTANT * max(abs(low), abs(high)):
            dropped.append(Dropped(predictor.name, f"the same for all boundaries, {low:.4g}"))
        else:
            kept.append(predictor)
    return kept, dropped


def _independent(predictors: Sequence[Predictor]) -> tuple[list[Predictor], list[Dropped]]:
    kept: list[Predictor] = []
    dropped = []
    for predictor in predictors:
        if kept and explained(predictor, kept) > _COLLINEAR:
            names = ", ".join(_explaining(predictor, kept))
            dropped.append(Dropped(predictor.name, f"follows from {names}: no effect of its own to be seen"))
        else:
            kept.append(predictor)
    return kept, dropped


def _above_noise(predictors: Sequence[Predictor]) -> tuple[list[Predictor], list[Dropped]]:
    kept = list(predictors)
    dropped: list[Dropped] = []
    while True:
        margins = {}
        for predictor in (p for p in kept if p.measured):
            others = [p for p in kept if p is not predictor]
            residual = _residuals(predictor, others)
            freedom = len(residual) - len(others) - 1
            scatter = float(residual @ residual) / float(predictor.variances.mean())
            margins[predictor.name] = scatter / float(chdtri(freedom, _NOISE_LEVEL))
        name = min(margins, key=lambda n: margins[n], default=None)
        if name is None or margins[name] >= 1:
            return kept, dropped
        kept = [p for p in kept if p.name != name]
        dropped.append(Dropped(name, "differs by no more than its standard errors explain"))


def _residuals(predictor: Predictor, others: Sequence[Predictor]) -> FloatArray:
    centred = standardised(predictor).values
    if not others:
        return centred * float(predictor.values.std(ddof=1))
    known = np.column_stack([standardised(p).values for p in others])
    residual: FloatArray = centred - known @ np.linalg.lstsq(known, centred)[0]
    return residual * float(predictor.values.std(ddof=1))


def _explaining(predictor: Predictor, others: Sequence[Predictor]) -> list[str]:
    known = np.column_stack([standardised(p).values for p in others])
    weights = np.abs(np.linalg.lstsq(known, standardised(predictor).values)[0])
    return [p.name for p, w in zip(others, weights, strict=True) if w > _NAMED_ABOVE]
