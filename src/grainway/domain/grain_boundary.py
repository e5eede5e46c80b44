"""What a boundary is asked to be, and what was built."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import gcd
from typing import Any, Literal, get_args

from ase import Atoms

from grainway.domain.composition_change import Composition
from grainway.domain.plain_numbers import listed, real_number, whole_indices, whole_number
from grainway.errors import StructureError

Indices = tuple[int, int, int]
Periods = tuple[Indices, Indices]
Connection = Literal["planar", "stepped", "orthogonal", "network"]
Character = Literal["none", "symmetric tilt", "asymmetric tilt", "twist", "mixed"]

LAYER_THICKNESS_A = 2.7
"""One atomic layer: the O-O spacing of garnet. Plane spacings, 0.5 to 9 Å, cannot count layers."""

WIDTH_LAYERS_RANGE = (1, 8)

LARGEST_STRAIN = 0.1
"""Beyond it a grain is another crystal; the catalogue lists up to 0.03."""

POLAR_E_PER_A = 0.1
"""Dipole of a plane per cross-section above which a cut is called polar; (510) has 0.07, (001) up to 0.6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundarySpec:
    """The recipe of one boundary, in integers and dimensionless fractions.

    Lists are taken for tuples and numbers of any library's type for plain ones.

    Attributes:
        axis: misorientation axis [uvw].
        normal_a: plane (hkl) of the lower grain, parallel to the cell's z.
        normal_b: plane of the upper grain.
        angle_deg: misorientation about ``axis`` (the disorientation), degrees.
        sigma: coincidence index Σ; None where the grains only nearly coincide.
        character: what the axis is to the plane, or ``"none"`` for the perfect crystal cut and rejoined.
        planes: lattice planes of the lower grain; any whole number is framework-stoichiometric.
        planes_b: lattice planes of the upper grain; None for the same number.
        periods_a: the cell's two in-plane vectors as lattice vectors of the lower grain, units of a/2; None
            for the shortest along the axis and across it, which a symmetric tilt boundary has.
        periods_b: the same two vectors in the upper grain.
        strain: largest strain that either grain takes to fit the common cell; 0 for exact coincidence.
        connection: how boundaries meet. ``"planar"``: two parallel boundaries per cell. ``"stepped"``:
            each boundary alternates between facets on ``normal_a`` and facets perpendicular to it.
            ``"orthogonal"``: a checkerboard of columns along the axis, boundaries on two planes.
            ``"network"``: blocks that alternate in all three directions, boundary normals not coplanar.
        width_layers: thickness of the boundary band in layers of 2.7 Å; the band that is annealed.
        translation: shift of the upper grain along the two in-plane periods, fractions in [0, 1).
        termination: height of the lower grain's cut in units of its plane spacing, in [0, 1).
        termination_b: height of the upper grain's cut; None for the same as ``termination``.
        composition: changes of composition.
    """

    axis: Indices
    normal_a: Indices
    normal_b: Indices
    angle_deg: float
    sigma: int | None
    character: Character
    planes: int
    planes_b: int | None = None
    periods_a: Periods | None = None
    periods_b: Periods | None = None
    strain: float = 0.0
    connection: Connection = "planar"
    width_layers: int = 3
    translation: tuple[float, float] = (0.0, 0.0)
    termination: float = 0.0
    termination_b: float | None = None
    composition: Composition = field(default_factory=Composition)

    def __post_init__(self) -> None:
        self._make_plain()
        for name in ("axis", "normal_a", "normal_b"):
            value = getattr(self, name)
            if gcd(*value) != 1:
                raise StructureError.about(
                    name, value, "three coprime integers", "Divide by the common factor."
                )
        for name, allowed in (("connection", get_args(Connection)), ("character", get_args(Character))):
            if getattr(self, name) not in allowed:
                raise StructureError.about(name, getattr(self, name), f"one of {allowed}", "Choose one.")
        if not 0.0 <= self.strain <= LARGEST_STRAIN:
            raise StructureError.about(
                "strain", self.strain, f"0 to {LARGEST_STRAIN:g}", "Take it from a Catalogue entry."
            )
        self._check_planes()
        self._check_fractions()

    def _make_plain(self) -> None:
        plain: dict[str, object] = {n: whole_indices(n, getattr(self, n)) for n in _INDICES}
        for name in _PERIODS:
            if (value := getattr(self, name)) is not None:
                pair = listed(name, value, 2, "two vectors of three integers")
                plain[name] = tuple(whole_indices(name, v) for v in pair)
        for name in _WHOLE:
            if (value := getattr(self, name)) is not None or name in ("planes", "width_layers"):
                plain[name] = whole_number(name, value)
        for name in _REAL:
            if (value := getattr(self, name)) is not None or name != "termination_b":
                plain[name] = real_number(name, value)
        shift = listed("translation", self.translation, 2, "two fractions")
        plain["translation"] = tuple(real_number("translation", x) for x in shift)
        for name, value in plain.items():
            object.__setattr__(self, name, value)
        if not isinstance(self.composition, Composition):
            raise StructureError.about(
                "composition", self.composition, "a Composition", "Use Composition(...) or leave it out."
            )

    def _check_planes(self) -> None:
        tilt = self.character in ("symmetric tilt", "asymmetric tilt", "none")
        if (self.periods_a is None) != (self.periods_b is None) or (self.periods_a is None and not tilt):
            raise StructureError.about(
                "periods_a, periods_b",
                (self.periods_a, self.periods_b),
                "both given, or both left out for a tilt boundary",
                "Take them from a Catalogue entry.",
            )
        for name in ("a", "b"):
            normal = getattr(self, f"normal_{name}")
            in_plane = (self.axis,) if tilt else ()
            for direction in in_plane + (getattr(self, f"periods_{name}") or ()):
                if sum(u * h for u, h in zip(direction, normal, strict=True)):
                    raise StructureError.about(
                        f"normal_{name}",
                        normal,
                        f"a plane contains {list(direction)}"
                        + (", the axis of a tilt boundary" if direction == self.axis else ""),
                        "Take plane and periods from a Catalogue entry.",
                    )
        if tilt and self.periods_a is not None and self.periods_b is not None:
            along = [_along(p[0], self.axis) for p in (self.periods_a, self.periods_b)]
            if along[0] * along[1] <= 0:
                raise StructureError.about(
                    "periods_a, periods_b",
                    (self.periods_a, self.periods_b),
                    f"the first vectors of a tilt boundary both lie along its axis {self.axis}",
                    "Take them from a Catalogue entry.",
                )
        for name in ("planes", "planes_b"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise StructureError.about(name, value, "1 or more", "Take it from the Catalogue entry.")

    def _check_fractions(self) -> None:
        low, high = WIDTH_LAYERS_RANGE
        if not low <= self.width_layers <= high:
            raise StructureError.about(
                "width_layers", self.width_layers, f"{low} to {high}", "Choose 2-5 for a garnet boundary."
            )
        for name, fraction in (
            ("translation[0]", self.translation[0]),
            ("translation[1]", self.translation[1]),
            ("termination", self.termination),
            ("termination_b", self.cut_b),
        ):
            if not 0.0 <= fraction < 1.0:
                raise StructureError.about(name, fraction, "in [0, 1)", "Take it modulo 1.")

    @property
    def width(self) -> float:
        """Thickness of the boundary band, Å."""
        return self.width_layers * LAYER_THICKNESS_A

    @property
    def n_planes_b(self) -> int:
        """Lattice planes of the upper grain."""
        return self.planes if self.planes_b is None else self.planes_b

    @property
    def cut_b(self) -> float:
        """Height of the upper grain's cut in units of its plane spacing."""
        return self.termination if self.termination_b is None else self.termination_b

    @property
    def sigma_label(self) -> str:
        """Σ in print, such as ``"Σ13"``; a near coincidence has none."""
        return "near-coincident" if self.sigma is None else f"Σ{self.sigma}"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> BoundarySpec:
        """Rebuild a spec, for example from JSON where tuples have become lists."""
        values: dict[str, Any] = {k: _tuples(v) for k, v in record.items()}
        if isinstance(values.get("composition"), dict):
            values["composition"] = Composition.from_dict(values["composition"])
        return cls(**values)


_INDICES = ("axis", "normal_a", "normal_b")
_PERIODS = ("periods_a", "periods_b")
_WHOLE = ("sigma", "planes", "planes_b", "width_layers")
_REAL = ("angle_deg", "strain", "termination", "termination_b")


def _along(vector: Indices, axis: Indices) -> int:
    """Return the scalar product of two vectors on one line, 0 when they are not."""
    (x, y, z), (u, v, w) = vector, axis
    if (y * w - z * v, z * u - x * w, x * v - y * u) != (0, 0, 0):
        return 0
    return x * u + y * v + z * w


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list | tuple) else value


