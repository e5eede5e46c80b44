"""What the optimiser minimises: the decimal logarithm of the grain-boundary resistivity.

Resistivities of boundaries spread over decades with errors that scale with the value, so the logarithm is
the scale on which errors are nearly constant and nearly normal. The logarithm is taken of the estimate as
it stands; to first order in the relative error (delta method)

    y = log10 ρ_gb,    se_y = se_ρ / (ρ_gb ln 10).
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

from grainway.domain import Estimate
from grainway.errors import AnalysisError

RESISTIVITY_UNITS = ("Ω cm", "ohm cm")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveValue:
    """The number that the optimiser is told.

    Attributes:
        y: log10 of the resistivity in Ω cm.
        standard_error: one standard deviation of ``y``, decades.
        boundary_width: width δ over which the boundary's resistance is spread, Å.
        temperature: temperature of the resistivity, K.
        ladder: temperatures from whose runs it was predicted, K; empty where it was measured at
            ``temperature`` itself.
    """

    y: float
    standard_error: float
    boundary_width: float
    temperature: float
    ladder: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in ("boundary_width", "temperature"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise AnalysisError.about(
                    name, value, "a positive number", "State it with every resistivity."
                )

    @property
    def label(self) -> str:
        """What the number is, with the width and the temperature that it depends on."""
        text = f"log10(ρ_gb / Ω cm), δ = {self.boundary_width:g} Å, T = {self.temperature:g} K"
        if not self.ladder:
            return text
        return f"{text}, predicted from runs at {', '.join(f'{t:g}' for t in self.ladder)} K"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; ``ObjectiveValue(**d)`` is its inverse."""
        return asdict(self)


def log10_boundary_resistivity(
    resistivity: Estimate, *, boundary_width: float, temperature: float, ladder: tuple[float, ...] = ()
) -> ObjectiveValue:
    """Return y = log10 ρ_gb with its standard error.

    Args:
        resistivity: ρ_gb(δ) in Ω cm, a value and not a bound.
        boundary_width: the width δ that ρ_gb refers to, Å.
        temperature: the temperature that ρ_gb refers to, K.
        ladder: temperatures of the runs that it was predicted from, K; empty where it was measured. An
            Arrhenius fit gives the error of the logarithm times the value, which the division undoes exactly.

    Returns:
        The objective; its error is one standard deviation by the delta method, good while the relative
        error of ρ_gb is well below 1.

    Raises:
        AnalysisError: for a bound (a limit has no logarithm with an error), for a resistivity that is not
            positive (the boundary conducts better than the subtraction can tell), for another unit.
    """
    if resistivity.unit not in RESISTIVITY_UNITS:
        raise AnalysisError.about(
            "resistivity.unit",
            resistivity.unit,
            f"one of {list(RESISTIVITY_UNITS)}",
            "Use Estimate.scaled().",
        )
    if resistivity.bound is not None:
        raise AnalysisError.about(
            "resistivity.bound",
            resistivity.bound,
            "None, a value with a standard error",
            "Run longer or hotter until the run is diffusive, or report the trial as failed.",
        )
    if resistivity.value <= 0:
        raise AnalysisError.about(
            "resistivity.value",
            resistivity.value,
            "positive",
            "Widen δ or run longer: the subtraction of the bulk has left noise.",
        )
    logarithm = resistivity.log10()
    return ObjectiveValue(
        y=logarithm.value,
        standard_error=logarithm.standard_error,
        boundary_width=boundary_width,
        temperature=temperature,
        ladder=ladder,
    )
