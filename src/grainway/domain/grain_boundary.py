"""What a boundary is asked to be, and what was built."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import gcd
from typing import Any, Literal

from ase import Atoms

from grainway.errors import StructureError

Indices = tuple[int, int, int]
Connection = Literal["planar"]
Character = Literal["none", "symmetric tilt"]

LAYER_THICKNESS_A = 2.7
"""One atomic layer: the O-O spacing of garnet. Plane spacings, 0.5 to 9 Å, cannot count layers."""

WIDTH_LAYERS_RANGE = (1, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundarySpec:
    """The recipe of one boundary, in integers and dimensionless fractions.

    Attributes:
        axis: misorientation axis [uvw], parallel to the cell's x.
        normal_a: plane (hkl) of the lower grain, parallel to the cell's z.
        normal_b: plane of the upper grain.
        angle_deg: misorientation about ``axis`` (the disorientation), degrees.
        sigma: coincidence index Σ.
        character: ``"symmetric tilt"``, or ``"none"`` for the perfect crystal cut and rejoined.
        planes: lattice planes per grain; any whole number is framework-stoichiometric.
        connection: how boundaries meet; ``"planar"`` is two parallel boundaries per cell.
        width_layers: thickness of the boundary band in layers of 2.7 Å; the band that is annealed.
        translation: shift of the upper grain along the two in-plane periods, fractions in [0, 1).
        termination: height of the cut in units of the plane spacing, in [0, 1).
    """

    axis: Indices
    normal_a: Indices
    normal_b: Indices
    angle_deg: float
    sigma: int
    character: Character
    planes: int
    connection: Connection = "planar"
    width_layers: int = 3
    translation: tuple[float, float] = (0.0, 0.0)
    termination: float = 0.0

    def __post_init__(self) -> None:
        for name in ("axis", "normal_a", "normal_b"):
            value = getattr(self, name)
            if len(value) != 3 or gcd(*value) != 1:
                raise StructureError.about(
                    name, value, "three coprime integers", "Divide by the common factor."
                )
        for name in ("normal_a", "normal_b"):
            normal = getattr(self, name)
            if sum(u * h for u, h in zip(self.axis, normal, strict=True)):
                raise StructureError.about(
                    name,
                    normal,
                    f"a tilt boundary's plane contains the axis {list(self.axis)}",
                    "Take a plane from the Catalogue.",
                )
        if self.planes < 1:
            raise StructureError.about(
                "planes", self.planes, "1 or more", "Take it from the Catalogue entry."
            )
        if self.connection != "planar":
            raise StructureError.about("connection", self.connection, "'planar'", "Use 'planar'.")
        low, high = WIDTH_LAYERS_RANGE
        if not low <= self.width_layers <= high:
            raise StructureError.about(
                "width_layers", self.width_layers, f"{low} to {high}", "Choose 2-5 for a garnet boundary."
            )
        for name, fraction in (
            ("translation[0]", self.translation[0]),
            ("translation[1]", self.translation[1]),
            ("termination", self.termination),
        ):
            if not 0.0 <= fraction < 1.0:
                raise StructureError.about(name, fraction, "in [0, 1)", "Take it modulo 1.")

    @property
    def width(self) -> float:
        """Thickness of the boundary band, Å."""
        return self.width_layers * LAYER_THICKNESS_A

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> BoundarySpec:
        """Rebuild a spec, for example from JSON where tuples have become lists."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in record.items()}
        return cls(**values)


@dataclass(frozen=True, kw_only=True, eq=False)
class GrainBoundary:
    """A built boundary cell.

    A periodic cell holds two boundaries. They are the same macroscopically; microscopically they agree only
    for special cuts, so any result of one cell is the mean of two.

    Attributes:
        atoms: periodic structure with integer array ``grain`` (0 lower, 1 upper); z is the normal.
        spec: the recipe as realised.
        area: cross-section of one boundary, Å².
        boundary_positions: heights of the boundaries along z, Å.
        gaps: contact gap opened at each boundary, Å.
    """

    atoms: Atoms
    spec: BoundarySpec
    area: float
    boundary_positions: tuple[float, ...]
    gaps: tuple[float, ...]
