"""Everything that a run can tell, each quantity an estimate or a reason for its absence."""

from collections.abc import Callable, Sequence
from functools import partial

from grainway.analysis.boundary.bands import check_slabs
from grainway.analysis.boundary.boundary_resistance import gb_resistivities, gb_resistivity
from grainway.analysis.boundary.resistivity_profile import resistivity_profile
from grainway.analysis.boundary.slab_diffusivity import slab_diffusivity
from grainway.analysis.composition.boundary_widths import disorder, excess_density, log_resistivity
from grainway.analysis.composition.half_excess import HeightProfile, half_excess_width
from grainway.analysis.composition.lithium_enrichment import gibbs_excess, gibbs_excesses, lithium_enrichment
from grainway.analysis.composition.oxygen_vacancies import oxygen_vacancies
from grainway.analysis.conductivity.collective_conductivity import (
    Method,
    collective_conductivity,
    haven_ratio,
    nernst_einstein_conductivity,
)
from grainway.analysis.measures.measured import Measured
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.analysis.motion.tracer_diffusivity import tracer_diffusivity
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError

_METHODS: tuple[Method, ...] = ("einstein", "green-kubo", "spectral")
_TOO_SHORT = "the run is shorter than two averages over 1 ps: run longer"


def measure_run(
    run: Trajectory,
    frames: Trajectory | None = None,
    *,
    species: str = MOBILE_SPECIES,
    boundaries: Sequence[float] = (),
    width: float | None = None,
) -> Measured:
    """Measure transport, and with boundaries their profile and composition.

    Args:
        run: the mobile ions in the framework's frame.
        frames: a few frames of all atoms, each averaged over about 1 ps; needed for boundaries alone, None
            where the run is too short for them.
        species: the ions of ``run`` that are under study.
        boundaries: heights of the boundaries along z, Å.
        width: δ of the bands around them, Å.

    Raises:
        AnalysisError: when the boundaries do not fit the cell.
    """
    if boundaries:
        if width is None:
            raise AnalysisError(
                "boundaries need a width: give --width, Å, which every boundary quantity states"
            )
        check_slabs(boundaries, width, float(run.mean_cell[2, 2]))
    found = Measured(boundaries=tuple(boundaries), width=width)
    _transport(found, run, species)
    if boundaries and width is not None:
        _profile(found, run, species, boundaries, width)
        _along(found, run, species, boundaries, width)
        _composition(found, frames, boundaries, width)
    return found


def _transport(found: Measured, run: Trajectory, species: str) -> None:
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
        found.take(
            [f"conductivity_einstein_{axis}" for axis in "xyz"],
            lambda: collective_conductivity(run, per_axis=True),
        )
        found.take("haven_ratio", lambda: haven_ratio(run))
    else:
        reason = f"{species} and {MOBILE_SPECIES} both move: a collective conductivity of one has no meaning"
        found.missing |= dict.fromkeys(("conductivity_einstein", "haven_ratio"), reason)


def _profile(
    found: Measured, run: Trajectory, species: str, boundaries: Sequence[float], width: float
) -> None:
    resistivities, widths = (_numbered(name, boundaries) for name in ("rho_gb", "transport_width"))
    try:
        profile = resistivity_profile(run, species)
    except AnalysisError as error:
        names = ("rho_gb", *resistivities, "band_diffusivity", "cell_resistance", *widths)
        found.missing |= dict.fromkeys(names, str(error))
        return
    found.profile = profile
    found.take("rho_gb", lambda: gb_resistivity(profile, boundaries, width))
    found.take(resistivities, lambda: gb_resistivities(profile, boundaries, width))
    found.take("band_diffusivity", lambda: profile.band_diffusivity(boundaries, width))
    found.take("cell_resistance", lambda: profile.resistance(0.0, profile.length))
    _widths(found, widths, lambda: log_resistivity(profile), boundaries)


def _along(found: Measured, run: Trajectory, species: str, boundaries: Sequence[float], width: float) -> None:
    for name, z in zip(_numbered("band_diffusivity_along", boundaries), boundaries, strict=True):
        found.take(name, partial(_along_band, run, z - width / 2, z + width / 2, species))


def _along_band(run: Trajectory, z_lo: float, z_hi: float, species: str) -> Estimate:
    return slab_diffusivity(run, z_lo, z_hi, species).value


def _composition(
    found: Measured, frames: Trajectory | None, boundaries: Sequence[float], width: float
) -> None:
    counted = ("ovc", "ovc_uncovered", "ovc_missing")
    chemical, structural = (_numbered(f"{kind}_width", boundaries) for kind in ("chemical", "structural"))
    if frames is None:
        names = ("ler", "gamma_li", *counted, *chemical, *structural)
        found.missing |= dict.fromkeys(names, _TOO_SHORT)
        return
    found.take("ler", lambda: lithium_enrichment(frames, boundaries, width))
    _excesses(found, frames, len(boundaries))
    try:
        vacancies = oxygen_vacancies(frames, boundaries, width)
    except AnalysisError as error:
        found.missing |= dict.fromkeys(counted, str(error))
    else:
        measured = (vacancies.unbonded, vacancies.uncovered, vacancies.missing)
        found.estimates |= dict(zip(counted, measured, strict=True))
        found.ranges["ovc"] = vacancies.unbonded_sensitivity
        found.ranges["ovc_uncovered"] = vacancies.uncovered_sensitivity
    _widths(found, chemical, lambda: excess_density(frames), boundaries)
    _widths(found, structural, lambda: disorder(frames), boundaries)


def _excesses(found: Measured, frames: Trajectory, n_boundaries: int) -> None:
    """Gibbs excess of every species against zirconium, that of lithium whether or not all sum to zero."""
    found.take("gamma_li", lambda: gibbs_excess(frames, n_boundaries))
    others = [name for name in dict.fromkeys(frames.species) if name not in (MOBILE_SPECIES, "Zr")]

    def excesses() -> list[Estimate]:
        every = gibbs_excesses(frames, n_boundaries)
        return [every[name] for name in others]

    found.take([f"gamma_{name.lower()}" for name in others], excesses)


def _widths(
    found: Measured, names: Sequence[str], profile: Callable[[], HeightProfile], boundaries: Sequence[float]
) -> None:
    """Width of each boundary in one profile, which is made once."""
    try:
        along_normal = profile()
    except AnalysisError as error:
        found.missing |= dict.fromkeys(names, str(error))
        return
    for which, name in enumerate(names):
        found.take(name, partial(half_excess_width, along_normal, boundaries, which))


def _numbered(name: str, boundaries: Sequence[float]) -> list[str]:
    return [f"{name}_{number}" for number in range(1, len(boundaries) + 1)]
