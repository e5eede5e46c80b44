"""The section of the campaign file about the optimiser."""

import math
from typing import Literal, Self

from pydantic import Field, model_validator

from grainway.campaign.file.design_section import Section
from grainway.optimise import Constraint, ConvergenceSettings

_RULES = ConvergenceSettings()


class OptimiserSection(Section):
    """Which engine proposes, and when it stops."""

    engine: Literal["grainway", "skopt", "botorch", "sobol", "random"] = Field(
        default="grainway",
        description="one of grainway, skopt, botorch (needs the extra botorch), sobol, random",
    )
    kernel: Literal["matern52", "rbf"] = Field(
        default="matern52", description="of the surrogate: matern52, or rbf for a smoother one"
    )
    max_evaluations: int = Field(
        default=60,
        ge=1,
        le=100_000,
        description="budget of the campaign's own evaluations; reaching it is not convergence. It may be\n"
        "raised later, and the rules below be tightened: run the file again to go on",
    )
    window: int = Field(
        default=_RULES.window, ge=1, le=1000, description="evaluations without significant improvement"
    )
    tolerance: float = Field(
        default=_RULES.epsilon, gt=0, le=2, description="improvement that counts, decades of resistivity"
    )
    regret: float = Field(
        default=_RULES.regret, gt=0, le=2, description="95 % bound on what is left to gain, decades"
    )
    consecutive: int = Field(
        default=_RULES.consecutive, ge=1, le=100, description="checks in a row at which every rule must hold"
    )
    replicates: int = Field(
        default=_RULES.replicates,
        ge=1,
        le=20,
        description="evaluations that the recommended boundary must have, each built and run with random\n"
        "numbers of its own; the missing ones are run as soon as the other rules hold",
    )
    ler_min: float = Field(
        default=0.0, ge=0, le=10, description="smallest Li enrichment of a boundary worth having; 0 for none"
    )
    ler_max: float = Field(default=0.0, ge=0, le=10, description="largest one; 0 for no limit")
    ovc_max: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="largest oxygen vacancy concentration of a boundary worth having; 0 for no limit",
    )

    lengthen: bool = Field(
        default=False,
        description="also weigh going on with the run of an evaluated boundary (engine grainway), which\n"
        "costs neither build nor anneal and equilibration; each such run counts as an evaluation",
    )
    second_objective: Literal["none", "ovc", "boundary_energy"] = Field(
        default="none",
        description="minimised beside the resistivity (engine grainway): ovc, or boundary_energy of cells\n"
        "that have the bulk's composition; the report shows the trade-off and proposals spread along it;\n"
        "the recommendation stays that of the resistivity",
    )

    composite: list[Literal["ler", "ovc"]] = Field(
        default=[],
        max_length=2,
        description="measured quantities that the resistivity may depend on beside geometry, such as\n"
        '["ler", "ovc"]; the model with them is used where it predicts left-out evaluations better than\n'
        "the one without, knowing no more of them than their own models predict",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ler_max and self.ler_max <= self.ler_min:
            raise ValueError(
                f"ler_max = {self.ler_max:g} must be larger than ler_min = {self.ler_min:g}, "
                "or 0 for no limit"
            )
        if self.second_objective != "none" and self.engine != "grainway":
            raise ValueError(
                f"second_objective = {self.second_objective!r} needs engine = 'grainway', "
                f"not {self.engine!r}; set one of the two"
            )
        if len(set(self.composite)) < len(self.composite):
            raise ValueError(f"composite = {self.composite!r} must name each quantity once")
        if self.lengthen and self.engine != "grainway":
            raise ValueError(
                f"lengthen = true needs engine = 'grainway', not {self.engine!r}; set one of the two"
            )
        return self

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """What the recommended boundary must keep to besides its resistivity."""
        found = []
        if self.ler_min or self.ler_max:
            found.append(Constraint("ler", self.ler_min, self.ler_max or math.inf))
        if self.ovc_max:
            found.append(Constraint("ovc", high=self.ovc_max))
        return tuple(found)
