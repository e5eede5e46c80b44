from .builder import BoundarySpec, GrainBoundary, build_boundary
from .catalogue.catalogue import Catalogue, Snap
from .catalogue.catalogue_entry import CatalogueEntry
from .connected.connected_boundary import boundary_normals
from .crystal.files.crystal_file import load_crystal
from .crystal.garnet import bulk_crystal, load_garnet
from .crystal.lithium_ordering import lithium_ordering
from .lattice.misorientation import disorientation
from .lattice.orientation_from_atoms import displacement_from_lattice, measured_orientation
from .library.build_many import build_many
from .planar.framework_batch import framework_batches

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
