"""What became of each round of an active learning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grainway.distillation.judging.accuracy import ErrorMeasure
from grainway.distillation.judging.improvement import Decision


@dataclass(frozen=True, slots=True)
class ActiveFrame:
    """A frame that a committee asked for.

    Attributes:
        origin: the run.
        temperature: K.
        spread: largest spread of a force over the committee before it learned from this frame, eV/Å.
    """

    origin: str
    temperature: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRecord:
    """One round: what was labelled and learned, and what it was worth.

    Attributes:
        number: 0 for the first training.
        frames: learned from, those of earlier rounds included.
        atoms: in these.
        labelled_atoms: that the teacher labelled in this round.
        active: frames of this round that the committee asked for and that are taught.
        failures: pairs of source and reason.
        force_mae: on held-out frames by class, eV/Å.
        boundary_mae: on all held-out boundaries, eV/Å.
        change: of that against the best round before, paired by frame, eV/Å; None for the first.
        compared_with: number of that round.
        decision: "first", "better" or "not better".
        seconds: of wall time by stage.
        hours: asked for when this was decided.
        rounds: asked for when this was decided.
    """

    number: int
    frames: int
    atoms: int
    labelled_atoms: int
    active: tuple[ActiveFrame, ...]
    failures: tuple[tuple[str, str], ...]
    force_mae: dict[str, ErrorMeasure]
    boundary_mae: ErrorMeasure
    change: ErrorMeasure | None
    compared_with: int | None
    decision: Decision
    seconds: dict[str, float]
    hours: float
    rounds: int

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> RoundRecord:
        """Rebuild a record from JSON."""
        known = dict(record)
        known["active"] = tuple(ActiveFrame(**frame) for frame in known["active"])
        known["failures"] = tuple((source, reason) for source, reason in known["failures"])
        known["force_mae"] = {kind: ErrorMeasure(**error) for kind, error in known["force_mae"].items()}
        known["boundary_mae"] = ErrorMeasure(**known["boundary_mae"])
        known["change"] = known["change"] and ErrorMeasure(**known["change"])
        return cls(**known)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopOutcome:
    """Where an active learning stands.

    Attributes:
        rounds: what became of each.
        best: number of the round whose models were released.
        stopped: why there was no further round; None while it goes on.
        spent_s: wall time of all calls, s.
        model: folder with the released models and their card.
    """

    rounds: tuple[RoundRecord, ...]
    best: int
    stopped: str | None
    spent_s: float
    model: Path

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {**asdict(self), "model": str(self.model)}


def best_of(rounds: tuple[RoundRecord, ...]) -> RoundRecord:
    """Return the last round that was better than all before it."""
    return [one for one in rounds if one.decision != "not better"][-1]
