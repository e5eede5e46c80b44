"""The part of a campaign file that says how molecular dynamics is run."""

from typing import Annotated

from pydantic import Field, field_validator

from grainway.campaign.evaluation.trial import Fidelity
from grainway.campaign.file.design_section import Section
from grainway.simulation import Protocol


class ProtocolSection(Section):
    """Molecular dynamics: lengths in ps, temperatures in K."""

    temperature: float = Field(
        default=1400.0, ge=200, le=2000, description='of production with fidelity = "hot", K'
    )
    ladder: list[Annotated[float, Field(ge=200, le=2000)]] = Field(
        default=[1400.0, 1200.0, 1050.0, 900.0],
        min_length=2,
        max_length=20,
        description='temperatures of production with fidelity = "ladder", K, each 200-2000, run from hot to\n'
        "cold; three or more let the fit object. Undoped garnet turns tetragonal below about 900 K,\n"
        "and no fit runs through that change",
    )
    pressure: float = Field(default=1.0, ge=0, le=1e4, description="atm")
    timestep: float = Field(
        default=0.0,
        ge=0,
        le=4e-3,
        description="ps, 0.0001 or more; 0 for the potential's own: 0.002 for the shipped pair potentials,\n"
        "which is good to 1400 K (take 0.001 above), 0.001 for grainway-nep and for declared ones",
    )
    minimise_steps: int = Field(default=200, ge=0, le=100_000, description="conjugate-gradient steps at most")
    anneal_temperature: float = Field(default=2000.0, ge=300, le=3000, description="of the boundary band, K")
    anneal_grain_temperature: float = Field(
        default=800.0, ge=100, le=2000, description="of the grains meanwhile, K"
    )
    anneal: float = Field(default=5.0, ge=0, le=1000, description="ps; 0 leaves it out")
    constant_pressure: float = Field(
        default=6.0, ge=0.5, le=1000, description="ps; the second half gives the cell"
    )
    fixed_cell: float = Field(
        default=1.0, ge=0.1, le=1000, description="ps of equilibration in the mean cell"
    )
    production: float = Field(default=30.0, ge=1, le=1e6, description="ps, at each temperature")
    wanted_standard_error: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="decades of log10 of the resistivity at each temperature: production goes on beyond its\n"
        "length until this is reached; 0 for a fixed length",
    )
    production_max: float = Field(
        default=300.0, ge=1, le=1e6, description="ps; production at a temperature ends here in any case"
    )
    production_segment: float = Field(default=5.0, ge=0.5, le=1e5, description="ps between restart points")
    sample_interval: float = Field(default=0.1, ge=0.01, le=10, description="ps between lithium positions")
    frame_interval: float = Field(
        default=1.0, ge=0.1, le=100, description="ps that each full frame averages over"
    )

    @field_validator("ladder")
    @classmethod
    def _different(cls, ladder: list[float]) -> list[float]:
        if len(set(ladder)) != len(ladder):
            raise ValueError("each temperature once")
        return ladder

    def protocol(self, fidelity: Fidelity = "hot", timestep: float | None = None) -> Protocol:
        """Return the record that the simulation takes.

        Args:
            fidelity: one temperature or the ladder.
            timestep: that the potential wants, ps, where the section leaves it to the potential.
        """
        values = self.model_dump()
        if not self.timestep:
            values["timestep"] = Protocol().timestep if timestep is None else timestep
        ladder = tuple(sorted(values.pop("ladder"), reverse=True))
        if fidelity == "ladder":
            values |= {"ladder": ladder, "temperature": ladder[0]}
        return Protocol(**values)
