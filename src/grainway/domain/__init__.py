"""Frozen records that cross from one stage to the next.

In: plain numbers, checked. Out: recipe, boundary, trajectory, and :class:`Estimate` with unit, standard
error and number of independent samples. Å, ps, K, e unless a name says otherwise.
"""

from grainway.domain.composition_change import DOPANT_CHARGE, DOPANT_HOST, Composition
from grainway.domain.error_propagation import first_order, mean_of
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
    "first_order",
    "mean_of",
]
