"""Boundaries by pymatgen's GrainBoundaryGenerator, as its docstrings describe."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, radians
from typing import Any

import numpy as np
from asked import MIN_GRAIN_THICKNESS_A, Asked, equivalent_planes
from pymatgen.core import Structure
from pymatgen.core.interface import GrainBoundaryGenerator
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

VARIANTS: dict[str, dict[str, float]] = {
    "default": {},
    "nothing removed": {"rm_ratio": 0.0},
}
GAP_VARIANT, GAP_ARGUMENT = {"rm_ratio": 0.0}, "vacuum_thickness"


class Builder:
    """One crystal, prepared once; boundaries of it are built one by one."""

    normal = 2

    def __init__(self, crystal: Structure, asked: Asked) -> None:
        self.asked = asked
        analyzer = SpacegroupAnalyzer(crystal, symprec=0.1)
        # the docstring: for bcc the primitive cell avoids a boundary cell that is larger than needed
        if crystal.is_ordered and analyzer.get_lattice_type() == "cubic":
            crystal = analyzer.get_primitive_standard_structure()
        self.generator = GrainBoundaryGenerator(crystal)
        self.angle = symmetric_angle(asked)
        self.expand_times = 1
        thickness = self._unit_thickness()
        self.expand_times = ceil(MIN_GRAIN_THICKNESS_A / thickness - 1e-9)

    def _unit_thickness(self) -> float:
        return _height(self.build({})) / 2

    def build(self, arguments: dict[str, float]) -> Structure:
        """Return one boundary cell."""
        return self.generator.gb_from_parameters(
            self.asked.axis,
            self.angle,
            expand_times=self.expand_times,
            plane=None if self.asked.twist else self.asked.plane,
            **arguments,
        )


def variants() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the settings that are tried besides gaps."""
    yield from VARIANTS.items()


def symmetric_angle(asked: Asked) -> float:
    """Return the smallest listed angle at which the other grain meets the boundary on the same plane."""
    angles = GrainBoundaryGenerator.get_rotation_angle_from_sigma(asked.sigma, asked.axis, lat_type="c")
    if asked.twist:
        return float(min(angles))
    family = np.array(sorted(equivalent_planes(asked.plane)))
    for angle in sorted(angles):
        turned = rotated(np.array(asked.plane, dtype=float), asked.axis, -angle)
        if np.any(np.linalg.norm(family - turned, axis=1) < 1e-6):
            return float(angle)
    raise ValueError("no listed angle makes the boundary symmetric")


def rotated(vector: np.ndarray, axis: tuple[int, int, int], angle_deg: float) -> np.ndarray:
    """Return a vector turned about an axis (Rodrigues)."""
    k = np.array(axis) / np.linalg.norm(axis)
    c, s = np.cos(radians(angle_deg)), np.sin(radians(angle_deg))
    return vector * c + np.cross(k, vector) * s + k * (k @ vector) * (1 - c)


def _height(structure: Structure) -> float:
    a, b, _ = structure.lattice.matrix
    return float(structure.volume / np.linalg.norm(np.cross(a, b)))
