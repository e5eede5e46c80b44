"""Boundaries by aimsgb: the listed plane of the wanted family, grains stacked, as in its tutorials."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any

from aimsgb import Grain, GrainBoundary
from aimsgb.grain_bound import GBInformation
from asked import MIN_GRAIN_THICKNESS_A, Asked, equivalent_planes
from pymatgen.core import Structure

GAP_VARIANT: dict[str, float] = {}
GAP_ARGUMENT = "gap"


class Builder:
    """One crystal and the number of cells per grain; boundaries are built one by one."""

    def __init__(self, crystal: Structure, asked: Asked) -> None:
        self.asked = asked
        self.crystal = Grain.from_sites(crystal[:])
        self.plane = self._listed_plane()
        self.cells = 1
        grain = self._grains().grain_a
        self.cells = ceil(MIN_GRAIN_THICKNESS_A / grain.lattice.abc[self.normal] - 1e-9)

    def _listed_plane(self) -> list[int]:
        """Return the listed plane for this axis and Σ that symmetry makes of the wanted one."""
        listed = GBInformation(list(self.asked.axis), self.asked.sigma, specific=True)
        wanted = equivalent_planes(self.asked.plane)
        planes = [plane for group in listed[self.asked.sigma]["GB plane"] for plane in group]
        for plane in planes:
            if tuple(int(h) for h in plane) in wanted:
                return [int(h) for h in plane]
        raise ValueError(f"no plane of the family {self.asked.plane} is listed, only {planes}")

    def _grains(self) -> GrainBoundary:
        boundary = GrainBoundary(
            list(self.asked.axis),
            self.asked.sigma,
            self.plane,
            self.crystal,
            uc_a=self.cells,
            uc_b=self.cells,
        )
        self.normal = boundary.direction
        return boundary

    def build(self, arguments: dict[str, Any]) -> Structure:
        """Return one boundary cell; without the search for a smaller cell, which would only add time."""
        boundary = self._grains()
        return Grain.stack_grains(
            boundary.grain_a, boundary.grain_b, direction=boundary.direction, to_primitive=False, **arguments
        )


def variants() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the settings that are tried besides gaps."""
    yield "default", {}
