"""The part of a campaign file that says what is minimised."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from grainway.campaign.design_section import Section
from grainway.campaign.trial import Fidelity


class ObjectiveSection(Section):
    """What is minimised: log10 of the boundary resistivity, measured hot or predicted where it matters."""

    fidelity: Fidelity = Field(
        default="hot",
        description="hot is the cheap fidelity: the resistivity at protocol.temperature, whose ranking is\n"
        "not one for room temperature. ladder is the full one: runs at every temperature of\n"
        "protocol.ladder predict the resistivity at the first of target_temperatures, with the error\n"
        "of the extrapolation",
    )
    target_temperatures: list[Annotated[float, Field(ge=200, le=2000)]] = Field(
        default=[300.0],
        min_length=1,
        max_length=20,
        description='K, with fidelity = "ladder": the first is minimised, the others are predicted too;\n'
        "garnets are used at 298-400 K",
    )
    width: float = Field(
        default=10.8,
        ge=2.7,
        le=30.0,
        description="boundary width over which the resistivity is averaged, angstrom",
    )
