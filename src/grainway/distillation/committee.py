"""Models trained alike on other draws of the same frames: where they disagree, they know too little."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ase import Atoms

from grainway.distillation.nep_settings import NepSettings
from grainway.distillation.split import bootstrap_by_origin
from grainway.distillation.training import TrainedModel, train_model
from grainway.errors import ConfigError


def train_committee(
    frames: Sequence[Atoms],
    folder: Path,
    *,
    settings: NepSettings,
    seed: int,
    n_members: int,
    budget_s: float | None = None,
    epochs: int | None = None,
    compiled: bool = False,
) -> list[TrainedModel]:
    """Train models whose disagreement shows where they know too little.

    Each starts from weights of its own and learns from origins drawn with replacement.

    Args:
        frames: labelled frames with ``kind`` and ``origin``.
        folder: holds one folder per member.
        settings: form and loss of all members.
        seed: member m has seed + m.
        n_members: at least 2.
        budget_s: wall time per member, s; see :func:`train_model`.
        epochs: epochs per member instead.
        compiled: see :func:`train_model`.

    Raises:
        ConfigError: fewer than two members, or as in :func:`train_model`.
    """
    if n_members < 2:
        raise ConfigError.about("n_members", n_members, "2 or more", "Three are usual.")
    members = []
    for member in range(seed, seed + n_members):
        drawn = bootstrap_by_origin(frames, member)
        members.append(
            train_model(
                [frame for frame, _ in drawn],
                folder / f"member_{member}",
                settings=settings,
                seed=member,
                budget_s=budget_s,
                epochs=epochs,
                weights=[float(times) for _, times in drawn],
                compiled=compiled,
            )
        )
    return members
