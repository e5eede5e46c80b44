"""Between the optimiser's points and boundaries that exist: the design space, snapping and features."""

from dataclasses import dataclass
from math import cos, pi, sin

from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.file.design_section import DesignSection, axis_indices
from grainway.design_space import Categorical, Continuous, DesignSpace, Integer, Parameter, Values
from grainway.domain import LAYER_THICKNESS_A, BoundarySpec, Composition
from grainway.errors import ConfigError, StructureError
from grainway.structure import Catalogue, CatalogueEntry
from grainway.structure.filling.stoichiometry import nearest_whole

LEAST_INTERIOR_A = 9.0
"""A grain must hold this much crystal between its annealed bands for its order to be watched, Å."""

_TRANSLATION_GRID = 1000  # shares of a period below 0.1 % are beneath any physical meaning
_NO_COINCIDENCE = 1e3
"""Coincidence index that stands for none: beyond any whose cusp could be seen."""
_FRACTIONS = ("translation_1", "translation_2", "termination", "termination_b")
_PER_AREA = ("lithium_oxide", "lithium_transfer")


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
            axes=tuple(axis_indices(name) for name in design.axes),
            characters=tuple(design.characters),
            max_strain=design.max_strain,
        )
    except StructureError as error:
        raise ConfigError(f"design: {error}") from error


@dataclass(frozen=True)
class Proposals:
    """The campaign's design space over its catalogue.

    Attributes:
        space: what the optimiser sees.
        catalogue: what can be built.
        fixed: what is not varied but not 0 either: width and amounts of composition.
    """

    space: DesignSpace
    catalogue: Catalogue
    fixed: dict[str, float]

    def entry(self, values: Values) -> CatalogueEntry:
        """Return the catalogue entry that a point snaps to.

        The inclination is a share of the range that the catalogue has about the axis: the planes about [001]
        repeat every 45° of the median normal (two mirror planes), about [110] every 90°.
        """
        axis = axis_indices(str(values["axis"])) if "axis" in values else self.catalogue.entries[0].axis
        inclination = float(values["inclination"]) * self._largest_inclination(axis)
        normal = 90.0 * float(values.get("axis_normal", 1.0))
        return self.catalogue.snap(axis, float(values["angle"]), inclination, normal).entry

    def share_of_inclination(self, entry: CatalogueEntry) -> float:
        """Return the inclination of an entry as the share of the range about its axis."""
        largest = self._largest_inclination(entry.axis)
        return entry.inclination_deg / largest if largest else 0.0

    def _largest_inclination(self, axis: tuple[int, int, int]) -> float:
        return max(e.inclination_deg for e in self.catalogue.entries if e.axis == axis)

    def entries(self) -> list[Values]:
        """Return the boundaries of the catalogue as values of the parameters that choose one.

        An entry that no values stand for alone, because snapping prefers another one, is left out.
        """
        bounds = {parameter.name: parameter for parameter in self.space.parameters}
        axes = {axis_indices(str(name)): name for name in getattr(bounds.get("axis"), "choices", ())}
        found = []
        for entry in self.catalogue.entries:
            wished = {
                "axis": axes.get(entry.axis),
                "angle": entry.angle_deg,
                "inclination": self.share_of_inclination(entry),
                "axis_normal": entry.axis_normal_deg / 90.0,
            }
            values: Values = {}
            for name, value in wished.items():
                if name in bounds and value is not None:
                    values[name] = bounds[name].canonical(value)
            if self.entry(values) == entry:
                found.append(values)
        return found

    def spec(self, values: Values) -> BoundarySpec:
        """Return the recipe that a point stands for."""
        return self.entry(values).spec(
            width_layers=self._width(values),
            translation=(self._fraction(values, "translation_1"), self._fraction(values, "translation_2")),
            termination=self._fraction(values, "termination"),
            termination_b=self._fraction(values, "termination_b") if "termination_b" in values else None,
            composition=Composition(
                lithium_oxide_per_nm2=self._per_area(values, "lithium_oxide"),
                lithium_transfer_per_nm2=self._per_area(values, "lithium_transfer"),
                oxygen_vacancies=self._amount(values, "oxygen_vacancies"),
            ),
        )

    def features(self, values: Values) -> dict[str, float]:
        """Return what is known of a point before it is simulated: the realised boundary, not the wish.

        Periodic quantities enter as cosine and sine, so that 0.99 and 0.01 are neighbours.
        """
        entry = self.entry(values)
        found = {
            "angle_deg": entry.angle_deg,
            "sigma": float(entry.sigma or _NO_COINCIDENCE),
            "inclination_deg": entry.inclination_deg,
            "plane_spacing": entry.plane_spacing,
            "width_layers": float(self._width(values)),
        }
        if len({e.axis_normal_deg for e in self.catalogue.entries}) > 1:
            found["axis_normal_deg"] = entry.axis_normal_deg
        if any(e.character == "asymmetric tilt" for e in self.catalogue.entries):
            found["plane_spacing_b"] = entry.plane_spacing_b
        for name in _FRACTIONS:
            if name in values:
                phase = 2 * pi * self._fraction(values, name)
                found[f"{name}_cos"], found[f"{name}_sin"] = cos(phase), sin(phase)
        found |= {name: self._per_area(values, name) for name in _PER_AREA if name in values}
        if "oxygen_vacancies" in values:
            found["oxygen_vacancies"] = self._amount(values, "oxygen_vacancies")
        return found

    def _width(self, values: Values) -> int:
        return int(values.get("width_layers", self.fixed["width_layers"]))

    def _per_area(self, values: Values, name: str) -> float:
        """Return an amount per nm² that is a whole number of units per boundary, as it is built."""
        area = self.entry(values).area / 100
        return round(nearest_whole(self._amount(values, name) * area) / area, 6)

    def _amount(self, values: Values, name: str) -> float:
        """Return an amount of composition, rounded beneath any physical meaning."""
        return round(float(values.get(name, self.fixed.get(name, 0.0))), 3)

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
            f"at least {needed:.1f} angstrom with bands of {design.width_max} layers, "
            "or a grain has no inside",
            "Raise it, or lower design.width_max.",
        )
    catalogue = build_catalogue(design)
    present = [name for name in design.axes if any(e.axis == axis_indices(name) for e in catalogue.entries)]
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
    if len({entry.axis_normal_deg for entry in catalogue.entries}) > 1:
        parameters.append(Continuous("axis_normal", 0.0, 1.0))
    fixed: dict[str, float] = {"width_layers": design.width_min}
    if design.width_min < design.width_max:
        parameters.append(Integer("width_layers", design.width_min, design.width_max))
    if design.translation:
        parameters += [Continuous("translation_1", 0.0, 1.0), Continuous("translation_2", 0.0, 1.0)]
    if design.termination:
        parameters.append(Continuous("termination", 0.0, 1.0))
    if design.both_cuts:
        parameters.append(Continuous("termination_b", 0.0, 1.0))
    for name, least, most in (
        ("lithium_oxide", design.lithium_oxide_min, design.lithium_oxide_max),
        ("lithium_transfer", design.lithium_transfer_min, design.lithium_transfer_max),
        ("oxygen_vacancies", 0.0, design.oxygen_vacancies_max),
    ):
        if least < most:
            parameters.append(Continuous(name, least, most))
        else:
            fixed[name] = least
    return Proposals(DesignSpace(tuple(parameters)), catalogue, fixed)
