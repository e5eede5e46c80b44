"""How a boundary is asked for on the command line: options that several commands share."""

import re
from dataclasses import dataclass, field
from math import ceil, isfinite
from pathlib import Path
from typing import Annotated

import typer

from grainway.domain import BoundarySpec, Composition
from grainway.domain.grain_boundary import Character, Connection, Indices
from grainway.errors import ConfigError
from grainway.structure import Catalogue, Snap, load_crystal, load_garnet
from grainway.structure.catalogue.boundary_search import CHARACTERS
from grainway.structure.catalogue.catalogue import LARGEST_ANGLE_DEG
from grainway.structure.crystal.crystal import IonicCrystal

Axis = Annotated[str, typer.Option(help="Misorientation axis, such as 001, 110, 1-12 or 1,0,2.")]
Angle = Annotated[float | None, typer.Option(help="Misorientation wanted, degrees.")]
Inclination = Annotated[
    float, typer.Option(help="Where the plane lies about the axis: angle of the median normal, degrees.")
]
AxisNormal = Annotated[
    float, typer.Option(help="Angle between axis and plane normal, degrees: 90 for tilt, 0 for twist.")
]
Width = Annotated[int, typer.Option(help="Boundary band, layers of 2.7 Å.")]
Translation = Annotated[
    tuple[float, float], typer.Option(help="Shift of the upper grain, shares of the two periods.")
]
Termination = Annotated[float, typer.Option(help="Height of the cut, share of the plane spacing.")]
TerminationB = Annotated[
    float | None, typer.Option(help="Height of the upper grain's cut, if it is another.", show_default=False)
]
Connect = Annotated[
    Connection, typer.Option(help="How boundaries meet: flat, in steps, in columns, or in three directions.")
]
LithiumOxide = Annotated[float, typer.Option(help="Li2O added (+) or removed (-) per nm² of each boundary.")]
Vacancies = Annotated[float, typer.Option(help="V_O with 2 V_Li per formula unit of the region.")]
Transfer = Annotated[float, typer.Option(help="Li per nm² moved from the grains into each band.")]
Dopant = Annotated[
    list[str] | None,
    typer.Option(help="Element and amount per formula unit, such as Ta=0.25. Repeat it for more."),
]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="Vacancies and dopants in the grains too.")]
Crystal = Annotated[
    Path | None, typer.Option(help="Another cubic crystal with lithium: a CIF, or TOML.", show_default=False)
]
MaxAtoms = Annotated[
    int | None,
    typer.Option(
        help="Largest cell of two planar boundaries; "
        "for another crystal in proportion to the atoms of its primitive cell.",
        show_default="5000",
    ),
]
MaxStrain = Annotated[float, typer.Option(help="Largest stretch of a grain; 0 for exact coincidences only.")]
Thickness = Annotated[float, typer.Option(help="Least thickness of a grain, Å.")]
Seed = Annotated[int, typer.Option(min=0, help="Of lithium orderings and places.")]


_GARNET_ATOMS = 5000
_TILT_DEG = 90.0
_AROUND_DEG = 3.0  # how far beyond a wish the boundary nearest to it is looked for, at least


def parse_axis(text: str) -> Indices:
    """Return a direction from text such as ``001``, ``1-12``, ``[1 1 0]`` or ``1,-1,0``.

    Raises:
        ConfigError: when it is none.
    """
    body = text.strip().strip("[]")
    if re.search(r"[\s,]", body):
        found = [part for part in re.split(r"[\s,]+", body) if part]
    else:
        found = re.findall(r"-?\d", body)
        body_read = "".join(found)
        found = found if body_read == body else []
    if len(found) != 3 or not all(re.fullmatch(r"-?\d+", part) for part in found):
        raise ConfigError.about(
            "axis", text, "three whole numbers [uvw]", "Write --axis 001 or --axis 1,-1,2."
        )
    u, v, w = (int(part) for part in found)
    return u, v, w


