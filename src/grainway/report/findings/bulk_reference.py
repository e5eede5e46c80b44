"""The bulk crystal as the reference of every figure and table."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ase.formula import Formula

from grainway.analysis import bulk_resistivity
from grainway.campaign import CampaignSummary
from grainway.domain import Estimate


@dataclass(frozen=True, slots=True)
class BulkReference:
    """Transport in the perfect crystal at the same potential and temperature.

    Attributes:
        conductivity: Nernst-Einstein, S/cm.
        resistivity: its reciprocal, Ω cm.
        diffusivity: tracer diffusivity of lithium, Å²/ps.
        density: lithium ions per volume, 1/Å³; None where the cell is not recorded.
        interval: 95 % interval of the resistivity, Ω cm.
        predicted: extrapolated down a ladder rather than measured.
    """

    conductivity: Estimate
    resistivity: Estimate
    diffusivity: float
    density: float | None
    interval: tuple[float, float]
    predicted: bool = False


def bulk_reference(summary: CampaignSummary, rung: float | None = None) -> BulkReference | None:
    """Return the bulk reference of a campaign.

    Args:
        summary: the campaign.
        rung: a temperature of the ladder, for what was measured there; by default what the objective's
            temperature has.

    Returns:
        None before it is measured, and where its run gave only a limit.
    """
    bulk = summary.bulk
    if bulk is None or bulk.status != "done":
        return None
    estimates, realised = bulk.estimates, bulk.realised
    if rung is not None:
        found = next((r for r in bulk.rungs if r.temperature == rung), None)
        if found is None:
            return None
        estimates, realised = found.estimates, {**realised, **found.realised}
    conductivity = estimates.get("conductivity_nernst_einstein")
    diffusivity = estimates.get("tracer_diffusivity")
    if conductivity is None or conductivity.bound or diffusivity is None or diffusivity.bound:
        return None
    resistivity = bulk_resistivity(conductivity)
    density = None
    if "formula" in realised and "cell_lengths_A" in realised:
        n_lithium = Formula(realised["formula"]).count().get("Li", 0)
        density = n_lithium / math.prod(realised["cell_lengths_A"])
    predicted = bool(bulk.rungs) and rung is None
    interval = resistivity.interval(0.95)
    if predicted:
        fit = bulk.fits["conductivity_nernst_einstein"]
        low, high = fit.interval(summary.config.objective_temperature, 0.95)
        interval = 1 / high, 1 / low
    return BulkReference(conductivity, resistivity, diffusivity.value, density, interval, predicted)
