"""Frozen records that cross from one stage to the next."""

from grainway.domain.composition_change import DOPANT_CHARGE, DOPANT_HOST, Composition
from grainway.domain.estimate import Estimate
from grainway.domain.grain_boundary import LAYER_THICKNESS_A, BoundarySpec, GrainBoundary
from grainway.domain.trajectory import Trajectory

__all__ = [
    "DOPANT_CHARGE",
    "DOPANT_HOST",
    "LAYER_THICKNESS_A",
    "BoundarySpec",
    "Composition",
    "Estimate",
    "GrainBoundary",
    "Trajectory",
]
