"""What was found in a run: estimates by name, and the reasons for those that there are none of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from grainway.analysis.boundary.boundary_resistance import ResistivityProfile
from grainway.analysis.composition.enrichment_scan import EnrichmentScan
from grainway.analysis.conductivity.transport_tensors import TransportTensor
from grainway.analysis.measures.running_conductivity import RunningConductivity
from grainway.domain import Estimate
from grainway.errors import AnalysisError


@dataclass(slots=True, kw_only=True, eq=False)
class Measured:
    """What was found.

    Attributes:
        boundaries: heights of the boundaries, Å; none for bulk.
        width: δ of the bands around them, Å; None for bulk.
        estimates: by name.
        missing: why other quantities could not be measured, by name.
        ranges: quantities that depend on a cut-off, at the cut-off less and plus 0.2 Å, by name.
        profile: along the boundary normal; None unless boundaries were given and it converged.
        tensors: of the diffusivity and the conductivity by name; none where nobody looks at them.
        enrichment: LER against the width; None for bulk and where nobody looks at it.
        warnings: what to know before the numbers are believed.
        running: conductivities against the lag; None where nobody looks at them, or for ions of several
            charges.
    """

    boundaries: tuple[float, ...] = ()
    width: float | None = None
    estimates: dict[str, Estimate] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    profile: ResistivityProfile | None = None
    tensors: dict[str, TransportTensor] = field(default_factory=dict)
    enrichment: EnrichmentScan | None = None
    warnings: list[str] = field(default_factory=list)
    running: RunningConductivity | None = None

    def take(self, names: str | Sequence[str], measure: Callable[[], Estimate | Sequence[Estimate]]) -> None:
        """Add what a measurement gives, or the reason why it gives nothing."""
        names = (names,) if isinstance(names, str) else tuple(names)
        try:
            found = measure()
        except AnalysisError as error:
            self.missing |= dict.fromkeys(names, str(error))
            return
        self.estimates |= dict(zip(names, (found,) if isinstance(found, Estimate) else found, strict=True))
