"""Between the optimiser's points and boundaries that exist: the design space, snapping and features."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

from grainway.campaign.config import CampaignConfig, DesignSection
from grainway.design_space import Categorical, Continuous, DesignSpace, Integer, Parameter, Values
from grainway.domain import LAYER_THICKNESS_A, BoundarySpec
from grainway.errors import ConfigError, StructureError
from grainway.structure import Catalogue, CatalogueEntry

_AXES = {"001": (0, 0, 1), "110": (1, 1, 0)}
_LARGEST_INCLINATION = {"001": 45.0, "110": 90.0}
"""The planes about [001] repeat every 45° of the median normal (two mirror planes), about [110] every 90°."""

LEAST_INTERIOR_A = 9.0
"""A grain must hold this much crystal between its annealed bands for its order to be watched, Å."""

_TRANSLATION_GRID = 1000  # shares of a period below 0.1 % are beneath any physical meaning


def build_catalogue(design: DesignSection) -> Catalogue:
    """Return the boundaries that the campaign may use.

    Raises:
        ConfigError: when none fits the caps; the message says what would.
    """
    try:
        return Catalogue(
            max_atoms=design.max_atoms,
            min_grain_thickness=design.min_grain_thickness,
            angle_range_deg=(design.angle_min, design.angle_max),
            min_atoms=design.min_atoms,
            axes=design.axis_indices,
            characters=("symmetric tilt",),
            max_strain=0.0,
        )
    except StructureError as error:
        raise ConfigError(f"design: {error}") from error


@dataclass(frozen=True)
class Proposals:
    """The campaign's design space over its catalogue.

    Attributes:
        space: what the optimiser sees.
        catalogue: what can be built.
        fixed_width: layers of the band where the width is not varied.
    """

    space: DesignSpace
    catalogue: Catalogue
    fixed_width: int

    def entry(self, values: Values) -> CatalogueEntry:
        """Return the catalogue entry that a point snaps to."""
        listed = sorted({entry.axis for entry in self.catalogue.entries})
        name = str(values["axis"]) if "axis" in values else _axis_name(listed[0])
        angle = float(values["angle"])
        inclination = float(values["inclination"]) * _LARGEST_INCLINATION[name]
        return self.catalogue.snap(_AXES[name], angle, inclination).entry

    def spec(self, values: Values) -> BoundarySpec:
        """Return the recipe that a point stands for."""
        return self.entry(values).spec(
            width_layers=self._width(values),
            translation=(self._fraction(values, "translation_1"), self._fraction(values, "translation_2")),
            termination=self._fraction(values, "termination"),
        )

    def features(self, values: Values) -> dict[str, float]:
        """Return what is known of a point before it is simulated: the realised boundary, not the wish.

        Periodic quantities enter as cosine and sine, so that 0.99 and 0.01 are neighbours.
        """
        entry = self.entry(values)
        found = {
            "angle_deg": entry.angle_deg,
            "sigma": float(entry.sigma or 1),
            "inclination_deg": entry.inclination_deg,
            "plane_spacing": entry.plane_spacing,
            "width_layers": float(self._width(values)),
        }
        for name in ("translation_1", "translation_2", "termination"):
            if name in values:
                phase = 2 * pi * self._fraction(values, name)
                found[f"{name}_cos"], found[f"{name}_sin"] = cos(phase), sin(phase)
        return found

    def _width(self, values: Values) -> int:
        return int(values.get("width_layers", self.fixed_width))

    @staticmethod
    def _fraction(values: Values, name: str) -> float:
        if name not in values:
            return 0.0
        return round(float(values[name]) * _TRANSLATION_GRID) % _TRANSLATION_GRID / _TRANSLATION_GRID


def make_proposals(config: CampaignConfig) -> Proposals:
    """Return the design space and catalogue of a campaign.

    Raises:
        ConfigError: when nothing can be built, or nothing is left to choose.
    """
    design = config.design
    needed = design.width_max * LAYER_THICKNESS_A + LEAST_INTERIOR_A
    if design.min_grain_thickness < needed:
        raise ConfigError.about(
            "design.min_grain_thickness",
            design.min_grain_thickness,
            f"at least {needed:.1f} angstrom with bands of {design.width_max} layers"
            ", or a grain has no inside",
            "Raise it, or lower design.width_max.",
        )
    catalogue = build_catalogue(design)
    present = [name for name in design.axes if any(e.axis == _AXES[name] for e in catalogue.entries)]
    angles = sorted({round(entry.angle_deg, 6) for entry in catalogue.entries})
    parameters: list[Parameter] = []
    if len(present) > 1:
        parameters.append(Categorical("axis", tuple(present)))
    low, high = design.angle_min, design.angle_max
    if low == high:
        raise ConfigError.about(
            "design.angle_max",
            high,
            f"larger than angle_min = {low:g}",
            f"The catalogue holds {', '.join(f'{a:.2f}' for a in angles)} degrees.",
        )
    parameters.append(Continuous("angle", low, high))
    parameters.append(Continuous("inclination", 0.0, 1.0))
    if design.width_min < design.width_max:
        parameters.append(Integer("width_layers", design.width_min, design.width_max))
    if design.translation:
        parameters += [Continuous("translation_1", 0.0, 1.0), Continuous("translation_2", 0.0, 1.0)]
    if design.termination:
        parameters.append(Continuous("termination", 0.0, 1.0))
    return Proposals(DesignSpace(tuple(parameters)), catalogue, design.width_min)


def _axis_name(axis: tuple[int, int, int]) -> str:
    return next(name for name, indices in _AXES.items() if indices == axis)
