"""What a condensed trajectory tells: all that is measured on a run, and curves to look at."""

from __future__ import annotations

from collections.abc import Sequence

from grainway.analysis.measures.measured import Measured
from grainway.analysis.measures.run_measures import measure_run
from grainway.analysis.measures.running_conductivity import running_conductivity
from grainway.analysis.motion.displacement import MOBILE_SPECIES
from grainway.analysis.stream.condensing import Condensed


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
    # where there is no lithium, the species under study bears its name
    species = mobile if mobile in run.species else MOBILE_SPECIES
    found = measure_run(run, condensed.frames, species=species, boundaries=boundaries, width=width)
    if set(run.species) == {MOBILE_SPECIES}:
        found.running = running_conductivity(run)
    return found
