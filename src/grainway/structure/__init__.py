"""Perfect crystals, coincidence boundaries and their atoms."""

from grainway.domain import BoundarySpec, GrainBoundary
from grainway.structure.builder import build_boundary, build_many
from grainway.structure.bulk import bulk_crystal, load_garnet
from grainway.structure.catalogue import Catalogue, Snap
from grainway.structure.catalogue_entry import CatalogueEntry
from grainway.structure.lithium import lithium_ordering
from grainway.structure.misorientation import disorientation, measured_orientation

__all__ = [
    "BoundarySpec",
    "Catalogue",
    "CatalogueEntry",
    "GrainBoundary",
    "Snap",
    "build_boundary",
    "build_many",
    "bulk_crystal",
    "disorientation",
    "lithium_ordering",
    "load_garnet",
    "measured_orientation",
]
