"""Whether ions move enough for what is local or along one axis."""

from __future__ import annotations

from grainway.analysis.motion.self_diffusion import HOP_LENGTH_A, SelfDiffusion
from grainway.errors import AnalysisError

_FEWEST_HOPS = 10


def check_mobile(fitted: SelfDiffusion) -> None:
    """Raise AnalysisError unless ions move one net hop each and ten or more in all.

    Weaker than being diffusive as a whole: across slow boundaries the MSD of a cell is subdiffusive until
    ions have crossed them, however well the motion between is known.
    """
    squared = 6 * fitted.value * fitted.duration
    if not (squared >= HOP_LENGTH_A**2 and fitted.net_hops >= _FEWEST_HOPS):
        raise AnalysisError.about(
            "net hops",
            round(fitted.net_hops, 1),
            f"{_FEWEST_HOPS} or more, one net hop per ion or more",
            "Run longer or hotter.",
        )
