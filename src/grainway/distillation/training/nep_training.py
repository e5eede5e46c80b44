"""Train a NEP on labelled frames: planned by the clock, reproducible by its seed, resumable after a kill.

A training lives in a folder of its own. What it will do (settings, seed, epochs, the frames' digest) is
written there before it starts; begun again in the same folder it goes on from its last checkpoint, and a
finished one is returned as it is. The trainer is the optional package torchnep (GPL-3), which keeps its
checkpoint in PyTorch's own format inside that folder (:mod:`~grainway.distillation.training.trainer`).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import write

from grainway.distillation.frames.element_energies import (
    composition_energy,
    fit_element_energies,
    fold_in_energies,
)
from grainway.distillation.nep_settings import NepSettings
from grainway.distillation.training.trainer import checkpoint_interval, epochs_within, run_trainer
from grainway.errors import ConfigError
from grainway.machine.whole_files import read_json, write_json

_FORM = (
    "radial_cutoff", "angular_cutoff", "n_radial", "n_angular", "basis_radial", "basis_angular", "l_max",
    "four_body", "neurons",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """A finished model and how it came about.

    Attributes:
        path: of the ``nep.txt``, with the teacher's zero of energy.
        raw_path: of the model without the reference energies, to continue from.
        settings: form and loss.
        seed: of the initial weights and the order of the frames.
        epochs: passes over the frames.
        n_frames: learned from.
        n_atoms: in these frames.
        seconds: of wall time in the session that finished it.
        element_energies: reference energy per element that was taken off and put back, eV.
        continued_from: digest of the model it continued from; None for a start from scratch.
        frames_digest: of the frames and their weights.
    """

    path: Path
    raw_path: Path
    settings: NepSettings
    seed: int
    epochs: int
    n_frames: int
    n_atoms: int
    seconds: float
    element_energies: dict[str, float]
    continued_from: str | None
    frames_digest: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; paths are given by name, the folder may move."""
        record = asdict(self)
        return {**record, "path": self.path.name, "raw_path": self.raw_path.name}


def train_model(
    frames: Sequence[Atoms],
    folder: Path,
    *,
    settings: NepSettings,
    seed: int,
    budget_s: float | None = None,
    epochs: int | None = None,
    weights: Sequence[float] | None = None,
    continue_from: TrainedModel | None = None,
    compiled: bool = False,
) -> TrainedModel:
    """Train one model; in a folder where the same training was begun, finish it.

    Args:
        frames: labelled frames: energy (eV), forces (eV/Å), stress (eV/Å^3).
        folder: of this training alone; created where missing.
        settings: form and loss.
        seed: of everything random.
        budget_s: wall time to plan the number of epochs for, s; two epochs are timed first. A machine that
            becomes slower takes longer: the plan is kept, so that the result does not depend on the clock
            once it is made.
        epochs: number of epochs instead of a budget.
        weights: of each frame's squared errors, up to 100; 1 by default.
        continue_from: start from this model's weights (of the same form) and reference energies.
        compiled: compile the trainer's kernels first (needs a C++ compiler; about a minute, then nearly
            twice as fast).

    Returns:
        The finished model.

    Raises:
        ConfigError: torchnep is missing, neither or both of budget and epochs, no frames, another training
            in the folder, or a model of another form to continue from.
        SimulationError: the trainer left no model.
    """
    if (budget_s is None) == (epochs is None):
        raise ConfigError.about(
            "budget_s", budget_s, "exactly one of budget_s and epochs", "Give seconds or a number of epochs."
        )
    if continue_from is not None and _form(continue_from.settings) != _form(settings):
        raise ConfigError.about(
            "continue_from", str(continue_from.path), "a model of the same form", "Keep cutoffs and sizes."
        )
    started = time.monotonic()
    energies = continue_from.element_energies if continue_from else fit_element_energies(frames)
    source = continue_from.raw_path if continue_from else None
    prepared = _without_reference(frames, energies, weights or [1.0] * len(frames))
    identity = {
        "settings": settings.to_dict(),
        "seed": seed,
        "budget_s": budget_s,
        "epochs_asked": epochs,
        "frames_digest": _frames_digest(prepared),
        "continued_from": hashlib.sha256(source.read_bytes()).hexdigest() if source else None,
        "element_energies": energies,
    }
    folder.mkdir(parents=True, exist_ok=True)
    plan = _begun(folder, identity)
    if plan is not None and (folder / "result.json").exists():
        return load_trained(folder)
    write(folder / "train.xyz", prepared, format="extxyz")
    if plan is None:
        n_epochs = epochs
        if budget_s is not None:
            n_epochs = epochs_within(budget_s, settings, folder, seed=seed, compiled=compiled)
        plan = {**identity, "epochs": n_epochs}
        write_json(folder / "plan.json", plan)
    (folder / "nep.in").write_text(settings.training_input(plan["epochs"]), encoding="utf-8")
    raw = run_trainer(
        folder,
        seed=seed,
        checkpoint_every=checkpoint_interval(plan["epochs"], budget_s),
        continue_from=source,
        compiled=compiled,
    )
    finished = folder / "nep.txt"
    finished.write_text(fold_in_energies(raw.read_text(encoding="utf-8"), energies), encoding="utf-8")
    model = TrainedModel(
        path=finished,
        raw_path=raw,
        settings=settings,
        seed=seed,
        epochs=plan["epochs"],
        n_frames=len(frames),
        n_atoms=sum(len(frame) for frame in frames),
        seconds=round(time.monotonic() - started, 1),
        element_energies=energies,
        continued_from=plan["continued_from"],
        frames_digest=plan["frames_digest"],
    )
    write_json(folder / "result.json", model.to_dict())
    return model


