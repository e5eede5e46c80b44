"""What an active learning is asked for, and how its time is divided: written down before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grainway.errors import ConfigError
from grainway.machine.whole_files import read_json, write_json

_MOST_ROUNDS = 30
_FIRST_LABELS, _FIRST_TRAINING = 0.25, 0.35
_EXPLORED = 0.45
"""Of a round's time; its training has the rest. Most of it are runs of the model, not labels."""
_EXTENSIBLE = ("hours", "rounds")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopOptions:
    """What a user asks of an active learning.

    Attributes:
        hours: of wall time in all calls together.
        rounds: of active learning after the first training, at most.
        members: models of the committee, 3 or more.
        seed: of every draw.
        teacher: its name.
        device: that the teacher runs on.
        second: held-out frames that a second teacher labels too.
        name: of the potential.
    """

    hours: float = 8.0
    rounds: int = 3
    members: int = 3
    seed: int = 0
    teacher: str = "sevennet-0"
    device: str = "cpu"
    second: int = 15
    name: str = "own-nep"

    def __post_init__(self) -> None:
        for field, low, high in (
            ("hours", 1e-3, 1e4),
            ("rounds", 0, _MOST_ROUNDS),
            ("members", 3, 20),
            ("seed", 0, 10_000),
            ("second", 0, 10_000),
        ):
            value = getattr(self, field)
            if not low <= value <= high:
                raise ConfigError.about(field, value, f"{low:g} to {high:g}", "Choose a value between.")

    @property
    def seconds(self) -> float:
        """The budget, s."""
        return self.hours * 3600


def making_stage(number: int) -> str:
    """Name of the stage in which a round's frames are made and labelled."""
    return f"round-{number} {'explore' if number else 'label'}"


def training_stage(number: int) -> str:
    """Name of the stage in which a round's models are trained."""
    return f"round-{number} train"


def division(options: LoopOptions) -> dict[str, float]:
    """Return the seconds of every stage, in order; their sum is the budget."""
    first = _FIRST_LABELS + _FIRST_TRAINING
    per_round = (1 - first) / options.rounds if options.rounds else 0.0
    shares = {making_stage(0): _FIRST_LABELS, training_stage(0): _FIRST_TRAINING}
    for number in range(1, options.rounds + 1):
        shares[making_stage(number)] = _EXPLORED * per_round
        shares[training_stage(number)] = (1 - _EXPLORED) * per_round
    return {stage: options.seconds * share / sum(shares.values()) for stage, share in shares.items()}


def allotment(options: LoopOptions, stage: str, left_s: float) -> float:
    """Return the seconds of a stage that begins: its part of what is left for itself and the later ones.

    So time that a stage did not need goes to the later ones, and a delay is shared by them.
    """
    planned = division(options)
    stages = list(planned)
    ahead = sum(planned[name] for name in stages[stages.index(stage) :])
    return max(0.0, left_s) * planned[stage] / ahead


def least_for_a_round(options: LoopOptions) -> float:
    """Return the time without which no active round is begun: half of what was planned for one, s."""
    if not options.rounds:
        return 0.0
    planned = division(options)
    return (planned[making_stage(1)] + planned[training_stage(1)]) / 2


def open_plan(path: Path, options: LoopOptions, further: Mapping[str, Any]) -> None:
    """Write the plan of a new loop, or make sure that a begun one is the same or goes further.

    Args:
        path: of the file.
        options: asked for.
        further: what else must not change, JSON-ready.

    Raises:
        ConfigError: when another loop was begun here, or less is asked for than before.
        StoreError: when the file cannot be read.
    """
    asked = {**asdict(options), **further}
    plan = read_json(path)
    if plan is not None:
        begun = plan["options"]
        for field, value in asked.items():
            more = field in _EXTENSIBLE and value > begun[field]
            if value != begun[field] and not more:
                raise ConfigError.about(
                    field,
                    value,
                    f"{path.parent} was begun with {begun[field]!r}",
                    "Use another folder, or the same options; only hours and rounds may grow.",
                )
        if asked == begun:
            return
    write_json(path, {"options": asked, "stages_s": division(options)})
