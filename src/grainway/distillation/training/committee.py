"""Models trained alike on other draws of the same frames: where they disagree, they know too little."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ase import Atoms

from grainway.distillation.frames.frame_origins import bootstrap_by_origin
from grainway.distillation.nep_settings import NepSettings
from grainway.distillation.training.nep_training import TrainedModel, train_model
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
    continue_from: Sequence[TrainedModel] = (),
    compiled: bool = False,
) -> list[TrainedModel]:
    """Train models whose disagreement shows where they know too little.

    Each starts from weights, or a model, of its own and learns from origins drawn with replacement.

    Args:
        frames: labelled frames with ``kind`` and ``origin``.
        folder: holds one folder per member.
        settings: form and loss of all members.
        seed: member m has seed + m.
        n_members: at least 2.
        budget_s: wall time per member, s; see :func:`train_model`.
        epochs: epochs per member instead.
        continue_from: a model for each member to start from; none for starts from scratch.
        compiled: see :func:`train_model`.

    Raises:
        ConfigError: fewer than two members, another number of models to continue from, or as in
            :func:`train_model`.
    """
    if n_members < 2:
        raise ConfigError.about("n_members", n_members, "2 or more", "Three are usual.")
    members = []
    for member, start in zip(range(seed, seed + n_members), _starts(continue_from, n_members), strict=True):
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
                continue_from=start,
                compiled=compiled,
            )
        )
    return members


def train_members(
    frames: Sequence[Atoms],
    folder: Path,
    *,
    settings: NepSettings,
    seed: int,
    n_members: int,
    budget_s: float | None = None,
    epochs: int | None = None,
    continue_from: Sequence[TrainedModel] = (),
) -> list[TrainedModel]:
    """Train the model that moves atoms, on all frames, and the committee that watches it.

    Args:
        frames: labelled frames with ``kind`` and ``origin``.
        folder: holds one folder per member.
        settings: form and loss of all members.
        seed: of the first member; member m has seed + m. The same seed draws the same origins again from
            classes of frames that have not changed, so that members continued on more frames stay different.
        n_members: in all, at least 3.
        budget_s: wall time per member, s: members that learned less would only disagree for that reason.
        epochs: epochs per member instead.
        continue_from: a model for each member to start from; none for starts from scratch.

    Raises:
        ConfigError: as in :func:`train_committee`.
    """
    first, *others = _starts(continue_from, n_members)
    mover = train_model(
        frames,
        folder / "mover",
        settings=settings,
        seed=seed,
        budget_s=budget_s,
        epochs=epochs,
        continue_from=first,
    )
    watchers = train_committee(
        frames,
        folder,
        settings=settings,
        seed=seed + 1,
        n_members=n_members - 1,
        budget_s=budget_s,
        epochs=epochs,
        continue_from=[start for start in others if start is not None],
    )
    return [mover, *watchers]


def _starts(continue_from: Sequence[TrainedModel], n_members: int) -> list[TrainedModel | None]:
    if not continue_from:
        return [None] * n_members
    if len(continue_from) != n_members:
        raise ConfigError.about(
            "members", n_members, f"{len(continue_from)} models to continue from", "Train as many."
        )
    return list(continue_from)
