"""Whether a run with a trained potential stayed within what the potential was taught."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grainway.simulation import (
    FinishedStage,
    ForceSpread,
    NEPPotential,
    Potential,
    judge_extrapolation,
    read_spread,
    spread_file,
)


def trained_region(potential: Potential, folder: Path, finished: Sequence[FinishedStage]) -> dict[str, Any]:
    """Return facts of the production: how far the committee disagreed, and how often beyond its threshold.

    Args:
        potential: nothing is known of one without a committee.
        folder: of the evaluation.
        finished: its stages.

    Raises:
        SimulationError: when a stage left no record of the disagreement.
    """
    if not isinstance(potential, NEPPotential) or len(potential.models) < 2:
        return {}
    if potential.spread_threshold is None:
        return {}
    stages = [f.stage.name for f in finished if f.stage.kind == "production"]
    spreads = [read_spread(folder / spread_file(name)) for name in stages]
    parts = ("steps", "largest", "mean", "rms")
    whole = ForceSpread(*(np.concatenate([getattr(spread, part) for spread in spreads]) for part in parts))
    found = judge_extrapolation(whole, potential.spread_threshold)
    return {
        "force_spread_largest_eV_per_A": found.largest,
        "force_spread_threshold_eV_per_A": found.threshold,
        "configurations_watched": found.n_samples,
        "configurations_outside_training": found.n_outside,
    }
