"""From a specification to atoms: framework first, lithium second, nothing deleted."""

from grainway.domain import BoundarySpec, GrainBoundary
from grainway.geometry.contact import CONTACT_SCALE
from grainway.structure.connected.connected_boundary import connect
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.garnet import load_garnet
from grainway.structure.filling.whole_cell import complete
from grainway.structure.planar.bicrystal import join
from grainway.structure.recipe_check import check_recipe, check_seed

__all__ = ["BoundarySpec", "GrainBoundary", "build_boundary"]


def build_boundary(
    spec: BoundarySpec,
    seed: int = 0,
    contact_scale: float = CONTACT_SCALE,
    crystal: IonicCrystal | None = None,
) -> GrainBoundary:
    """Build the boundary that ``spec`` describes.

    The framework (La, Zr, O) of both grains is cut at whole lattice planes and moved apart until no pair is
    nearer than ``contact_scale`` times its closest distance; lithium orderings, one per grain, are tiled in
    and only the ions near the boundaries are placed anew. The cell is exactly neutral, and planar boundaries
    are stoichiometric at any cut height.

    Args:
        spec: the recipe, usually from a :class:`~grainway.structure.catalogue.catalogue.Catalogue` entry.
        seed: decides the lithium orderings and the places of displaced lithium.
        contact_scale: between 0.5 and 1.
        crystal: what the grains are made of; cubic Li7La3Zr2O12 unless given.

    Returns:
        The boundary; ``atoms`` holds grain 0 framework, grain 1 framework, then lithium, and its array
        ``grain`` says which grain an atom was built in.

    Raises:
        StructureError: when the recipe contradicts itself or lithium finds no room.
    """
    crystal = crystal or load_garnet()
    check_seed(seed)
    check_recipe(spec, contact_scale, crystal)
    make = join if spec.connection == "planar" else connect
    return complete(make(spec, crystal, contact_scale), seed, crystal)