def parse_dopants(texts: list[str] | None) -> tuple[tuple[str, float], ...]:
    """Return elements and amounts from texts such as ``Ta=0.25``.

    Raises:
        ConfigError: when one is not of this form.
    """
    found = []
    for text in texts or ():
        element, _, amount = text.partition("=")
        try:
            found.append((element.strip(), float(amount)))
        except ValueError as error:
            raise ConfigError.about(
                "dopant", text, "an element and an amount", "Write --dopant Ta=0.25."
            ) from error
    return tuple(found)


def open_crystal(path: Path | None) -> IonicCrystal:
    """Return the crystal of a file, or the garnet without one."""
    return load_garnet() if path is None else load_crystal(path)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a user asks of one boundary."""

    axis: str
    angle: float
    inclination: float = 0.0
    axis_normal: float = 90.0
    width: int = 3
    translation: tuple[float, float] = (0.0, 0.0)
    termination: float = 0.0
    termination_b: float | None = None
    connection: Connection = "planar"
    composition: Composition = field(default_factory=Composition)

    def nearest(self, catalogue: Catalogue) -> tuple[BoundarySpec, Snap]:
        """Return the recipe of the catalogue's boundary nearest to the wish, and how far it is.

        Raises:
            StructureError: when the catalogue has none about the axis, or a number is out of range.
            ConfigError: when the angle is outside the catalogue's range.
        """
        low, high = catalogue.angle_range_deg
        if not low <= self.angle <= high:
            raise ConfigError.about(
                "angle",
                self.angle,
                f"{low:g} to {high:g} degrees",
                "Change the angle, or the range of angles.",
            )
        snap = catalogue.snap(parse_axis(self.axis), self.angle, self.inclination, self.axis_normal)
        spec = snap.entry.spec(
            width_layers=self.width,
            translation=self.translation,
            termination=self.termination,
            termination_b=self.termination_b,
            connection=self.connection,
            composition=self.composition,
        )
        return spec, snap


def atoms_allowed(max_atoms: int | None, crystal: IonicCrystal) -> int:
    """Return the largest cell: as given, or as many primitive cells as 5000 atoms of the garnet hold.

    The number of boundaries grows with the third power of the cells, whatever they hold.
    """
    if max_atoms is not None:
        return max_atoms
    return ceil(_GARNET_ATOMS * crystal.atoms_per_primitive_cell / load_garnet().atoms_per_primitive_cell)


def range_around(angle: float, low: float, high: float) -> tuple[float, float]:
    """Return a range of angles widened so that boundaries on both sides of a wish are in it, degrees."""
    if not isfinite(angle):
        raise ConfigError.about("angle", angle, "a finite number of degrees", "Give a number.")
    return max(min(low, angle - _AROUND_DEG), 1.0), min(max(angle + _AROUND_DEG, high), LARGEST_ANGLE_DEG)


def own_catalogue(
    wish: Wish, crystal: IonicCrystal, max_atoms: int | None, max_strain: float, thickness: float
) -> Catalogue:
    """Return the boundaries about the wish's axis; where boundaries meet only the kind that can."""
    kinds: tuple[Character, ...] = CHARACTERS
    if wish.connection != "planar":
        kinds = ("symmetric tilt",)
    elif wish.axis_normal == _TILT_DEG:
        kinds = ("symmetric tilt", "asymmetric tilt")
    return Catalogue(
        lattice_parameter=crystal.lattice_parameter,
        crystal=crystal,
        max_atoms=atoms_allowed(max_atoms, crystal),
        max_strain=max_strain if wish.connection == "planar" else 0.0,
        min_grain_thickness=thickness,
        angle_range_deg=range_around(wish.angle, 5.0, 30.0),
        axes=(parse_axis(wish.axis),),
        characters=kinds,
    )


def distance_in_words(snap: Snap) -> str:
    """Return how far a boundary is from what was asked."""
    return (
        f"{snap.angle_error_deg:+.3f} degrees, inclination {snap.inclination_error_deg:+.1f} degrees, "
        f"axis to normal {snap.axis_normal_error_deg:+.1f} degrees"
    )
