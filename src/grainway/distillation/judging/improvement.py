"""Did another round make a model better? A paired comparison on boundaries that no round ever saw.

Both models are asked about the same frames. What makes a frame hard for the one makes it hard for the other,
so the difference of their errors is known far better than either error; it is compared with its standard
error over origins, for frames of one trajectory are no independent evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from ase import Atoms

from grainway.distillation.frames.frame_origins import kind_of, origin_of
from grainway.distillation.judging.accuracy import ErrorMeasure, mean_over_origins
from grainway.errors import ConfigError

BOUNDARY_KINDS = ("boundary", "annealed_boundary")
Decision = Literal["first", "better", "not better"]
NO_BETTER = "the held-out boundaries no longer improve by more than the standard error"
ALL_ROUNDS = "all rounds are done"
BUDGET_SPENT = "too little time is left for another round"


def boundaries_among(frames: Sequence[Atoms]) -> list[Atoms]:
    """Return the frames with a boundary, as built or annealed."""
    return [frame for frame in frames if kind_of(frame) in BOUNDARY_KINDS]


def force_mae(labelled: Sequence[Atoms], predicted: Sequence[Atoms]) -> ErrorMeasure:
    """Return the mean absolute error of the force components over all frames, eV/Å."""
    return _mean(labelled, _force_errors(labelled, predicted))


def force_mae_change(
    labelled: Sequence[Atoms], before: Sequence[Atoms], after: Sequence[Atoms]
) -> ErrorMeasure:
    """Return the mean absolute error of the force components of one model less that of another.

    Args:
        labelled: frames with the teacher's forces, eV/Å.
        before: the same frames in the same order with the forces of the model to beat.
        after: with those of the other.

    Returns:
        Below 0 where the other model is better, eV/Å; the error is that of the paired difference, over
        origins.

    Raises:
        ConfigError: no frames, or the sequences do not hold the same frames.
    """
    pairs = zip(_force_errors(labelled, after), _force_errors(labelled, before), strict=True)
    return _mean(labelled, [new - old for new, old in pairs])


def decide(change: ErrorMeasure | None) -> Decision:
    """Return what a round was worth.

    Args:
        change: of the error against the best round so far; None for the first. Without a standard error, as
            with one origin alone, nothing counts as an improvement.
    """
    if change is None:
        return "first"
    known = change.standard_error is not None
    return "better" if known and change.value < -(change.standard_error or 0.0) else "not better"


def why_stopped(
    n_rounds: int, last: Decision, *, rounds: int, left_s: float, least_s: float, extended: bool
) -> str | None:
    """Return why there is no further round, or None when there is one.

    Args:
        n_rounds: active rounds that are done.
        last: decision on the last round.
        rounds: active rounds asked for.
        left_s: of the budget, s.
        least_s: without which a round is not begun, s.
        extended: whether more was asked for since that decision: then the loop goes on in spite of it.
    """
    if last == "not better" and not extended:
        return NO_BETTER
    if n_rounds >= rounds:
        return ALL_ROUNDS
    return BUDGET_SPENT if left_s < least_s else None


def _force_errors(labelled: Sequence[Atoms], predicted: Sequence[Atoms]) -> list[np.ndarray]:
    if not labelled or len(labelled) != len(predicted):
        raise ConfigError.about(
            "predicted", len(predicted), f"the {len(labelled)} labelled frames, at least one", "Predict each."
        )
    pairs = zip(labelled, predicted, strict=True)
    return [np.abs(other.get_forces() - frame.get_forces()) for frame, other in pairs]


def _mean(labelled: Sequence[Atoms], samples: Sequence[np.ndarray]) -> ErrorMeasure:
    return mean_over_origins(samples, [origin_of(frame) for frame in labelled], "eV/Å")
