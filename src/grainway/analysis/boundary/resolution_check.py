"""Whether a resistance still changes with the bins, the lag and the knots of its profile."""

from collections.abc import Sequence
from dataclasses import dataclass

from grainway.analysis.boundary.resistivity_profile import BIN_WIDTH_A, KNOT_SPACING_A, resistivity_profile
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.domain import Estimate, Trajectory

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
