"""Which boundaries can be built at a given size, and which of them is nearest to a wish."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import atan2, ceil, degrees, sqrt

from grainway.domain import BoundarySpec
from grainway.errors import StructureError
from grainway.structure.csl import (
    Indices,
    dot,
    plane_lattice,
    plane_spacing_half_units,
    sigma_of_rotation,
    symmetric_tilt_planes,
)

ATOMS_PER_CUBIC_CELL = 192
AXES: tuple[Indices, ...] = ((0, 0, 1), (1, 1, 0))
_LARGEST_INDEX = 30
_INCLINATION_WEIGHT = 0.25
"""A degree of misorientation counts four times a degree of inclination when snapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One exact coincidence boundary in its smallest periodic cell.

    Attributes:
        axis: misorientation axis [uvw].
        angle_deg: disorientation, degrees.
        sigma: coincidence index.
        normal_a: plane of the lower grain.
        normal_b: plane of the upper grain.
        character: ``"symmetric tilt"``.
        inclination_deg: angle of the median plane's normal from ⟨100⟩ (axis [001]) or [001] (axis [110]).
        period_1: in-plane period along the axis, Å.
        period_2: in-plane period across it, Å; of the centred rectangle when ``centred``.
        centred: the plane's lattice is centred, so the cell's area is half of period_1 × period_2.
        plane_spacing: distance between lattice planes, Å.
        planes: planes per grain for the wanted thickness.
        n_atoms: atoms in the cell with two grains.
        strain: lattice mismatch; 0 for an exact coincidence.
    """

    axis: Indices
    angle_deg: float
    sigma: int
    normal_a: Indices
    normal_b: Indices
    character: str
    inclination_deg: float
    period_1: float
    period_2: float
    centred: bool
    plane_spacing: float
    planes: int
    n_atoms: int
    strain: float = 0.0

    @property
    def area(self) -> float:
        """Cross-section of one boundary, Å²."""
        return self.period_1 * self.period_2 / (2 if self.centred else 1)

    def spec(
        self,
        *,
        width_layers: int = 3,
        translation: tuple[float, float] = (0.0, 0.0),
        termination: float = 0.0,
    ) -> BoundarySpec:
        """Return the recipe of this boundary with the given microscopic degrees of freedom."""
        return BoundarySpec(
            axis=self.axis,
            normal_a=self.normal_a,
            normal_b=self.normal_b,
            angle_deg=self.angle_deg,
            sigma=self.sigma,
            character="symmetric tilt",
            planes=self.planes,
            width_layers=width_layers,
            translation=translation,
            termination=termination,
        )


@dataclass(frozen=True, slots=True)
class Snap:
    """The catalogue entry nearest to a wish, and how far it is from it, degrees."""

    entry: CatalogueEntry
    angle_error_deg: float
    inclination_error_deg: float


@dataclass(frozen=True)
class Catalogue:
    """Symmetric-tilt boundaries about [001] and [110], exact and under a cap on size.

    Attributes:
        lattice_parameter: a, Å.
        max_atoms: largest cell.
        max_strain: largest mismatch; exact coincidences have none.
        min_grain_thickness: least thickness of each grain, Å.
        angle_range_deg: misorientations that are listed.
        min_atoms: smallest cell; thin ones get more planes rather than being dropped.
        entries: what fits, by axis, angle, inclination.
    """

    lattice_parameter: float = 12.9827
    max_atoms: int = 5000
    max_strain: float = 0.01
    min_grain_thickness: float = 25.0
    angle_range_deg: tuple[float, float] = (5.0, 30.0)
    min_atoms: int = 0
    axes: tuple[Indices, ...] = AXES
    entries: tuple[CatalogueEntry, ...] = field(init=False)

    def __post_init__(self) -> None:
        for axis in self.axes:
            if axis not in AXES:
                raise StructureError.about(
                    "axes", list(axis), "[0, 0, 1] or [1, 1, 0]", "Use one of these axes."
                )
        found: dict[tuple[object, ...], CatalogueEntry] = {}
        for axis in self.axes:
            for normal_a, normal_b, m, n, median in symmetric_tilt_planes(axis, _LARGEST_INDEX):
                entry = self._entry(axis, normal_a, normal_b, m, n, median)
                if entry is not None:
                    found.setdefault((axis, entry.sigma, round(entry.angle_deg, 6), median), entry)
        ordered = sorted(found.values(), key=lambda e: (AXES.index(e.axis), e.angle_deg, e.inclination_deg))
        if not ordered:
            raise StructureError.about(
                "max_atoms",
                self.max_atoms,
                f"no boundary of {self.angle_range_deg[0]:g}-{self.angle_range_deg[1]:g} degrees with grains "
                f"of {self.min_grain_thickness:g} Å fits",
                f"Raise max_atoms (the smallest needs {self._smallest()}) or lower min_grain_thickness.",
            )
        object.__setattr__(self, "entries", tuple(ordered))

    def _entry(
        self,
        axis: Indices,
        normal_a: Indices,
        normal_b: Indices,
        m: int,
        n: int,
        median: Indices,
        *,
        ignore_cap: bool = False,
    ) -> CatalogueEntry | None:
        angle = 2 * degrees(atan2(n * sqrt(dot(axis, axis)), m))
        low, high = self.angle_range_deg
        if not low - 1e-9 <= angle <= high + 1e-9:
            return None
        lattice = plane_lattice(normal_a, axis)
        half = self.lattice_parameter / 2
        p, q = plane_spacing_half_units(normal_a)
        spacing = self.lattice_parameter * p / q / sqrt(dot(normal_a, normal_a))
        period_1 = half * sqrt(dot(lattice.b1, lattice.b1))
        period_2 = half * sqrt(dot(lattice.period_2, lattice.period_2))
        # a primitive plane cell times one spacing is one primitive cell of the lattice
        atoms_per_plane = ATOMS_PER_CUBIC_CELL // 2
        planes = max(
            ceil(self.min_grain_thickness / spacing - 1e-9), ceil(self.min_atoms / (2 * atoms_per_plane))
        )
        n_atoms = 2 * planes * atoms_per_plane
        if n_atoms > self.max_atoms and not ignore_cap:
            return None
        reference = (1, 0, 0) if axis == (0, 0, 1) else (0, 0, 1)
        inclination = degrees(
            atan2(
                sqrt(dot(median, median) * dot(reference, reference) - dot(median, reference) ** 2),
                dot(median, reference),
            )
        )
        return CatalogueEntry(
            axis=axis,
            angle_deg=angle,
            sigma=sigma_of_rotation(axis, m, n),
            normal_a=normal_a,
            normal_b=normal_b,
            character="symmetric tilt",
            inclination_deg=inclination,
            period_1=period_1,
            period_2=period_2,
            centred=lattice.centred,
            plane_spacing=spacing,
            planes=planes,
            n_atoms=n_atoms,
        )

    def _smallest(self) -> str:
        sizes = [
            entry.n_atoms
            for axis in self.axes
            for a, b, m, n, median in symmetric_tilt_planes(axis, _LARGEST_INDEX)
            if (entry := self._entry(axis, a, b, m, n, median, ignore_cap=True)) is not None
        ]
        return f"{min(sizes)} atoms" if sizes else "a wider angle range"

    def snap(self, axis: Indices = (0, 0, 1), angle_deg: float = 21.0, inclination_deg: float = 0.0) -> Snap:
        """Return the entry nearest to a misorientation and inclination about an axis.

        Distance is degrees of misorientation and a quarter of the degrees of inclination, in quadrature:
        the angle is what a user asks for first.

        Raises:
            StructureError: when no entry has the axis.
        """
        candidates = [entry for entry in self.entries if entry.axis == tuple(axis)]
        if not candidates:
            listed = sorted({entry.axis for entry in self.entries})
            raise StructureError.about(
                "axis", axis, f"one of {listed}", "Raise max_atoms or choose another axis."
            )
        nearest = min(
            candidates,
            key=lambda e: (
                (e.angle_deg - angle_deg) ** 2
                + (_INCLINATION_WEIGHT * (e.inclination_deg - inclination_deg)) ** 2
            ),
        )
        return Snap(nearest, nearest.angle_deg - angle_deg, nearest.inclination_deg - inclination_deg)

    def perfect_crystal(self, normal: Indices = (0, 0, 1), axis: Indices = (1, 0, 0)) -> BoundarySpec:
        """Return the recipe of a cell cut and rejoined without misorientation: a null test of all stages."""
        p, q = plane_spacing_half_units(normal)
        spacing = self.lattice_parameter * p / q / sqrt(dot(normal, normal))
        planes = ceil(self.min_grain_thickness / spacing - 1e-9)
        return BoundarySpec(
            axis=axis,
            normal_a=normal,
            normal_b=normal,
            angle_deg=0.0,
            sigma=1,
            character="none",
            planes=planes,
        )
