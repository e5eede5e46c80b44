"""The part of a campaign file that says which boundaries may be proposed."""

from __future__ import annotations

import re
from math import gcd
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Section(BaseModel):
    """A table of the campaign file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


Kind = Literal["symmetric tilt", "asymmetric tilt", "twist", "mixed"]


class DesignSection(Section):
    """Which boundaries may be proposed."""

    axes: list[Annotated[str, Field(pattern=r"^(-?\d){3}$")]] = Field(
        default=["001", "110", "111"],
        min_length=1,
        description="misorientation axes [uvw], digits with their signs, such as 001, 110, 111 or 1-12",
    )
    characters: list[Kind] = Field(
        default=["symmetric tilt", "asymmetric tilt"],
        min_length=1,
        description="symmetric tilt, asymmetric tilt, twist, mixed; those without the axis in the plane\n"
        "need cells beyond 5000 atoms but for a few",
    )
    max_strain: float = Field(
        default=0.0,
        ge=0.0,
        le=0.03,
        description="largest stretch of a grain; above 0 near coincidences are added, whose strained grains\n"
        "conduct a little differently",
    )
    angle_min: float = Field(
        default=5.0, ge=5.0, le=30.0, description="smallest misorientation, degrees, 5-30"
    )
    angle_max: float = Field(
        default=30.0, ge=5.0, le=30.0, description="largest misorientation, degrees, 5-30"
    )
    width_min: int = Field(
        default=2, ge=2, le=5, description="thinnest annealed band, layers of 2.7 angstrom, 2-5"
    )
    width_max: int = Field(default=5, ge=2, le=5, description="thickest annealed band, layers, 2-5")
    translation: bool = Field(default=True, description="vary the shift of one grain along the boundary")
    termination: bool = Field(default=True, description="vary the height at which the grains are cut")
    both_cuts: bool = Field(default=False, description="cut the two grains at heights of their own")
    lithium_oxide_min: float = Field(
        default=0.0, ge=-10.0, le=10.0, description="least Li2O added to a boundary, per nm2, -10 to 10"
    )
    lithium_oxide_max: float = Field(default=0.0, ge=-10.0, le=10.0, description="most Li2O added, per nm2")
    lithium_transfer_min: float = Field(
        default=0.0, ge=-10.0, le=10.0, description="least Li moved from grains to a boundary, per nm2"
    )
    lithium_transfer_max: float = Field(default=0.0, ge=-10.0, le=10.0, description="most Li moved, per nm2")
    oxygen_vacancies_max: float = Field(
        default=0.0, ge=0.0, le=1.0, description="most V_O + 2 V_Li in the band, per formula unit of it"
    )
    min_atoms: int = Field(default=0, ge=0, le=100_000, description="smaller cells get thicker grains")
    max_atoms: int = Field(
        default=5000, ge=100, le=200_000, description="larger boundaries are left out of the catalogue"
    )
    min_grain_thickness: float = Field(
        default=25.0, ge=8.0, le=200.0, description="angstrom; thinner grains are slowed by their boundaries"
    )

    @model_validator(mode="after")
    def _ordered(self) -> DesignSection:
        for low, high in (
            ("angle_min", "angle_max"),
            ("width_min", "width_max"),
            ("min_atoms", "max_atoms"),
            ("lithium_oxide_min", "lithium_oxide_max"),
            ("lithium_transfer_min", "lithium_transfer_max"),
        ):
            if getattr(self, low) > getattr(self, high):
                raise ValueError(
                    f"design.{low} = {getattr(self, low)} exceeds {high} = {getattr(self, high)}"
                )
        return self

    @field_validator("axes")
    @classmethod
    def _directions(cls, axes: list[str]) -> list[str]:
        for name in axes:
            if gcd(*axis_indices(name)) != 1:
                raise ValueError(f"axis {name} is not three coprime integers; divide by the common factor")
        if len(set(axes)) != len(axes):
            raise ValueError("each axis once")
        return axes


def axis_indices(name: str) -> tuple[int, int, int]:
    """Return the direction of a name such as ``"1-12"``."""
    u, v, w = (int(part) for part in re.findall(r"-?\d", name))
    return u, v, w
