"""From a specification to atoms: framework first, lithium second, nothing deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from ase import Atoms
from ase.data import atomic_numbers

from grainway.domain import BoundarySpec, GrainBoundary
from grainway.errors import StructureError
from grainway.structure.bicrystal import Bicrystal, join
from grainway.structure.boundaries import parallel_boundaries
from grainway.structure.bulk import load_garnet
from grainway.structure.cell import Cell
from grainway.structure.contact import CONTACT_SCALE
from grainway.structure.crystal import IonicCrystal
from grainway.structure.filling import Filled, fill
from grainway.structure.lithium import lithium_ordering
from grainway.structure.misorientation import disorientation, lab_rotation
from grainway.structure.slab import spec_periods

_ORDERINGS = 64


def build_boundary(
    spec: BoundarySpec,
    seed: int = 0,
    contact_scale: float = CONTACT_SCALE,
    crystal: IonicCrystal | None = None,
) -> GrainBoundary:
    """Build the boundary that ``spec`` describes.

    The framework (La, Zr, O) of both grains is cut at whole lattice planes and moved apart until no pair is
    nearer than ``contact_scale`` times its closest distance; lithium orderings, one per grain, are tiled in
    and only the ions that meet the other grain are placed anew. The cell is exactly neutral and
    stoichiometric at any cut height.

    Args:
        spec: the recipe, usually from a :class:`~grainway.structure.catalogue.Catalogue` entry.
        seed: decides the lithium orderings and the places of displaced lithium.
        contact_scale: between 0.5 and 1.
        crystal: what the grains are made of; cubic Li7La3Zr2O12 unless given.

    Returns:
        The boundary; ``atoms`` holds grain 0 framework, grain 1 framework, then lithium, and its array
        ``grain`` says which grain an atom was built in.

    Raises:
        StructureError: when the recipe contradicts itself or lithium finds no room.
    """
    if not 0.5 <= contact_scale <= 1.0:
        raise StructureError.about(
            "contact_scale", contact_scale, "between 0.5 and 1", "0.85 is a good start."
        )
    crystal = crystal or load_garnet()
    _check_orientation(spec, crystal)
    frame = join(spec, crystal, contact_scale)
    return complete(frame, seed, crystal)


def complete(frame: Bicrystal, seed: int, crystal: IonicCrystal) -> GrainBoundary:
    """Return the boundary of a framework: composition changed, lithium placed, neutral."""
    spec = frame.spec
    rng = np.random.default_rng([10, seed])
    orderings = chosen_orderings(rng, crystal, same=spec.character == "none")
    sites = crystal.lithium_sites
    occupied = [frame.lower_positions(sites[orderings[0]]), frame.upper_positions(sites[orderings[1]])]
    vacant = [frame.lower_positions(sites[~orderings[0]]), frame.upper_positions(sites[~orderings[1]])]
    area = float(frame.cell[0, 0] * frame.cell[1, 1])
    cell = Cell(
        framework=frame.framework,
        species=frame.species,
        grain=frame.grain,
        lithium=np.vstack(occupied),
        lithium_grain=np.repeat([0, 1], [len(o) for o in occupied]),
        vacant=np.vstack(vacant),
        vectors=frame.cell,
        boundaries=parallel_boundaries(
            frame.boundary_positions, float(frame.cell[2, 2]), area, max(frame.gaps)
        ),
    )
    filled = fill(cell, spec.composition, spec.width, crystal, rng)
    middle, height = frame.boundary_positions
    upper = filled.positions[:, 2] % height >= middle
    return GrainBoundary(
        atoms=built_atoms(filled, frame.cell, upper.astype(np.int64)),
        spec=spec,
        area=area,
        boundary_positions=frame.boundary_positions,
        gaps=frame.gaps,
        dipoles=frame.dipoles,
        composition_changes=filled.changes,
    )


def chosen_orderings(
    rng: np.random.Generator, crystal: IonicCrystal, *, same: bool
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return the lithium orderings of both grains: different ones, or one for the perfect crystal."""
    first, second = (int(s) for s in rng.choice(_ORDERINGS, size=2, replace=False))
    return lithium_ordering(first, crystal), lithium_ordering(first if same else second, crystal)


def built_atoms(filled: Filled, vectors: npt.NDArray[np.float64], side: npt.NDArray[np.int64]) -> Atoms:
    """Return the atoms with the array ``grain``: the framework's own, for lithium the side it stands on."""
    atoms = Atoms(
        numbers=[atomic_numbers[str(s)] for s in filled.species],
        positions=filled.positions,
        cell=vectors,
        pbc=True,
    )
    n = len(filled.grain)
    atoms.new_array("grain", np.concatenate([filled.grain, side[n:]]))
    return atoms


def build_many(specs: Iterable[BoundarySpec], seed: int = 0) -> Iterator[GrainBoundary]:
    """Build boundaries one after the other, holding one in memory at a time.

    Args:
        specs: recipes.
        seed: the n-th boundary is built with ``seed + n``.

    Yields:
        One boundary per recipe, in order.
    """
    for number, spec in enumerate(specs):
        yield build_boundary(spec, seed=seed + number)


def _check_orientation(spec: BoundarySpec, crystal: IonicCrystal) -> None:
    """Refuse a recipe whose angle is not the disorientation of its two grains."""
    periods = spec_periods(spec, crystal)
    angle, _ = disorientation(
        lab_rotation(periods[0][0], spec.normal_a), lab_rotation(periods[1][0], spec.normal_b)
    )
    if abs(angle - spec.angle_deg) > 1e-3:
        raise StructureError.about(
            "angle_deg",
            spec.angle_deg,
            f"planes {spec.normal_a} and {spec.normal_b} about {list(spec.axis)} meet at {angle:.4f} degrees",
            "Take the recipe from a Catalogue entry.",
        )
