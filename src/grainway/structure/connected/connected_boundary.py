"""Boundaries that meet: columns, networks and steps, from a recipe to frameworks."""

import numpy as np

from grainway.array_types import FloatArray
from grainway.domain import BoundarySpec
from grainway.errors import StructureError
from grainway.geometry.contact import CONTACT_SCALE
from grainway.structure.connected.checkerboard import connect_blocks
from grainway.structure.connected.connected_frame import ConnectedFrame
from grainway.structure.connected.terraces import connect_steps
from grainway.structure.crystal.crystal import IonicCrystal

_NORMALS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "planar": ((0.0, 0.0, 1.0),),
    "stepped": ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0)),
    "orthogonal": ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0)),
    "network": ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
}


def boundary_normals(spec: BoundarySpec) -> FloatArray:
    """Return the normals of the boundary planes in a cell, laboratory frame, shape (n, 3).

    How many of them are independent says which reading of "not coplanar" a recipe meets: planar boundaries
    have one, stepped and orthogonal ones two (two planes that cross), a network three that span space, with a
    determinant of 1.
    """
    return np.array(_NORMALS[spec.connection])


def n_independent_normals(spec: BoundarySpec) -> int:
    """Return the rank of the boundary normals: 1 planar, 2 stepped or orthogonal, 3 network."""
    return int(np.linalg.matrix_rank(boundary_normals(spec)))


def connect(
    spec: BoundarySpec, crystal: IonicCrystal, contact_scale: float = CONTACT_SCALE
) -> ConnectedFrame:
    """Return the framework of connected boundaries.

    Args:
        spec: recipe of a symmetric tilt boundary with connection ``"stepped"``, ``"orthogonal"`` or
            ``"network"``; x becomes the tilt axis, z the normal.
        crystal: what the grains are made of.
        contact_scale: share of the closest distances at which the frameworks touch.

    Raises:
        StructureError: when the recipe is not for connected boundaries, or cannot be cut exactly.
    """
    if spec.connection == "planar":
        raise StructureError.about(
            "connection", spec.connection, "'stepped', 'orthogonal' or 'network'", "Use build_boundary."
        )
    make = connect_steps if spec.connection == "stepped" else connect_blocks
    return make(spec, crystal, contact_scale)