@dataclass(frozen=True, kw_only=True, eq=False)
class GrainBoundary:
    """A built boundary cell.

    A periodic cell holds two boundaries. They are the same macroscopically; microscopically they agree only
    for special cuts, so any result of one cell is the mean of two.

    Attributes:
        atoms: periodic structure with integer array ``grain`` (0 lower, 1 upper); z is the normal.
        spec: the recipe as realised; where boundaries meet the cut stays as asked, though columns are cut at
            the nearest place at which each grain holds whole formula units.
        area: cross-section of one boundary, Å²; for connected boundaries half of the whole boundary area.
        boundary_positions: heights of the boundaries along z, Å.
        gaps: contact gap opened at each boundary, Å.
        dipoles: dipole of one lattice plane per cross-section in each grain as cut, e/Å; far from zero for
            a polar cut; empty where boundaries meet, whose faces lie on more than one plane.
        composition_changes: whole neutral units that were put in (+) or taken out (-), by name.
    """

    atoms: Atoms
    spec: BoundarySpec
    area: float
    boundary_positions: tuple[float, ...]
    gaps: tuple[float, ...]
    dipoles: tuple[float, ...] = ()
    composition_changes: dict[str, int] = field(default_factory=dict)

    @property
    def is_polar(self) -> bool | None:
        """Whether a grain's cut leaves a dipole that the boundary must screen; None where none is stated."""
        return any(abs(d) > POLAR_E_PER_A for d in self.dipoles) if self.dipoles else None
