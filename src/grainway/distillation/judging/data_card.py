"""The data card of a distilled model: what it learned from, and how far it is from its teacher."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from grainway.distillation.frames.frame_origins import kind_of, origin_of
from grainway.distillation.judging.accuracy import ClassAccuracy, ElementAccuracy, ErrorMeasure
from grainway.distillation.judging.excess_energy import ExcessEnergies
from grainway.distillation.judging.prediction import predict_frames
from grainway.errors import ConfigError, StoreError
from grainway.machine.whole_files import write_json
from grainway.simulation import force_spread

_TEACHERS = {
    "sevennet-0": "SevenNet-0 weights, MIT (Y. Park et al., J. Chem. Theory Comput. 20 (2024) 4857)",
    "chgnet": "CHGNet weights, modified BSD (B. Deng et al., Nat. Mach. Intell. 5 (2023) 1031)",
}
_PARTS = {
    "model": "MIT, as grainway",
    "frames": "made by grainway's own builder and molecular dynamics; MIT",
}
_NEP_PARTS = {
    "trainer": "torchnep, GPL-3, optional; run to train, no part of the model",
    "engine": "nep_adapters, GPL-3, optional; found at run time",
}
_THRESHOLD_QUANTILE = 0.99
_THRESHOLD_FACTOR = 1.5


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How much of one class of frames there is."""

    frames: int
    atoms: int
    origins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCard:
    """What a user must know of a model.

    Attributes:
        name: of the potential.
        status: one sentence: what it is good for, and what not.
        teacher: who labelled.
        taught: frames learned from, by class.
        held_out: frames that only measured, by class; no origin is on both sides.
        members: facts of each model of the committee, the one that moves atoms first.
        settings: form and loss.
        accuracy: of the first model on the held-out frames, class by class, against the teacher.
        teachers_differ: the second teacher against the first on some of the frames, class by class; energies
            at the best common zero. Empty where there is none.
        second_teacher: its name, or None.
        spread_threshold: of a force over the committee, eV/Å, beyond which a run has left what was taught.
        licences: of every part.
        excess_energies: of held-out boundaries and surfaces over the bulk, against the teacher's; None where
            they were not compared.
    """

    name: str
    status: str
    teacher: str
    taught: dict[str, ClassCount]
    held_out: dict[str, ClassCount]
    members: tuple[dict[str, Any], ...]
    settings: dict[str, Any]
    accuracy: tuple[ClassAccuracy, ...]
    teachers_differ: tuple[ClassAccuracy, ...]
    second_teacher: str | None
    spread_threshold: float
    licences: dict[str, str]
    excess_energies: ExcessEnergies | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> DataCard:
        """Rebuild a card."""
        known = dict(record)
        for key in ("taught", "held_out"):
            known[key] = {kind: ClassCount(**count) for kind, count in known[key].items()}
        for key in ("accuracy", "teachers_differ"):
            known[key] = tuple(_accuracy(entry) for entry in known[key])
        known["members"] = tuple(known["members"])
        if known.get("excess_energies") is not None:
            known["excess_energies"] = ExcessEnergies(**known["excess_energies"])
        return cls(**known)


def licences(teacher: str, *, nep: bool = True) -> dict[str, str]:
    """Return the licence of every part of a model, a NEP or not, that a teacher's labels made."""
    return {
        **_PARTS,
        **(_NEP_PARTS if nep else {}),
        "teacher": _TEACHERS.get(teacher.lower(), f"{teacher}: its own"),
    }


def write_card(path: Path, card: DataCard) -> None:
    """Write a card as JSON, whole or not at all."""
    write_json(path, card.to_dict(), indent=1)


def read_card(path: Path) -> DataCard:
    """Read a card.

    Raises:
        StoreError: when there is none.
    """
    try:
        return DataCard.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{path} is no data card: {error}") from error


def count_frames(frames: Sequence[Atoms]) -> dict[str, ClassCount]:
    """Count frames, atoms and origins by class."""
    classes: dict[str, list[Atoms]] = defaultdict(list)
    for frame in frames:
        classes[kind_of(frame)].append(frame)
    return {
        kind: ClassCount(
            len(members),
            sum(len(frame) for frame in members),
            len({origin_of(frame) for frame in members}),
        )
        for kind, members in sorted(classes.items())
    }


def spread_threshold(models: Sequence[Path], frames: Sequence[Atoms]) -> float:
    """Return the spread of a force beyond which a run has left what was taught, eV/Å.

    Args:
        models: the committee, two or more.
        frames: held out.

    Raises:
        ConfigError: fewer than two models or no frames.
    """
    if len(models) < 2 or not frames:
        raise ConfigError.about(
            "committee", len(models), "two models or more, and held-out frames", "Train a committee."
        )
    forces = [[frame.get_forces() for frame in predict_frames(model, frames)] for model in models]
    largest = [force_spread(np.array(of_frame))[0] for of_frame in zip(*forces, strict=True)]
    return threshold_of(largest)


def threshold_of(largest: Sequence[float]) -> float:
    """Return one and a half times the 99 % quantile of the largest spread in frames that no model saw, eV/Å.

    A frame of a known kind hardly ever exceeds it.
    """
    return round(_THRESHOLD_FACTOR * float(np.quantile(largest, _THRESHOLD_QUANTILE)), 3)


def _accuracy(record: dict[str, Any]) -> ClassAccuracy:
    measures = ("force_mae", "force_rmse", "energy_mae", "stress_mae")
    elements = {
        element: ElementAccuracy(ErrorMeasure(**own["force_mae"]), own["force_scale"])
        for element, own in record.get("by_element", {}).items()
    }
    read = {name: ErrorMeasure(**record[name]) for name in measures}
    return ClassAccuracy(**{**record, **read, "by_element": elements})
