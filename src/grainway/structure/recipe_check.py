"""Whether a recipe describes one boundary, of a size that can be built: decided before anything is built."""

from math import isfinite, sqrt
from numbers import Integral, Real

import numpy as np

from grainway.domain import BoundarySpec
from grainway.domain.grain_boundary import Periods
from grainway.errors import StructureError
from grainway.structure.catalogue.catalogue_entry import plane_cells
from grainway.structure.connected.connected_frame import asked_thickness, least_multiple, spacing
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.lattice.cubic_lattice import cross, dot, in_lattice, shortest_lattice_vector
from grainway.structure.lattice.macroscopic_parameters import in_plane_cell
from grainway.structure.lattice.misorientation import disorientation, lab_rotation
from grainway.structure.planar.lattice_slab import spec_periods

LARGEST_AREA_A2 = 30_000.0
"""Lithium next to the boundaries is arranged with a table of all pairs of places: about 3 GB at this area."""
LARGEST_CELL = 1_000_000
"""Atoms; at the largest area grains are then 190 Å thick."""
_ANGLE_DEG = 1e-3
_STRAIN_SHARE = 0.05  # of a strain, which may be measured on either grain's length
_STRAIN_ROUNDING = 1e-9


def check_recipe(spec: BoundarySpec, contact_scale: float, crystal: IonicCrystal) -> None:
    """Refuse a recipe that contradicts itself or asks for too much, before anything is built.

    The periods must be vectors of the crystal that span one cell in both grains, but for the strain that the
    recipe states; the angle must be the disorientation of the two grains.

    Args:
        spec: the recipe.
        contact_scale: share of the closest distances at which the frameworks touch.
        crystal: what the grains are made of.

    Raises:
        StructureError: when the recipe does not hold, or ``contact_scale`` is out of range.
    """
    check_contact_scale(contact_scale)
    periods = spec_periods(spec, crystal)
    _check_periods(spec, periods, crystal)
    angle, _ = disorientation(
        lab_rotation(periods[0][0], spec.normal_a), lab_rotation(periods[1][0], spec.normal_b)
    )
    if abs(angle - spec.angle_deg) > _ANGLE_DEG:
        raise StructureError.about(
            "angle_deg",
            spec.angle_deg,
            f"planes {spec.normal_a} and {spec.normal_b} about {list(spec.axis)} meet at {angle:.4f} degrees",
            "Take the recipe from a Catalogue entry.",
        )
    if spec.character == "none" and angle > _ANGLE_DEG:
        raise StructureError.about(
            "character",
            spec.character,
            f"for grains that are not turned against each other; these are, by {angle:.4f} degrees",
            "Take the recipe from a Catalogue entry.",
        )
    _check_strain(spec, periods)
    area, n_atoms = _size(spec, periods, crystal)
    check_area(area, n_atoms)
    if n_atoms > LARGEST_CELL:
        raise StructureError.about(
            "planes",
            (spec.planes, spec.n_planes_b),
            f"at most {LARGEST_CELL} atoms in a cell; these are {n_atoms}",
            "Use fewer planes.",
        )


def check_contact_scale(contact_scale: float) -> None:
    """Refuse a share of the closest distances at which grains overlap or do not touch.

    Raises:
        StructureError: when it is not between 0.5 and 1.
    """
    if not isinstance(contact_scale, Real) or not 0.5 <= contact_scale <= 1.0:
        raise StructureError.about(
            "contact_scale", contact_scale, "between 0.5 and 1", "Use 0.85 to begin with."
        )


def check_seed(seed: int) -> None:
    """Refuse what starts no generator of random numbers.

    Raises:
        StructureError: when it is not a whole number of 0 or more.
    """
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise StructureError.about("seed", seed, "a whole number, 0 or more", "Use another seed.")


def check_area(area: float, n_atoms: int) -> None:
    """Refuse more boundary in a cell than lithium can be arranged on.

    Raises:
        StructureError: when it is too much.
    """
    if 2 * area > LARGEST_AREA_A2:
        raise StructureError.about(
            "boundary area",
            round(2 * area / 100, 1),
            f"at most {LARGEST_AREA_A2 / 100:.0f} nm² in a cell; this one has about {n_atoms} atoms",
            "Use a boundary of shorter period or, where boundaries meet, "
            "fewer planes or connection = 'orthogonal'.",
        )


def _check_periods(spec: BoundarySpec, periods: tuple[Periods, Periods], crystal: IonicCrystal) -> None:
    for name, pair, normal in zip("ab", periods, (spec.normal_a, spec.normal_b), strict=True):
        for vector in pair:
            if not in_lattice(vector, crystal.centring):
                raise StructureError.about(
                    f"periods_{name}",
                    pair,
                    f"lattice vectors in units of a/2, and {vector} is none of centring {crystal.centring}",
                    "Take them from a Catalogue entry.",
                )
        if dot(cross(*pair), normal) <= 0:
            raise StructureError.about(
                f"periods_{name}",
                pair,
                f"two vectors that with {normal} make a right-handed triple",
                "Take them from a Catalogue entry.",
            )


def _check_strain(spec: BoundarySpec, periods: tuple[Periods, Periods]) -> None:
    own = [in_plane_cell(pair) for pair in periods]
    common = (own[0] + own[1]) / 2
    stretches = [np.linalg.svd(np.linalg.solve(cell, common), compute_uv=False) for cell in own]
    needed = float(np.abs(np.array(stretches) - 1.0).max())
    off = abs(needed - spec.strain)
    if not isfinite(needed) or off > _STRAIN_SHARE * spec.strain + _STRAIN_ROUNDING:
        raise StructureError.about(
            "strain",
            spec.strain,
            f"the periods of the two grains differ by a strain of {needed:.4g} in each",
            "Take strain and periods from one Catalogue entry.",
        )


def _size(spec: BoundarySpec, periods: tuple[Periods, Periods], crystal: IonicCrystal) -> tuple[float, int]:
    """Return the least area of one boundary and number of atoms: without gaps, risers and wider terraces."""
    half = crystal.lattice_parameter / 2
    per_cell = crystal.atoms_per_primitive_cell
    if spec.connection == "planar" or dot(spec.axis, spec.normal_a):  # about such an axis nothing else is
        cells = [
            plane_cells(normal, pair, crystal.centring)
            for normal, pair in zip((spec.normal_a, spec.normal_b), periods, strict=True)
        ]
        face = cross(*periods[0])
        area = half * half * sqrt(dot(face, face))
        return area, per_cell * (spec.planes * cells[0] + spec.n_planes_b * cells[1])
    directions = (spec.axis, cross(spec.normal_a, spec.axis), spec.normal_a)
    vectors = [shortest_lattice_vector(d, crystal.centring) for d in directions]
    x, y, z = (half * sqrt(dot(v, v)) for v in vectors)
    thick = asked_thickness(spec, crystal)
    y *= least_multiple(y / 2, thick if spec.connection != "stepped" else 0.0)
    if spec.connection == "stepped":
        area, z = x * y, 2 * max(spec.planes, spec.n_planes_b) * spacing(spec, crystal)
    else:
        x *= 2 * least_multiple(x, thick) if spec.connection == "network" else 1
        z *= least_multiple(z / 2, thick)
        area = x * y + x * z + (y * z if spec.connection == "network" else 0.0)
    return area, round(x * y * z / crystal.primitive_volume * per_cell)
