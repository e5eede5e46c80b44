"""Laws of temperature whose values below a ladder are known: one process, two, and none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grainway.analysis import ArrheniusFit, arrhenius_fit
from grainway.analysis.statistics.curvature import (
    ACTIVATION_ENERGIES_EV,
    CROSSING_TEMPERATURES_K,
    SEEN_SHARE,
)
from grainway.domain import Estimate
from grainway.units import BOLTZMANN_EV_PER_K

Law = Callable[[float], float]
"""ln y at a temperature in K."""

HOT = (1400.0, 1200.0, 1050.0, 900.0)
COLDEST, TARGET = 400.0, 298.0
RELATIVE_ERROR = 0.1


def one_process(energy: float) -> Law:
    """ln y = -E/k_BT."""
    return lambda temperature: -energy / (BOLTZMANN_EV_PER_K * temperature)


def two_processes(energies: tuple[float, float], crossing: float, *, in_series: bool) -> Law:
    """Two processes that are equal at ``crossing``: their rates add, or the reciprocals of their rates do."""

    def law(temperature: float) -> float:
        beyond = 1 / (BOLTZMANN_EV_PER_K * temperature) - 1 / (BOLTZMANN_EV_PER_K * crossing)
        sign = 1.0 if in_series else -1.0
        return -sign * float(np.logaddexp(*(sign * energy * beyond for energy in energies)))

    return law


def vogel(energy: float, vanishing: float) -> Law:
    """ln y = -E/k_B(T - T_0), as in glasses (Vogel, Phys. Z. 22 (1921) 645)."""
    return lambda temperature: -energy / (BOLTZMANN_EV_PER_K * (temperature - vanishing))


LAWS: dict[str, Law] = {
    "one process, 0.25 eV": one_process(0.25),
    "one process, 0.45 eV": one_process(0.45),
    **{
        f"side by side, 0.25 and 0.5 eV, equal at {crossing:g} K": two_processes(
            (0.25, 0.5), crossing, in_series=False
        )
        for crossing in (500.0, 700.0, 1000.0)
    },
    **{
        f"in series, 0.3 and 0.6 eV, equal at {crossing:g} K": two_processes(
            (0.3, 0.6), crossing, in_series=True
        )
        for crossing in (500.0, 700.0, 1000.0)
    },
    "Vogel, 0.2 eV, T₀ = 100 K": vogel(0.2, 100.0),
    "Vogel, 0.15 eV, T₀ = 150 K": vogel(0.15, 150.0),
}


def measured_ladder(law: Law, temperatures: Sequence[float], rng: np.random.Generator) -> ArrheniusFit:
    """Return the fit of a ladder of values with errors of a tenth each."""
    values = [np.exp(law(t) + RELATIVE_ERROR * rng.standard_normal()) for t in temperatures]
    return arrhenius_fit(
        [
            (t, Estimate(v, RELATIVE_ERROR * v, "Å²/ps", 1000.0))
            for t, v in zip(temperatures, values, strict=True)
        ]
    )


def drawn_from_what_is_assumed(rng: np.random.Generator) -> Law:
    """Return a law with energies and crossing drawn as the bend has them, of two processes as often."""
    energies = rng.uniform(*ACTIVATION_ENERGIES_EV, 2)
    if rng.random() > SEEN_SHARE:
        return one_process(float(energies[0]))
    hottest, coldest = CROSSING_TEMPERATURES_K
    crossing = 1 / rng.uniform(1 / hottest, 1 / coldest)
    in_series = bool(rng.random() < 0.5)
    return two_processes((float(energies[0]), float(energies[1])), float(crossing), in_series=in_series)
