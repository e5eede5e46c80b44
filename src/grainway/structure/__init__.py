"""Perfect crystals, coincidence boundaries and their atoms."""

from grainway.domain import BoundarySpec, GrainBoundary
from grainway.structure.batch import framework_batches
from grainway.structure.builder import build_boundary
from grainway.structure.bulk import bulk_crystal, load_garnet
from grainway.structure.catalogue import Catalogue, Snap
from grainway.structure.catalogue_entry import CatalogueEntry
from grainway.structure.connected import boundary_normals
from grainway.structure.crystal_file import load_crystal
from grainway.structure.lithium import lithium_ordering
from grainway.structure.many import build_many
from grainway.structure.misorientation import (
    disorientation,
    displacement_from_lattice,
    measured_orientation,
)

__all__ = [
    "BoundarySpec",
    "Catalogue",
    "CatalogueEntry",
    "GrainBoundary",
    "Snap",
    "boundary_normals",
    "build_boundary",
    "build_many",
    "bulk_crystal",
    "disorientation",
    "displacement_from_lattice",
    "framework_batches",
    "lithium_ordering",
    "load_crystal",
    "load_garnet",
    "measured_orientation",
]
