"""What a condensed trajectory tells: all that is measured on a run, and curves to look at."""

from collections.abc import Callable, Sequence

import numpy as np

from grainway.analysis.composition.enrichment_scan import enrichment_scan
from grainway.analysis.conductivity.transport_tensors import (
    TransportTensor,
    conductivity_tensor,
    diffusivity_tensor,
)
from grainway.analysis.measures.bulk_run import BulkRun, compare_with_bulk_run
from grainway.analysis.measures.measured import Measured
from grainway.analysis.measures.run_measures import measure_run
from grainway.analysis.measures.running_conductivity import running_conductivity
from grainway.analysis.measures.second_looks import SecondLooks, second_looks
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.analysis.stream.condensing import Condensed
from grainway.domain import Trajectory
from grainway.errors import AnalysisError

_NARROWEST_A = 5.4
"""Two layers of 2.7 Å (O-O spacing): narrower windows hold planes rather than material."""

_N_WIDTHS = 16


def measure(
    condensed: Condensed,
    mobile: str = MOBILE_SPECIES,
    boundaries: Sequence[float] = (),
    width: float | None = None,
    bulk: BulkRun | None = None,
) -> Measured:
    """Measure a condensed run, with tensors, running conductivities and, with boundaries, LER(w).

    Args:
        condensed: of a run.
        mobile: the species under study.
        boundaries: heights of the boundaries along z in the coordinates of the file, Å.
        width: δ of the bands around them, Å.
        bulk: of the perfect crystal, for what refers to it.

    Raises:
        AnalysisError: when the boundaries do not fit the cell.
    """
    run = condensed.transport
    species = _name_of(mobile, run)
    found = measure_run(run, condensed.frames, species=species, boundaries=boundaries, width=width)
    _tensor(found, "diffusivity", lambda: diffusivity_tensor(run, species))
    if set(run.species) == {MOBILE_SPECIES}:
        _tensor(found, "conductivity", lambda: conductivity_tensor(run))
        found.running = running_conductivity(run)
    if boundaries and condensed.frames is not None:
        _enrichment(found, condensed.frames, boundaries)
    if bulk is not None:
        compare_with_bulk_run(found, run, bulk, species)
    return found


def look_again(condensed: Condensed, found: Measured, mobile: str = MOBILE_SPECIES) -> SecondLooks:
    """Take second looks at what was measured; arguments as :func:`measure`."""
    run = condensed.transport
    return second_looks(
        run, condensed.frames, species=_name_of(mobile, run), boundaries=found.boundaries, width=found.width
    )


def _name_of(mobile: str, run: Trajectory) -> str:
    """Name of the species under study in the condensed run: lithium's, where there is no lithium."""
    return mobile if mobile in run.species else MOBILE_SPECIES


def _tensor(found: Measured, name: str, measure_it: Callable[[], TransportTensor]) -> None:
    try:
        found.tensors[name] = measure_it()
    except AnalysisError as error:
        found.missing[f"{name}_tensor"] = str(error)


def _enrichment(found: Measured, frames: Trajectory, boundaries: Sequence[float]) -> None:
    heights = np.sort(np.mod(np.asarray(boundaries, dtype=np.float64), float(frames.mean_cell[2, 2])))
    nearest = float(np.diff(heights, append=heights[0] + float(frames.mean_cell[2, 2])).min())
    widths = np.linspace(_NARROWEST_A, nearest, _N_WIDTHS)
    try:
        found.enrichment = enrichment_scan(frames, boundaries, widths.tolist())
    except AnalysisError as error:
        found.missing["enrichment_scan"] = str(error)
        return
    if found.enrichment.plateau.warning is not None:
        found.warnings.append(found.enrichment.plateau.warning)
