"""Which boundaries can be built at a given size, and which of them is nearest to a wish."""

from dataclasses import dataclass, field
from math import ceil, isfinite, radians, sin

import numpy as np
from scipy.spatial import cKDTree

from grainway.domain import BoundarySpec
from grainway.domain.grain_boundary import Character
from grainway.errors import StructureError
from grainway.structure.catalogue.boundary_search import CHARACTERS, entries_about
from grainway.structure.catalogue.catalogue_entry import CatalogueEntry, Limits, plane_spacing
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.garnet import load_garnet
from grainway.structure.lattice.cubic_lattice import Indices, coprime

AXES: tuple[Indices, ...] = ((0, 0, 1), (1, 1, 0), (1, 1, 1))
_INCLINATION_WEIGHT = 0.25
"""A degree of misorientation counts four times a degree of inclination when snapping."""
LARGEST_ANGLE_DEG = 62.8
"""Any two cubes are turned by less (J. K. Mackenzie, Biometrika 45 (1958) 229)."""
_LARGEST_STRAIN = 0.03


@dataclass(frozen=True, slots=True)
class Snap:
    """The catalogue entry nearest to a wish, and how far it is from it, degrees."""

    entry: CatalogueEntry
    angle_error_deg: float
    inclination_error_deg: float
    axis_normal_error_deg: float = 0.0


