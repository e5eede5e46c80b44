"""One boundary of the catalogue: planes, periods, size and strain; when it is listed; the list as a file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import ceil, sqrt
from pathlib import Path
from typing import Any

from grainway.domain import BoundarySpec, Composition
from grainway.domain.grain_boundary import Character, Connection, Periods
from grainway.errors import StructureError
from grainway.machine.whole_files import csv_text
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.lattice.cubic_lattice import (
    Centring,
    Indices,
    cross,
    dot,
    plane_basis,
    plane_spacing_half_units,
    primitive_determinant,
)
from grainway.structure.lattice.macroscopic_parameters import Interface


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the catalogue may hold; attributes as in :class:`~grainway.structure.Catalogue`."""

    crystal: IonicCrystal
    lattice_parameter: float
    max_atoms: int
    max_strain: float
    min_grain_thickness: float
    angle_range_deg: tuple[float, float]
    min_atoms: int
    characters: tuple[Character, ...]

    @property
    def max_area(self) -> float:
        """Largest cell under ``max_atoms`` with grains of the least thickness, units (a/2)²."""
        half = self.lattice_parameter / 2
        primitive_cells = self.max_atoms / (2 * self.crystal.atoms_per_primitive_cell)
        return (
            primitive_cells * primitive_determinant(self.crystal.centring) * half / self.min_grain_thickness
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One boundary in its smallest periodic cell.

    Attributes:
        axis: misorientation axis [uvw].
        angle_deg: disorientation, degrees.
        sigma: coincidence index, None for a near coincidence.
        normal_a: plane of the lower grain.
        normal_b: plane of the upper grain.
        character: symmetric or asymmetric tilt, twist or mixed.
        inclination_deg: angle of the median plane's normal about the axis from ⟨100⟩ ([001]), [001] ([110]),
            [1-10] ([111]), folded into the first sector by symmetry.
        axis_normal_deg: angle between axis and plane normal: 90 for tilt, 0 for twist.
        period_1: in-plane period, Å; along the axis for tilt.
        period_2: second in-plane period, Å; for tilt the one across the axis, of the centred rectangle where
            the cell is oblique.
        periods_a: the cell's in-plane vectors in the lower grain, units a/2.
        periods_b: the same in the upper grain.
        area: cross-section of one boundary, Å².
        plane_spacing: distance between lattice planes of the lower grain, Å.
        plane_spacing_b: the same of the upper grain.
        planes: planes of the lower grain for the wanted thickness.
        planes_b: planes of the upper grain.
        n_atoms: atoms in the cell with two grains.
        strain: largest stretch that either grain takes; 0 for an exact coincidence.
    """

    axis: Indices
    angle_deg: float
    sigma: int | None
    normal_a: Indices
    normal_b: Indices
    character: Character
    inclination_deg: float
    axis_normal_deg: float
    period_1: float
    period_2: float
    periods_a: Periods
    periods_b: Periods
    area: float
    plane_spacing: float
    plane_spacing_b: float
    planes: int
    planes_b: int
    n_atoms: int
    strain: float = 0.0

    def spec(
        self,
        *,
        width_layers: int = 3,
        translation: tuple[float, float] = (0.0, 0.0),
        termination: float = 0.0,
        termination_b: float | None = None,
        connection: Connection = "planar",
        composition: Composition | None = None,
    ) -> BoundarySpec:
        """Return the recipe of this boundary with the given microscopic degrees of freedom."""
        return BoundarySpec(
            axis=self.axis,
            normal_a=self.normal_a,
            normal_b=self.normal_b,
            angle_deg=self.angle_deg,
            sigma=self.sigma,
            character=self.character,
            planes=self.planes,
            planes_b=self.planes_b,
            periods_a=self.periods_a,
            periods_b=self.periods_b,
            strain=self.strain,
            connection=connection,
            width_layers=width_layers,
            translation=translation,
            termination=termination,
            termination_b=termination_b,
            composition=composition or Composition(),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return asdict(self)


def sized_entry(
    limits: Limits,
    *,
    axis: Indices,
    angle_deg: float,
    sigma: int | None,
    character: Character,
    interface: Interface,
    inclination_deg: float,
    axis_normal_deg: float,
    strain: float = 0.0,
) -> CatalogueEntry:
    """Return the entry of an interface with grains of at least the given thickness.

    A cell of one lattice plane holds one primitive cell of atoms for each of the plane's cells in it,
    whatever the plane: atoms are counted, not measured.
    """
    crystal, lattice_parameter = limits.crystal, limits.lattice_parameter
    half = lattice_parameter / 2
    grains = ((interface.normal_a, interface.periods_a), (interface.normal_b, interface.periods_b))
    spacings = [plane_spacing(normal, lattice_parameter, crystal.centring) for normal, _ in grains]
    cells = [plane_cells(normal, periods, crystal.centring) for normal, periods in grains]
    per_plane = crystal.atoms_per_primitive_cell
    thickness = max(
        limits.min_grain_thickness,
        # cells[i]/spacings[i] is the area over the primitive volume, the same for both grains but for strain
        limits.min_atoms * spacings[0] / (2 * per_plane * cells[0]),
    )
    planes = [ceil(thickness / d - 1e-9) for d in spacings]
    first, second = interface.periods_a
    mean = _mean_cell(interface)
    period_1 = half * sqrt(mean[0][0])
    offset = Fraction(dot(first, second), dot(first, first)) if axis_normal_deg == 90.0 else Fraction(0)
    across = sqrt(mean[1][1] - mean[0][1] ** 2 / mean[0][0])
    rectangle = across * offset.denominator if axis_normal_deg == 90.0 else sqrt(mean[1][1])
    return CatalogueEntry(
        axis=axis,
        angle_deg=angle_deg,
        sigma=sigma,
        normal_a=interface.normal_a,
        normal_b=interface.normal_b,
        character=character,
        inclination_deg=inclination_deg,
        axis_normal_deg=axis_normal_deg,
        period_1=period_1,
        period_2=half * rectangle,
        periods_a=interface.periods_a,
        periods_b=interface.periods_b,
        area=period_1 * half * across,
        plane_spacing=spacings[0],
        plane_spacing_b=spacings[1],
        planes=planes[0],
        planes_b=planes[1],
        n_atoms=per_plane * (planes[0] * cells[0] + planes[1] * cells[1]),
        strain=strain,
    )


def plane_spacing(normal: Indices, lattice_parameter: float, centring: Centring) -> float:
    """Return the distance between lattice planes, in the unit of ``lattice_parameter``."""
    return lattice_parameter / 2 * plane_spacing_half_units(normal, centring) / sqrt(dot(normal, normal))


def plane_cells(normal: Indices, periods: Periods, centring: Centring) -> int:
    """Return how many primitive cells of the plane's lattice a cell with the given periods holds."""
    b1, b2, _ = plane_basis(normal, centring)
    primitive, face = cross(b1, b2), cross(*periods)
    # both are multiples of the normal
    return abs(dot(face, normal)) // abs(dot(primitive, normal))


def _mean_cell(interface: Interface) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the metric of the common cell, units (a/2)²: both grains stretch half way to meet."""
    metrics = []
    for first, second in (interface.periods_a, interface.periods_b):
        metrics.append((dot(first, first), dot(first, second), dot(second, second)))
    if metrics[0] == metrics[1]:
        g11, g12, g22 = metrics[0]
        return (g11, g12), (g12, g22)
    (a11, a12, a22), (b11, b12, b22) = metrics
    x = (sqrt(a11) + sqrt(b11)) / 2
    y = (a12 / sqrt(a11) + b12 / sqrt(b11)) / 2
    z = (sqrt(a22 - a12**2 / a11) + sqrt(b22 - b12**2 / b11)) / 2
    return (x * x, x * y), (x * y, y * y + z * z)


_UNITS = {
    "period_1": "period_1_A",
    "period_2": "period_2_A",
    "area": "area_A2",
    "plane_spacing": "plane_spacing_A",
    "plane_spacing_b": "plane_spacing_b_A",
}


def entry_record(entry: CatalogueEntry) -> dict[str, Any]:
    """Return an entry as JSON-ready values, a unit in every name that has one."""
    return {_UNITS.get(name, name): value for name, value in entry.to_dict().items()}


def catalogue_text(entries: Sequence[CatalogueEntry], path: Path) -> str:
    """Return the entries in the format that a file's name stands for.

    Args:
        entries: one or more.
        path: ends in ``.csv`` (index triples separated by spaces) or ``.json``.

    Raises:
        StructureError: for another name.
    """
    records = [entry_record(entry) for entry in entries]
    if path.suffix == ".json":
        return json.dumps(records, indent=1) + "\n"
    if path.suffix != ".csv":
        raise StructureError.about("output", str(path), "a name ending in .csv or .json", "Rename the file.")
    return csv_text([records[0], *(map(_cell, record.values()) for record in records)])


def _cell(value: Any) -> Any:
    if not isinstance(value, tuple):
        return "" if value is None else value
    inner = [_cell(item) for item in value]
    return ("; " if isinstance(value[0], tuple) else " ").join(map(str, inner))
