"""The part of a campaign file that names a second potential for the boundaries that matter."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from grainway.campaign.file.design_section import Section
from grainway.campaign.file.potential_section import PotentialSection
from grainway.errors import ConfigError
from grainway.simulation import POTENTIAL_NAMES, Potential


class ArbitrationSection(Section):
    """A second opinion: once the search has stopped, what matters runs again in another potential."""

    potential: str = Field(
        default="",
        max_length=60,
        description="name of a shipped potential, or your own name for a model below; empty for none.\n"
        "Search in a cheap potential and let a costly one arbitrate: the difference between the two is\n"
        "the model error, which stands apart from the statistical one. May be added or changed after\n"
        "the search: run the file again",
    )
    nep: str = Field(default="", description="your own NEP, as potential.nep; empty for a shipped potential")
    splines: str = Field(
        default="", description="your own pair splines, as potential.splines; empty for a shipped potential"
    )
    candidates: int = Field(
        default=3,
        ge=1,
        le=100,
        description="boundaries to run again: the recommended one and the next lowest; one\n"
        "typical boundary (the median) and the bulk are added for contrast",
    )

    @model_validator(mode="after")
    def _shipped_or_declared(self) -> Self:
        own = self.nep or self.splines
        if own and (not self.potential or self.potential in POTENTIAL_NAMES):
            raise ConfigError.about(
                "arbitration.potential",
                self.potential,
                "a name that is not a shipped one, for the model of arbitration.nep or arbitration.splines",
                "Give it a name of your own.",
            )
        if self.potential and not own and self.potential not in POTENTIAL_NAMES:
            raise ConfigError.about(
                "arbitration.potential",
                self.potential,
                f"shipped are {', '.join(POTENTIAL_NAMES)}",
                "Choose one of these, leave it empty, or declare your own with arbitration.nep or "
                "arbitration.splines.",
            )
        return self

    def load(self, folder: Path) -> Potential:
        """Return the second potential; to be called when there is one.

        Args:
            folder: of the campaign file, which the path of a model is relative to.

        Raises:
            ConfigError: when a model is missing, is none or lacks an element.
        """
        own = PotentialSection(name=self.potential, nep=self.nep, splines=self.splines)
        return own.load(folder, "arbitration")
