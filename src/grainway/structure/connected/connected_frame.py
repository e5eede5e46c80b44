"""The framework of a cell whose boundaries meet, and where further sites of its grains lie."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import ceil

import numpy as np

from grainway.array_types import FloatArray, IntArray, StringArray
from grainway.domain import BoundarySpec
from grainway.errors import StructureError
from grainway.geometry.boundary_planes import Boundaries
from grainway.structure.catalogue.catalogue_entry import plane_spacing
from grainway.structure.connected.grain_prism import Prism, make_prism
from grainway.structure.crystal.crystal import IonicCrystal

Heights = tuple[float, ...]

DIGITS = 9
"""Coordinates are rounded to 1e-9 Å: below any meaning, above the noise of one processor or another."""


@dataclass(frozen=True, eq=False)
class ConnectedFrame:
    """Both grains' frameworks in place.

    Attributes:
        spec: the recipe as realised.
        framework: grain 0, then grain 1, shape (n, 3), Å.
        species: their symbols, shape (n,).
        grain: shape (n,).
        cell: lengths of the rectangular cell, shape (3,), Å.
        faces: places of the boundary planes along x, y and z, Å.
        gaps: contact gaps that were opened, first those along z, then along y, then along x, Å.
        boundaries: distance of any point from them.
        area: half of the whole boundary area in the cell, Å².
        lattice_sites: positions of a grain's further sites, given the grain and cubic fractions.
        body_at: which of the blocks that move as one, or of the two stepped grains, points belong to.
        step_height: height of the risers, Å; 0 without.
        n_removed: formula units taken out.
        removed: where their framework was, shape (n_removed_atoms, 3), Å.
    """

    spec: BoundarySpec
    framework: FloatArray
    species: StringArray
    grain: IntArray
    cell: FloatArray
    faces: tuple[Heights, Heights, Heights]
    gaps: Heights
    boundaries: Boundaries
    area: float
    lattice_sites: Callable[[int, FloatArray], FloatArray]
    body_at: Callable[[FloatArray], IntArray]
    step_height: float = 0.0
    n_removed: int = 0
    removed: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    vectors: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "vectors", np.diag(self.cell))

    @property
    def boundary_positions(self) -> Heights:
        """Heights of the boundary planes across z, Å."""
        return self.faces[2]

    @property
    def dipoles(self) -> tuple[float, ...]:
        """None is stated: blocks of whole formula units have faces on all sides."""
        return ()

    def grain_at(self, points: FloatArray) -> IntArray:
        """Return the grain that points of the cell belong to, shape (n,): the parity of the body's number."""
        return np.asarray(np.bitwise_count(self.body_at(points)) % 2, dtype=np.int64)


def grain_prisms(spec: BoundarySpec, crystal: IonicCrystal) -> tuple[Prism, Prism]:
    """Return the cells of both grains, which agree for a symmetric boundary.

    Raises:
        StructureError: for a boundary that is not symmetric, or strained.
    """
    if spec.character not in ("symmetric tilt", "none") or spec.strain != 0.0:
        raise StructureError.about(
            "connection",
            spec.connection,
            "for a symmetric tilt boundary without strain; "
            "others have another period across the axis in each grain, "
            f"and this one is {spec.character!r} with strain {spec.strain:.2g}",
            "Use connection = 'planar', or a symmetric tilt entry of the Catalogue.",
        )
    if crystal.shared_sites:
        raise StructureError.about(
            "connection",
            spec.connection,
            f"for a crystal with one element per site; {crystal.name} has sites that elements share",
            "Use connection = 'planar', or give each shared site to one element.",
        )
    first, second = (make_prism(spec.axis, normal, crystal) for normal in (spec.normal_a, spec.normal_b))
    if not np.array_equal(first.lengths, second.lengths):
        raise StructureError.about(
            "normal_a, normal_b",
            (spec.normal_a, spec.normal_b),
            "planes of one family for a symmetric tilt boundary",
            "Take the recipe from a Catalogue entry.",
        )
    return first, second


def spacing(spec: BoundarySpec, crystal: IonicCrystal) -> float:
    """Return the distance between the lattice planes on ``normal_a``, Å."""
    return plane_spacing(spec.normal_a, crystal.lattice_parameter, crystal.centring)


def asked_thickness(spec: BoundarySpec, crystal: IonicCrystal) -> float:
    """Return the least thickness of a grain, Å: that of the planes asked for, and never less than contact."""
    return max(max(spec.planes, spec.n_planes_b) * spacing(spec, crystal), 2 * max(crystal.closest.values()))


def least_multiple(step: float, thickness: float) -> int:
    """Return how many steps are at least as thick, whatever the rounding."""
    return max(1, ceil(thickness / step - 1e-6))


def asked_cut(spec: BoundarySpec, prism: Prism, grain: int, crystal: IonicCrystal) -> FloatArray:
    """Return where a grain's lattice is asked to be cut at the cell's lower edges, fractions of a prism.

    The cut heights are ``termination`` and ``cut_b`` plane spacings. A shift of the upper grain by fractions
    of the prism's lengths moves its lattice against the cell, and so its cuts the other way.
    """
    height = (spec.termination, spec.cut_b)[grain] * spacing(spec, crystal)
    shift = spec.translation if grain else (0.0, 0.0)
    return np.array([-shift[0], -shift[1], height / prism.lengths[2]])


def with_planes(spec: BoundarySpec, thickness: float, crystal: IonicCrystal) -> BoundarySpec:
    """Return the recipe with the planes that a grain of this thickness has."""
    planes = max(1, int(thickness / spacing(spec, crystal) + 1e-6))
    return replace(spec, planes=planes, planes_b=planes)
