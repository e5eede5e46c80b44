"""Everything that a condensed trajectory can tell, each quantity an estimate or a reason for its absence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from grainway.analysis.boundary.bands import check_slabs
from grainway.analysis.boundary.boundary_resistance import (
    ResistivityProfile,
    gb_resistivities,
    gb_resistivity,
)
from grainway.analysis.boundary.resistivity_profile import resistivity_profile
from grainway.analysis.composition.lithium_enrichment import gibbs_excess, lithium_enrichment
from grainway.analysis.composition.oxygen_vacancies import oxygen_vacancies
from grainway.analysis.conductivity.collective_conductivity import (
    Method,
    collective_conductivity,
    haven_ratio,
    nernst_einstein_conductivity,
    polarisation,
)
from grainway.analysis.motion.displacement import MOBILE_SPECIES, mean_squared_displacement
from grainway.analysis.motion.tracer_diffusivity import tracer_diffusivity
from grainway.analysis.stream.condensing import Condensed
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL

FloatArray = npt.NDArray[np.float64]

_METHODS: tuple[Method, ...] = ("einstein", "green-kubo", "spectral")
_CURVE_POINTS = 60
_LONGEST_LAG = 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunningConductivity:
    """Conductivities against the lag at which they are read, for a look at whether there is a plateau.

    Attributes:
        lags: ps, shape (n_lags,).
        nernst_einstein: N q² MSD/6t over V k_B T, S/cm.
        collective: ⟨ΔP²⟩/6t over V k_B T, S/cm.
    """

    lags: FloatArray
    nernst_einstein: FloatArray
    collective: FloatArray


@dataclass(slots=True, kw_only=True, eq=False)
class Measured:
    """What was found.

    Attributes:
        estimates: by name.
        missing: why other quantities could not be measured, by name.
        running: conductivities against the lag; None for ions of several charges.
        profile: along the boundary normal; None unless boundaries were given and it converged.
    """

    estimates: dict[str, Estimate] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    running: RunningConductivity | None = None
    profile: ResistivityProfile | None = None

    def take(self, names: str | Sequence[str], measure: Callable[[], Estimate | Sequence[Estimate]]) -> None:
        """Add what a measurement gives, or the reason why it gives nothing."""
        names = (names,) if isinstance(names, str) else tuple(names)
        try:
            found = measure()
        except AnalysisError as error:
            self.missing |= dict.fromkeys(names, str(error))
            return
        self.estimates |= dict(zip(names, (found,) if isinstance(found, Estimate) else found, strict=True))


def measure(
    condensed: Condensed,
    mobile: str = MOBILE_SPECIES,
    boundaries: Sequence[float] = (),
    width: float | None = None,
) -> Measured:
    """Measure transport, and with boundaries their profile and composition.

    Args:
        condensed: of a run.
        mobile: the species under study.
        boundaries: heights of the boundaries along z in the coordinates of the file, Å.
        width: δ of the bands around them, Å.

    Raises:
        AnalysisError: when the boundaries do not fit the cell.
    """
    run = condensed.transport
    if boundaries:
        if width is None:
            raise AnalysisError(
                "boundaries need a width: give --width, Å, which every boundary quantity states"
            )
        check_slabs(boundaries, width, float(run.mean_cell[2, 2]))
    species = mobile if mobile in run.species else MOBILE_SPECIES
    found = Measured()
    found.take("tracer_diffusivity", lambda: tracer_diffusivity(run, species))
    found.take(
        [f"tracer_diffusivity_{axis}" for axis in "xyz"],
        lambda: tracer_diffusivity(run, species, per_axis=True),
    )
    found.take("conductivity_nernst_einstein", lambda: nernst_einstein_conductivity(run, species))
    if set(run.species) == {MOBILE_SPECIES}:
        for method in _METHODS:
            name = f"conductivity_{method.replace('-', '_')}"
            found.take(name, partial(collective_conductivity, run, method))
        found.take("haven_ratio", lambda: haven_ratio(run))
        found.running = _running(run)
    else:
        reason = f"{mobile} and {MOBILE_SPECIES} both move: a collective conductivity of one has no meaning"
        found.missing |= dict.fromkeys(("conductivity_einstein", "haven_ratio"), reason)
    if boundaries and width is not None:
        _profile(found, run, species, boundaries, width)
        _composition(found, condensed.frames, boundaries, width)
    return found


def _profile(
    found: Measured, run: Trajectory, species: str, boundaries: Sequence[float], width: float
) -> None:
    numbered = [f"rho_gb_{number}" for number in range(1, len(boundaries) + 1)]
    try:
        profile = resistivity_profile(run, species)
    except AnalysisError as error:
        names = ("rho_gb", *numbered, "band_diffusivity", "cell_resistance")
        found.missing |= dict.fromkeys(names, str(error))
        return
    found.profile = profile
    found.take("rho_gb", lambda: gb_resistivity(profile, boundaries, width))
    found.take(numbered, lambda: gb_resistivities(profile, boundaries, width))
    found.take("band_diffusivity", lambda: profile.band_diffusivity(boundaries, width))
    found.take("cell_resistance", lambda: profile.resistance(0.0, profile.length))


def _composition(
    found: Measured, frames: Trajectory | None, boundaries: Sequence[float], width: float
) -> None:
    names = ("ler", "gamma_li", "ovc", "ovc_uncovered", "ovc_missing")
    if frames is None:
        found.missing |= dict.fromkeys(names, "the run is shorter than two averages over 1 ps: run longer")
        return
    found.take("ler", lambda: lithium_enrichment(frames, boundaries, width))
    found.take("gamma_li", lambda: gibbs_excess(frames, len(boundaries)))

    def vacancies() -> Sequence[Estimate]:
        counted = oxygen_vacancies(frames, boundaries, width)
        return counted.unbonded, counted.uncovered, counted.missing

    found.take(names[2:], vacancies)


def _running(run: Trajectory) -> RunningConductivity | None:
    charges = set(run.charges.tolist())
    if len(charges) != 1:
        return None
    squared = charges.pop() ** 2
    last = max(2, int(run.n_frames * _LONGEST_LAG))
    lags = np.unique(np.geomspace(1, last, _CURVE_POINTS).astype(np.intp))
    times = lags * run.time_step
    thermal = run.volume * BOLTZMANN_EV_PER_K * run.temperature
    own = mean_squared_displacement(run.positions)[lags].sum(axis=1)
    common = mean_squared_displacement(polarisation(run)[:, None, :])[lags].sum(axis=1)
    factor = S_PER_CM_PER_INTERNAL / (6 * times * thermal)
    return RunningConductivity(
        lags=np.asarray(times),
        nernst_einstein=np.asarray(factor * own * squared * len(run.species)),
        collective=np.asarray(factor * common),
    )
