"""The part of a campaign file that says what is minimised."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from grainway.campaign.evaluation.trial import Fidelity
from grainway.campaign.file.design_section import Section

REPORTED_KEYS = ("baseline", "grain_size")
"""What only the report reads: it may change at any time, and changes no result."""


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
    baseline: Literal["mackenzie"] | list[Annotated[int, Field(ge=1)]] = Field(
        default="mackenzie",
        description="conventional boundary that the report compares with: mackenzie is the mean of all\n"
        "evaluated boundaries, weighted by how often their misorientation occurs in a random\n"
        "polycrystal; or the numbers of evaluations, such as [2, 5], whose mean it is",
    )
    grain_size: float = Field(
        default=1.0, ge=0.01, le=1000.0, description="grain size of the polycrystal in the report, micrometre"
    )

    @field_validator("baseline", mode="before")
    @classmethod
    def _named_or_listed(cls, value: Any) -> Any:
        listed = isinstance(value, list) and value and all(type(n) is int and n >= 1 for n in value)
        if value != "mackenzie" and not listed:
            raise ValueError('"mackenzie", or numbers of evaluations such as [2, 5]')
        return value
