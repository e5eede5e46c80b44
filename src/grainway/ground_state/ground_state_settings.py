"""What a search for the ground state of a boundary looks at."""

from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any

from grainway.domain.composition_change import LARGEST_PER_NM2
from grainway.errors import ConfigError
from grainway.simulation.minimise.minimisation_script import MinimisationSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """What is searched and how.

    Attributes:
        potential: name of the potential.
        n_candidates: translations and cuts looked at.
        n_minimise: of these are minimised, those with the smallest sum of contact gaps.
        lithium_oxide_per_nm2: amounts of Li2O tried for each, per nm² of boundary.
        delta_mu: μ(Li2O) below that of antifluorite Li2O at 0 K in the same potential, eV, 0 or less.
        n_orderings: lithium orderings of the lowest candidate, for the uncertainty.
        dipole_limit: cuts with a larger dipole are left out, e/Å.
        seed: of candidates and lithium orderings.
        minimisation: tolerances.
        same_energy: candidates closer than this may be the same boundary, J/m²; their lithium may differ.
        same_volume: their excess volumes likewise, Å.
        same_distance: their frameworks likewise, Å per ion.
    """

    potential: str = "softbv"
    n_candidates: int = 200
    n_minimise: int = 20
    lithium_oxide_per_nm2: tuple[float, ...] = (0.0,)
    delta_mu: float = 0.0
    n_orderings: int = 3
    dipole_limit: float = 0.1
    seed: int = 0
    minimisation: MinimisationSettings = field(default_factory=MinimisationSettings)
    same_energy: float = 0.02
    same_volume: float = 0.05
    same_distance: float = 0.3

    def __post_init__(self) -> None:
        for name, low, high in (
            ("n_candidates", 1, 1_000_000),
            ("n_minimise", 1, self.n_candidates),
            ("n_orderings", 1, 64),
            ("seed", 0, 2**31 - 1),
            ("delta_mu", -20.0, 0.0),
            ("dipole_limit", 0.0, 100.0),
            ("same_energy", 0.0, 1.0),
            ("same_volume", 0.0, 1.0),
            ("same_distance", 0.0, 2.0),
        ):
            value = getattr(self, name)
            if not isfinite(value) or not low <= value <= high:
                raise ConfigError.about(name, value, f"{low} to {high}", "Choose a value in this range.")
            if isinstance(low, int) and value != int(value):
                raise ConfigError.about(name, value, "a whole number", "Round it.")
        amounts = self.lithium_oxide_per_nm2
        if not amounts or len(set(amounts)) != len(amounts):
            raise ConfigError.about(
                "lithium_oxide_per_nm2", amounts, "one amount or more, each once", "0 is stoichiometric."
            )
        for amount in amounts:
            if not isfinite(amount) or abs(amount) > LARGEST_PER_NM2:
                raise ConfigError.about(
                    "lithium_oxide_per_nm2",
                    amount,
                    f"-{LARGEST_PER_NM2:g} to {LARGEST_PER_NM2:g} per nm²",
                    "One lattice plane of the garnet holds about 4 Li2O per nm².",
                )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return asdict(self)