@dataclass(frozen=True)
class Catalogue:
    """Boundaries about given axes under caps on size and strain.

    Tilt boundaries are symmetric or asymmetric, exact or near coincidences; twist and mixed boundaries are
    exact. Each is listed once, whatever the number of equivalent descriptions under the cube's symmetry and
    the exchange of the grains.

    Attributes:
        lattice_parameter: a, Å; planes are counted and sizes given at this length.
        max_atoms: largest cell.
        max_strain: largest stretch of a grain; 0 for exact coincidences only.
        min_grain_thickness: least thickness of each grain, Å.
        angle_range_deg: misorientations that are listed; about each axis up to the angle beyond which the
            turn is no longer the smallest equivalent one: 45 degrees for [001], 60.7 for [110], 60 for [111].
        min_atoms: smallest cell; thin ones get more planes rather than being dropped.
        axes: misorientation axes [uvw].
        characters: kinds that are listed.
        max_sigma: largest coincidence index; None lists near coincidences too.
        crystal: what is built; cubic Li7La3Zr2O12 unless given.
        entries: what fits, by axis, angle, kind and inclination.
    """

    lattice_parameter: float = 12.9827
    max_atoms: int = 5000
    max_strain: float = 0.01
    min_grain_thickness: float = 25.0
    angle_range_deg: tuple[float, float] = (5.0, 30.0)
    min_atoms: int = 0
    axes: tuple[Indices, ...] = AXES
    characters: tuple[Character, ...] = CHARACTERS
    max_sigma: int | None = None
    crystal: IonicCrystal = field(default_factory=load_garnet)
    entries: tuple[CatalogueEntry, ...] = field(init=False, repr=False)
    _trees: dict[Indices, tuple[cKDTree, list[CatalogueEntry]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        self._check()
        entries = self._listed(self.max_atoms)
        if not entries:
            angles = "{:g}-{:g} degrees".format(*self.angle_range_deg)
            raise StructureError.about(
                "max_atoms",
                self.max_atoms,
                f"no boundary of {angles} with grains of {self.min_grain_thickness:g} Å fits",
                f"Raise max_atoms ({self._smallest()}) or lower min_grain_thickness.",
            )
        object.__setattr__(self, "entries", entries)

    def _check(self) -> None:
        low, high = self.angle_range_deg
        if not 0.0 < low <= high <= LARGEST_ANGLE_DEG:
            raise StructureError.about(
                "angle_range_deg",
                self.angle_range_deg,
                f"0 < low <= high <= {LARGEST_ANGLE_DEG:g}",
                "Choose a smaller angle: larger rotations have one that is equivalent.",
            )
        if not 0.0 <= self.max_strain <= _LARGEST_STRAIN:
            raise StructureError.about(
                "max_strain", self.max_strain, f"0 to {_LARGEST_STRAIN}", "0.01 strains a grain by 1 %."
            )
        for name in ("lattice_parameter", "max_atoms", "min_grain_thickness", "max_sigma"):
            value = getattr(self, name)
            if value is not None and (not isfinite(value) or value <= 0):
                raise StructureError.about(name, value, "above 0", "Give a positive number.")
        for axis in self.axes:
            if len(axis) != 3 or not any(axis) or coprime(axis) != tuple(axis):
                raise StructureError.about(
                    "axes", list(axis), "three coprime integers [uvw]", "Divide by the common factor."
                )
            if max(abs(c) for c in axis) > 9:
                raise StructureError.about(
                    "axes", list(axis), "indices up to 9", "Boundaries about such an axis have no small cell."
                )
        families = [tuple(sorted(map(abs, axis))) for axis in self.axes]
        if len(set(families)) < len(families):
            raise StructureError.about(
                "axes",
                [list(axis) for axis in self.axes],
                "each family of axes once: [100] and [001] have the same boundaries",
                "Leave out all but one of a family.",
            )
        for character in self.characters:
            if character not in CHARACTERS:
                raise StructureError.about(
                    "characters", character, f"one of {list(CHARACTERS)}", "Choose one of these."
                )

    def _listed(self, max_atoms: int) -> tuple[CatalogueEntry, ...]:
        limits = Limits(
            crystal=self.crystal,
            lattice_parameter=self.lattice_parameter,
            max_atoms=max_atoms,
            max_strain=self.max_strain,
            min_grain_thickness=self.min_grain_thickness,
            angle_range_deg=self.angle_range_deg,
            min_atoms=self.min_atoms,
            characters=self.characters,
        )
        return tuple(
            entry
            for axis in self.axes
            for entry in entries_about(axis, limits)
            if self.max_sigma is None or (entry.sigma is not None and entry.sigma <= self.max_sigma)
        )

    def _smallest(self) -> str:
        """Say what the smallest boundary would need, found by doubling the cap."""
        cap = self.max_atoms
        for _ in range(6):
            cap *= 2
            if entries := self._listed(cap):
                return f"the smallest needs {min(e.n_atoms for e in entries)} atoms"
        return f"even {cap} are too few; widen the angle range"

    def snap(
        self,
        axis: Indices = (0, 0, 1),
        angle_deg: float = 21.0,
        inclination_deg: float = 0.0,
        axis_normal_deg: float = 90.0,
    ) -> Snap:
        """Return the entry nearest to a misorientation and a plane about an axis.

        Distance is degrees of misorientation and a quarter of the degrees by which the plane's normal is
        off, in quadrature: the angle is what a user asks for first. At one distance the smaller cell wins.

        Args:
            axis: misorientation axis [uvw].
            angle_deg: misorientation wanted.
            inclination_deg: angle of the median plane's normal about the axis, as in the entries.
            axis_normal_deg: angle between axis and plane normal; 90 for tilt, 0 for twist.

        Raises:
            StructureError: when no entry has the axis, or an angle is not a number.
        """
        for name, value in (
            ("angle_deg", angle_deg),
            ("inclination_deg", inclination_deg),
            ("axis_normal_deg", axis_normal_deg),
        ):
            if not isfinite(value):
                raise StructureError.about(name, value, "a finite number of degrees", "Give a number.")
        tree, entries = self._tree((axis[0], axis[1], axis[2]))
        if not entries:
            raise StructureError.about(
                "axis",
                tuple(axis),
                f"one of {sorted({e.axis for e in self.entries})}",
                "Raise max_atoms or list the axis in axes.",
            )
        wish = _place(angle_deg, inclination_deg, axis_normal_deg)
        distance, _ = tree.query(wish)
        near = tree.query_ball_point(wish, distance + 1e-6)
        nearest = entries[min(near, key=lambda i: (entries[i].n_atoms, entries[i].strain, i))]
        return Snap(
            nearest,
            nearest.angle_deg - angle_deg,
            nearest.inclination_deg - inclination_deg,
            nearest.axis_normal_deg - axis_normal_deg,
        )

    def _tree(self, axis: Indices) -> tuple[cKDTree, list[CatalogueEntry]]:
        if axis not in self._trees:
            listed = [e for e in self.entries if e.axis == axis]
            places = [_place(e.angle_deg, e.inclination_deg, e.axis_normal_deg) for e in listed]
            self._trees[axis] = cKDTree(np.array(places).reshape(-1, 3)), listed
        return self._trees[axis]

    def perfect_crystal(self, normal: Indices = (0, 0, 1), axis: Indices = (1, 0, 0)) -> BoundarySpec:
        """Return the recipe of a cell cut and rejoined without misorientation: a null test of all stages."""
        spacing = plane_spacing(normal, self.lattice_parameter, self.crystal.centring)
        return BoundarySpec(
            axis=axis,
            normal_a=normal,
            normal_b=normal,
            angle_deg=0.0,
            sigma=1,
            character="none",
            planes=ceil(self.min_grain_thickness / spacing - 1e-9),
        )


def _place(angle_deg: float, inclination_deg: float, axis_normal_deg: float) -> tuple[float, float, float]:
    # for a twist boundary the inclination has no meaning; it fades with the sine
    weight = _INCLINATION_WEIGHT * sin(radians(min(axis_normal_deg, 90.0)))
    return angle_deg, weight * inclination_deg, _INCLINATION_WEIGHT * axis_normal_deg
