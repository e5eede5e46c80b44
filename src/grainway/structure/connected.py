"""Boundaries that meet: columns, networks and steps, from a recipe to atoms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from ase import Atoms
from ase.data import atomic_numbers
from scipy.spatial import cKDTree

from grainway.domain import BoundarySpec, GrainBoundary
from grainway.errors import StructureError
from grainway.structure.bulk import load_garnet
from grainway.structure.cell import Cell
from grainway.structure.connected_frame import ConnectedFrame
from grainway.structure.contact import CONTACT_SCALE, periodic_images, wrapped
from grainway.structure.crystal import IonicCrystal
from grainway.structure.filling import fill
from grainway.structure.lithium import lithium_ordering
from grainway.structure.network import connect_blocks
from grainway.structure.stepped import connect_steps

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_LARGEST_AREA_A2 = 30_000.0
"""Lithium next to the boundaries is arranged with a table of all pairs of places: about 3 GB at this area."""

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

    Raises:
        StructureError: when the recipe is not for connected boundaries, or cannot be cut exactly.
    """
    if spec.connection == "planar":
        raise StructureError.about(
            "connection", spec.connection, "'stepped', 'orthogonal' or 'network'", "Use build_boundary."
        )
    if spec.connection == "stepped":
        return connect_steps(spec, crystal, contact_scale)
    return connect_blocks(spec, crystal, contact_scale)


def build_connected(
    spec: BoundarySpec,
    seed: int = 0,
    contact_scale: float = CONTACT_SCALE,
    crystal: IonicCrystal | None = None,
) -> GrainBoundary:
    """Build boundaries that meet.

    Framework first, in whole formula units; then a lithium ordering is tiled into each grain, and the ions
    near the boundaries are arranged anew in the number that makes the cell neutral.

    Args:
        spec: recipe of a symmetric tilt boundary with connection ``"stepped"``, ``"orthogonal"`` or
            ``"network"``.
        seed: decides the lithium orderings and the places of displaced lithium.
        contact_scale: share of the closest distances at which the frameworks touch.
        crystal: what the grains are made of; cubic Li7La3Zr2O12 unless given.

    Returns:
        The cell; x is the tilt axis, z the normal. ``area`` is half of the whole boundary area.

    Raises:
        StructureError: when the recipe cannot be built, or lithium finds no room.
    """
    crystal = crystal or load_garnet()
    frame = connect(spec, crystal, contact_scale)
    if 2 * frame.area > _LARGEST_AREA_A2:
        raise StructureError.about(
            "connection",
            spec.connection,
            f"boundaries of at most {_LARGEST_AREA_A2 / 100:.0f} nm² in a cell; these have "
            f"{2 * frame.area / 100:.0f} nm² and about {frame.n_atoms(crystal)} atoms",
            "Use fewer planes, a boundary of shorter period, or connection = 'orthogonal'.",
        )
    rng = np.random.default_rng([10, seed])
    first, second = (int(s) for s in rng.choice(64, size=2, replace=False))
    same = spec.character == "none"
    orderings = (lithium_ordering(first, crystal), lithium_ordering(first if same else second, crystal))
    sites = crystal.lithium_sites
    occupied = [frame.lattice_sites(grain, sites[orderings[grain]]) for grain in (0, 1)]
    vacant = [frame.lattice_sites(grain, sites[~orderings[grain]]) for grain in (0, 1)]
    lithium, grain, free = _neutral(frame, occupied, vacant, crystal)
    cell = Cell(
        framework=frame.framework,
        species=frame.species,
        grain=frame.grain,
        lithium=lithium,
        lithium_grain=grain,
        vacant=free,
        vectors=frame.vectors,
        boundaries=frame.boundaries,
    )
    filled = fill(cell, spec.composition, spec.width, crystal, rng)
    atoms = Atoms(
        numbers=[atomic_numbers[str(s)] for s in filled.species],
        positions=filled.positions,
        cell=frame.vectors,
        pbc=True,
    )
    mobile = filled.positions[len(filled.grain) :]
    atoms.new_array("grain", np.concatenate([filled.grain, frame.grain_at(mobile)]))
    changes = dict(filled.changes)
    if frame.n_removed:
        changes[crystal.name] = -frame.n_removed
    return GrainBoundary(
        atoms=atoms,
        spec=frame.spec,
        area=frame.area,
        boundary_positions=frame.faces[2],
        gaps=frame.gaps,
        composition_changes=changes,
    )


def _neutral(
    frame: ConnectedFrame, occupied: list[FloatArray], vacant: list[FloatArray], crystal: IonicCrystal
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return lithium positions, their grains and the empty sites with as many ions as make the cell neutral.

    A grain cut on several planes need not hold its sites of lithium in proportion, and where framework was
    taken out its lithium is still there. What is too much leaves next to what was taken out, else next to a
    boundary; what is missing comes on empty sites next to a boundary.
    """
    charge = sum(crystal.charge(str(s)) * int((frame.species == s).sum()) for s in np.unique(frame.species))
    surplus = sum(map(len, occupied)) + charge // crystal.charge("Li")
    lithium, free = np.vstack(occupied), np.vstack(vacant)
    grain = np.repeat([0, 1], [len(o) for o in occupied])
    free_grain = np.repeat([0, 1], [len(v) for v in vacant])
    if surplus > 0:
        left = np.delete(np.arange(len(lithium)), leaving := _leaving(frame, lithium, surplus))
        return lithium[left], grain[left], np.vstack([free, lithium[leaving]])
    order = np.argsort(np.round(frame.boundaries.distance(free), 6), kind="stable")
    coming, staying = order[:-surplus], np.sort(order[-surplus:])
    return (
        np.vstack([lithium, free[coming]]),
        np.concatenate([grain, free_grain[coming]]),
        free[staying],
    )


def _leaving(frame: ConnectedFrame, lithium: FloatArray, n: int) -> IntArray:
    """Return the lithium that leaves: nearest to the framework that was taken out, else to a boundary."""
    if len(frame.removed):
        images, _ = periodic_images(frame.removed, frame.vectors, float(frame.cell.max()))
        distance = np.asarray(cKDTree(images).query(wrapped(lithium, frame.vectors))[0])
    else:
        distance = frame.boundaries.distance(lithium)
    return np.argsort(np.round(distance, 6), kind="stable")[:n].astype(np.int64)
