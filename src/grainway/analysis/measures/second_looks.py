"""Second looks at the numbers of one run: other settings, other errors, another cut-off."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from grainway.analysis.boundary.resistivity_profile import BIN_WIDTH_A, KNOT_SPACING_A, resistivity_profile
from grainway.analysis.composition.coordination import zirconium_oxygen_cutoff
from grainway.analysis.composition.oxygen_vacancies import CUTOFF_A, CUTOFF_SHIFT_A
from grainway.analysis.conductivity.block_check import block_variance
from grainway.analysis.conductivity.collective_conductivity import (
    collective_conductivity,
    diffusive_fit,
    per_volume,
    polarisation,
)
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.analysis.motion.msd_slope import block_means, per_time_block
from grainway.analysis.motion.tracer_diffusivity import tracer_diffusivity, tracer_fit
from grainway.array_types import FloatArray
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError

Quantity = Literal["tracer", "conductivity"]

_DISAGREEMENT = 2.0


@dataclass(frozen=True, eq=False)
class SecondOpinion:
    """An estimate beside what blocks of time and axes say of the same quantity.

    Attributes:
        main: the estimate as reported.
        blocks: mean and standard error of the blocks alone, ``n_independent`` their degrees of freedom + 1.
    """

    main: Estimate
    blocks: Estimate

    @property
    def error_ratio(self) -> float:
        """Standard error of the blocks over the reported one."""
        return self.blocks.standard_error / self.main.standard_error

    @property
    def warning(self) -> str | None:
        """What to tell the user when the two errors differ by more than a factor of two either way."""
        if 1 / _DISAGREEMENT <= self.error_ratio <= _DISAGREEMENT:
            return None
        return (
            f"blocks of time scatter by {self.blocks.standard_error:.2g} {self.main.unit}, "
            f"the stated error is {self.main.standard_error:.2g}: trust the scatter of replicas, not one run"
        )


def second_opinion(trajectory: Trajectory, quantity: Quantity = "tracer") -> SecondOpinion:
    """Return an estimate beside the one from 2 to 10 blocks of time, axis by axis.

    Blocks know nothing of ions, hops or Brownian paths: they are honest and about twice as noisy. Where they
    scatter significantly more than the stated error (F test at 0.1 %) they have already replaced it there.

    Args:
        trajectory: unwrapped positions.
        quantity: ``"tracer"`` for D* or ``"conductivity"`` for the Einstein conductivity.

    Returns:
        Both, and a warning where their errors differ by more than a factor of two.

    Raises:
        AnalysisError: as the estimate, or when the run is not diffusive: a limit has no standard error.
    """
    if quantity not in get_args(Quantity):
        raise AnalysisError.about(
            "quantity", quantity, "'tracer' or 'conductivity'", "Choose one of the two."
        )
    if quantity == "tracer":
        main = tracer_diffusivity(trajectory)
        if main.bound is not None:
            raise AnalysisError.about(
                "trajectory", str(main), "diffusive motion", "Run longer or hotter: a limit has no error."
            )
        return SecondOpinion(main, _estimate(tracer_fit(trajectory).per_block, main.unit))
    main = collective_conductivity(trajectory)
    _, lag = diffusive_fit(trajectory)
    scale = math.sqrt(per_volume(trajectory))
    dipole = block_means(polarisation(trajectory) * scale, lag.window.block)
    return SecondOpinion(main, _estimate(per_time_block(dipole[:, None, :], lag.window), main.unit))


def _estimate(per_block: FloatArray, unit: str) -> Estimate:
    variance, freedom = block_variance(per_block)
    return Estimate(float(per_block.mean()), math.sqrt(variance), unit, freedom + 1.0)


_LAG_FACTOR = 1.5
_KNOT_FACTOR = 1.25
_LONGEST_LAG = 1 / 4


@dataclass(frozen=True, slots=True)
class ResolutionCheck:
    """One resistance from the same run with other settings of the fit.

    Attributes:
        resistance: with the default settings, Ω cm².
        variations: (setting, resistance) of each variation.
    """

    resistance: Estimate
    variations: tuple[tuple[str, Estimate], ...]

    @property
    def changes(self) -> dict[str, float]:
        """Relative change of the resistance under each variation."""
        return {name: varied.value / self.resistance.value - 1 for name, varied in self.variations}

    @property
    def largest_change(self) -> float:
        """Largest change in standard errors of the resistance."""
        relative = self.resistance.standard_error / self.resistance.value
        return max(abs(change) for change in self.changes.values()) / relative

    @property
    def converged(self) -> bool:
        """No variation moves the resistance by more than its standard error."""
        return self.largest_change <= 1


def resolution_check(
    trajectory: Trajectory, boundaries: Sequence[float], width: float, species: str = MOBILE_SPECIES
) -> ResolutionCheck:
    """Measure the bands' mean resistance again with other bins, lags and knots.

    Half the bin width, lags 1.5 times longer and shorter, and knots a fifth closer.

    The bias of the profile is set by h²/(D τ) and by the knots' distance; where it matters, these change it.
    A shorter lag also shows motion that is not diffusive yet.

    Returns:
        The resistance and its variations; all are fits to the same run, so that they differ by less than
        independent runs would.

    Raises:
        AnalysisError: when a profile cannot be measured.
    """
    profile = resistivity_profile(trajectory, species)
    longest = _LONGEST_LAG * trajectory.n_frames * trajectory.time_step
    settings: dict[str, dict[str, float]] = {
        "bin width / 2": {"lag": profile.lag, "bin_width": BIN_WIDTH_A / 2},
        "lag / 1.5": {"lag": profile.lag / _LAG_FACTOR},
        "lag x 1.5": {"lag": min(profile.lag * _LAG_FACTOR, longest)},
        "knot spacing / 1.25": {"lag": profile.lag, "knot_spacing": KNOT_SPACING_A / _KNOT_FACTOR},
    }
    return ResolutionCheck(
        profile.mean_band_resistance(boundaries, width),
        tuple(
            (
                name,
                resistivity_profile(trajectory, species, **setting).mean_band_resistance(boundaries, width),
            )
            for name, setting in settings.items()
        ),
    )


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
