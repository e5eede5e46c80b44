"""The bulk crystal as the reference of every figure and table."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ase.formula import Formula

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
    """

    conductivity: Estimate
    resistivity: Estimate
    diffusivity: float
    density: float | None


def bulk_reference(summary: CampaignSummary) -> BulkReference | None:
    """Return the bulk reference of a campaign; None before it is measured."""
    bulk = summary.bulk
    if bulk is None or bulk.status != "done":
        return None
    conductivity = bulk.estimates["conductivity_nernst_einstein"]
    relative = conductivity.standard_error / conductivity.value
    resistivity = Estimate(
        1 / conductivity.value, relative / conductivity.value, "Ω cm", conductivity.n_independent
    )
    density = None
    if "formula" in bulk.realised and "cell_lengths_A" in bulk.realised:
        n_lithium = Formula(bulk.realised["formula"]).count().get("Li", 0)
        density = n_lithium / math.prod(bulk.realised["cell_lengths_A"])
    return BulkReference(conductivity, resistivity, bulk.estimates["tracer_diffusivity"].value, density)
