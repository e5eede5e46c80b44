"""What a validation runs: temperatures, replicas and lengths."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from grainway.errors import ConfigError

DEFAULT_POTENTIALS = ("softbv", "buck_core", "du_teter")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationSettings:
    """Runs of every potential.

    Attributes:
        lattice_temperatures: of the runs at constant pressure below the ladder, K; the first is 300 K.
        ladder_temperatures: of the diffusion runs, K.
        replicas: lithium orderings, each with its own velocities, at every temperature.
        repeats: cubic cells along each axis.
        lattice_pressure: constant pressure in lattice runs, ps; averaged over the second half.
        ladder_pressure: the same in diffusion runs, ps.
        production: of diffusion runs, ps.
        seed: of the first ordering.
    """

    lattice_temperatures: tuple[float, ...] = (300.0, 500.0, 700.0)
    ladder_temperatures: tuple[float, ...] = (900.0, 1050.0, 1200.0, 1400.0)
    replicas: int = 3
    repeats: int = 1
    lattice_pressure: float = 30.0
    ladder_pressure: float = 20.0
    production: float = 250.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high, unit in (
            ("replicas", 1, 100, "orderings"),
            ("repeats", 1, 4, "cells"),
            ("lattice_pressure", 0.5, 1000.0, "ps"),
            ("ladder_pressure", 0.5, 1000.0, "ps"),
            ("production", 5.0, 1e5, "ps"),
            ("seed", 0, 10**6, ""),
        ):
            value = getattr(self, name)
            if not math.isfinite(value) or not low <= value <= high:
                raise ConfigError.about(
                    f"validation.{name}", value, f"{low:g} to {high:g} {unit}".strip(), "Choose one between."
                )
        for name, fewest in (("lattice_temperatures", 1), ("ladder_temperatures", 2)):
            temperatures = getattr(self, name)
            if len(set(temperatures)) < max(fewest, len(temperatures)) or not all(
                200 <= t <= 2000 for t in temperatures
            ):
                raise ConfigError.about(
                    f"validation.{name}",
                    temperatures,
                    f"{fewest} or more different temperatures of 200 to 2000 K",
                    "Correct them.",
                )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return asdict(self)


QUICK = ValidationSettings(
    lattice_temperatures=(300.0, 700.0),
    ladder_temperatures=(1000.0, 1200.0, 1400.0),
    replicas=2,
    lattice_pressure=8.0,
    ladder_pressure=6.0,
    production=25.0,
)
"""Minutes instead of half an hour; shows that everything works, not what a potential is worth."""
