"""The variables of the design in the words of people: what they are, and their unit."""

from dataclasses import dataclass

from grainway.design_space.parameters import Value


@dataclass(frozen=True, slots=True)
class DesignVariable:
    """How a variable of the design is shown.

    Attributes:
        label: what it is.
        unit: of the shown values; empty without one.
        factor: from the optimiser's number to the shown one.
    """

    label: str
    unit: str = ""
    factor: float = 1.0

    @property
    def heading(self) -> str:
        """Label and unit."""
        return f"{self.label} / {self.unit}" if self.unit else self.label

    def shown(self, value: Value) -> Value:
        """Return a value in the unit."""
        return value if isinstance(value, str) or self.factor == 1.0 else self.factor * value


_VARIABLES = {
    "axis": DesignVariable("misorientation axis"),
    "angle": DesignVariable("misorientation", "°"),
    "inclination": DesignVariable("inclination", "share of the largest about the axis"),
    "axis_normal": DesignVariable("angle between axis and normal", "°", 90.0),
    "width_layers": DesignVariable("width of the annealed band", "layers of 2.7 Å"),
    "translation_1": DesignVariable("translation along the first edge", "periods"),
    "translation_2": DesignVariable("translation along the second edge", "periods"),
    "termination": DesignVariable("height of the cut", "periods"),
    "termination_b": DesignVariable("height of the second grain's cut", "periods"),
    "lithium_oxide": DesignVariable("Li2O added", "nm⁻²"),
    "lithium_transfer": DesignVariable("Li moved to the boundary", "nm⁻²"),
    "oxygen_vacancies": DesignVariable("oxygen vacancies made", "per formula unit"),
}


def design_variable(name: str) -> DesignVariable:
    """Return how a variable of the design is shown; one without words keeps its name."""
    return _VARIABLES.get(name, DesignVariable(name))