def load_trained(folder: Path) -> TrainedModel:
    """Read a finished training back.

    Raises:
        ConfigError: the folder holds none.
    """
    record = read_json(folder / "result.json")
    if record is None:
        raise ConfigError.about("folder", str(folder), "a finished training", "Train there first.")
    settings = NepSettings(**record.pop("settings"))
    paths = {key: folder / record.pop(key) for key in ("path", "raw_path")}
    return TrainedModel(settings=settings, **paths, **record)


def _without_reference(
    frames: Sequence[Atoms], energies: dict[str, float], weights: Sequence[float]
) -> list[Atoms]:
    """Return plain copies of the frames that carry what the trainer learns."""
    prepared = []
    reference = composition_energy(frames, energies)
    for frame, zero, weight in zip(frames, reference, weights, strict=True):
        plain = Atoms(numbers=frame.numbers, positions=frame.positions, cell=frame.cell, pbc=True)
        plain.info["weight"] = float(weight)
        plain.calc = SinglePointCalculator(
            plain,
            energy=frame.get_potential_energy() - float(zero),
            forces=frame.get_forces(),
            stress=frame.get_stress(),
        )
        prepared.append(plain)
    return prepared


def _frames_digest(frames: Sequence[Atoms]) -> str:
    digest = hashlib.sha256()
    for frame in frames:
        energy = np.array([frame.get_potential_energy(), frame.info["weight"]])
        for array in (frame.numbers, frame.positions, np.array(frame.cell), frame.get_forces(), energy):
            # rounded: a frame read back from a file is the same frame
            digest.update(np.round(np.asarray(array, dtype=np.float64), 6).tobytes())
    return digest.hexdigest()


def _form(settings: NepSettings) -> list[Any]:
    return [getattr(settings, name) for name in _FORM]


def _begun(folder: Path, identity: dict[str, Any]) -> dict[str, Any] | None:
    """Return the plan of a training that was begun in a folder, None in a fresh one."""
    plan = read_json(folder / "plan.json")
    if plan is None:
        return None
    # through JSON, as the plan on disk went
    wanted = json.loads(json.dumps(identity))
    changed = sorted(key for key in wanted if plan.get(key) != wanted[key])
    if changed:
        raise ConfigError.about(
            "folder", str(folder), f"another training was begun there (other {', '.join(changed)})",
            "Choose a new folder, or give the same frames and settings to go on.",
        )  # fmt: skip
    return plan
