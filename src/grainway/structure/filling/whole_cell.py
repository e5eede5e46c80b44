"""From both grains' frameworks to a whole cell: orderings tiled, shared sites drawn, composition, lithium."""

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from scipy.spatial import cKDTree

from grainway.array_types import FloatArray, IntArray
from grainway.domain import GrainBoundary
from grainway.geometry.periodic_points import into_cell, periodic_images
from grainway.structure.connected.connected_frame import ConnectedFrame
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.lithium_ordering import boundary_stream, grain_orderings
from grainway.structure.filling.band_filling import fill
from grainway.structure.filling.mixed_occupancy import decorate
from grainway.structure.filling.tiled_cell import TiledCell
from grainway.structure.planar.bicrystal import Bicrystal
from grainway.structure.recipe_check import check_area

Framework = Bicrystal | ConnectedFrame


def complete(frame: Framework, seed: int, crystal: IonicCrystal) -> GrainBoundary:
    """Return the boundary of a framework.

    A lithium ordering is tiled into each grain, guests are drawn onto the sites that a crystal shares, the
    composition is changed, and the ions near the boundaries are arranged anew in the number that makes the
    cell neutral.

    Args:
        frame: both grains' frameworks in place.
        seed: decides orderings, guests and the places of displaced lithium.
        crystal: what the grains are made of.

    Raises:
        StructureError: when lithium or a unit of composition finds no room, or the cell holds more boundary
            than lithium can be arranged on.
    """
    spec = frame.spec
    n_atoms = len(frame.framework) * crystal.atoms_per_primitive_cell // len(crystal.framework_species)
    check_area(frame.area, n_atoms)
    rng = boundary_stream(seed)
    orderings = grain_orderings(rng, crystal, same=spec.character == "none")
    sites = crystal.lithium_sites
    occupied = [frame.lattice_sites(grain, sites[orderings[grain]]) for grain in (0, 1)]
    vacant = [frame.lattice_sites(grain, sites[~orderings[grain]]) for grain in (0, 1)]
    lithium, grain, free = _neutral(frame, occupied, vacant, crystal)
    cell = TiledCell(
        framework=frame.framework,
        species=frame.species,
        grain=frame.grain,
        lithium=lithium,
        lithium_grain=grain,
        vacant=free,
        vectors=frame.vectors,
        boundaries=frame.boundaries,
    )
    cell = decorate(cell, frame.lattice_sites, crystal, rng)
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
        spec=spec,
        area=frame.area,
        boundary_positions=frame.boundary_positions,
        gaps=frame.gaps,
        dipoles=frame.dipoles,
        composition_changes=changes,
    )


def _neutral(
    frame: Framework, occupied: list[FloatArray], vacant: list[FloatArray], crystal: IonicCrystal
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return lithium positions, their grains and the empty sites with as many ions as make the cell neutral.

    Slabs of whole planes are neutral as tiled. A grain cut on several planes need not hold its sites of
    lithium in proportion, and where framework was taken out its lithium is still there. What is too much
    leaves next to what was taken out, else next to a boundary; what is missing comes on empty sites next to a
    boundary.
    """
    kinds, counts = np.unique(frame.species, return_counts=True)
    charge = sum(crystal.charge(str(s)) * int(n) for s, n in zip(kinds, counts, strict=True))
    surplus = sum(map(len, occupied)) + charge // crystal.charge("Li")
    lithium, free = np.vstack(occupied), np.vstack(vacant)
    grain = np.repeat([0, 1], [len(o) for o in occupied])
    if surplus == 0:
        return lithium, grain, free
    if surplus > 0:
        leaving = _leaving(frame, lithium, surplus)
        left = np.delete(np.arange(len(lithium)), leaving)
        return lithium[left], grain[left], np.vstack([free, lithium[leaving]])
    free_grain = np.repeat([0, 1], [len(v) for v in vacant])
    order = np.argsort(np.round(frame.boundaries.distance(free), 6), kind="stable")
    coming, staying = order[:-surplus], np.sort(order[-surplus:])
    return (np.vstack([lithium, free[coming]]), np.concatenate([grain, free_grain[coming]]), free[staying])


def _leaving(frame: Framework, lithium: FloatArray, n: int) -> IntArray:
    """Return the lithium that leaves: nearest to the framework that was taken out, else to a boundary."""
    if isinstance(frame, ConnectedFrame) and len(frame.removed):
        images, _ = periodic_images(frame.removed, frame.vectors, float(frame.cell.max()))
        distance = np.asarray(cKDTree(images).query(into_cell(lithium, frame.vectors))[0])
    else:
        distance = frame.boundaries.distance(lithium)
    return np.argsort(np.round(distance, 6), kind="stable")[:n].astype(np.int64)
