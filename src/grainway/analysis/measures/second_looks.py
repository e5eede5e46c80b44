"""Second looks at the numbers of one run: other settings, other errors, another cut-off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grainway.analysis.boundary.resolution_check import ResolutionCheck, resolution_check
from grainway.analysis.composition.coordination import zirconium_oxygen_cutoff
from grainway.analysis.composition.oxygen_vacancies import CUTOFF_A, CUTOFF_SHIFT_A
from grainway.analysis.conductivity.error_check import Quantity, SecondOpinion, second_opinion
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.domain import Trajectory
from grainway.errors import AnalysisError

T = TypeVar("T")

_OPINIONS: dict[str, Quantity] = {"tracer_diffusivity": "tracer", "conductivity_einstein": "conductivity"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SecondLooks:
    """What other settings and other errors say of the same run.

    Attributes:
        opinions: the error of blocks of time beside the stated one, by name of the quantity.
        resolution: the bands' resistance with other bins, lags and knots; None without boundaries.
        zirconium_oxygen: first minimum of g_ZrO, Å, where the bonds of the vacancy count should end; None
            without boundaries.
        missing: why a look could not be taken, by what was looked at.
    """

    opinions: dict[str, SecondOpinion]
    resolution: ResolutionCheck | None
    zirconium_oxygen: float | None
    missing: dict[str, str]

    @property
    def warnings(self) -> list[str]:
        """What does not hold."""
        found = [opinion.warning for opinion in self.opinions.values() if opinion.warning is not None]
        if self.resolution is not None and not self.resolution.converged:
            change = f"{self.resolution.largest_change:.1f} standard errors"
            found.append(
                f"the resistance of the bands changes by {change} with bins, lag or knots: "
                "run longer, or state this change as its error"
            )
        if self.zirconium_oxygen is not None and abs(self.zirconium_oxygen - CUTOFF_A) > CUTOFF_SHIFT_A:
            found.append(
                f"Zr-O bonds end at {self.zirconium_oxygen:.2f} Å in this run, "
                f"vacancies are counted with {CUTOFF_A:g} Å: OVC counts other bonds than the first shell's"
            )
        return found


def second_looks(
    run: Trajectory,
    frames: Trajectory | None = None,
    *,
    species: str = MOBILE_SPECIES,
    boundaries: Sequence[float] = (),
    width: float | None = None,
) -> SecondLooks:
    """Take them; arguments as ``measure_run``. Costs four more fits of the profile.

    Returns:
        Every look that could be taken, and the reason for those that could not.
    """
    missing: dict[str, str] = {}

    def look(name: str, take: Callable[[], T]) -> T | None:
        try:
            return take()
        except AnalysisError as error:
            missing[name] = str(error)
            return None

    opinions: dict[str, SecondOpinion] = {}
    # a second opinion is of lithium, and of all charge carriers together
    if set(run.species) == {MOBILE_SPECIES}:
        for name, quantity in _OPINIONS.items():
            opinion = look(name, lambda quantity=quantity: second_opinion(run, quantity))  # type: ignore[misc]
            if opinion is not None:
                opinions[name] = opinion
    resolution = cutoff = None
    if boundaries and width is not None:
        resolution = look("cell_resistance", lambda: resolution_check(run, boundaries, width, species))
        if frames is not None:
            cutoff = look("ovc", lambda: zirconium_oxygen_cutoff(frames))
    return SecondLooks(opinions=opinions, resolution=resolution, zirconium_oxygen=cutoff, missing=missing)
