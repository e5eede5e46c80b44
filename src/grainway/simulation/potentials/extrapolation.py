"""Does a run stay where its model was trained? Watched by how far the models of a committee disagree.

Models that were trained alike agree where they saw frames and differ where they did not. The spread of an
atom's force over them is σ_i = √⟨|F_i − ⟨F_i⟩|²⟩, averages over the models (Y. Zhang et al., Comput. Phys.
Commun. 253 (2020) 107206); the largest of a configuration tells whether any atom left the trained region.
It says nothing of errors that all models share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grainway.array_types import FloatArray
from grainway.errors import ConfigError, SimulationError

_HEADER = (
    "# step, then the largest, mean and root mean square over the atoms of the spread of a force, eV/A\n"
)


@dataclass(frozen=True, slots=True, eq=False)
class ForceSpread:
    """Spread of the forces over the models of a committee, along a run.

    Attributes:
        steps: at which it was computed, shape (n,).
        largest: of all atoms, shape (n,), eV/Å.
        mean: over the atoms, shape (n,), eV/Å.
        rms: root mean square over the atoms, shape (n,), eV/Å.
    """

    steps: npt.NDArray[np.int64]
    largest: FloatArray
    mean: FloatArray
    rms: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Extrapolation:
    """Whether a run left the trained region.

    Attributes:
        threshold: of the largest spread of a configuration, eV/Å.
        n_samples: configurations that were watched.
        n_outside: those above the threshold.
        first_step: the first of these, None without any.
        largest: spread met, eV/Å.
    """

    threshold: float
    n_samples: int
    n_outside: int
    first_step: int | None
    largest: float


def force_spread(forces: FloatArray) -> tuple[float, float, float]:
    """Return the largest, mean and root mean square over the atoms of the spread of a force.

    Args:
        forces: of each model, shape (n_models, n_atoms, 3), eV/Å.
    """
    variance = ((forces - forces.mean(axis=0)) ** 2).sum(axis=2).mean(axis=0)
    spread = np.sqrt(variance)
    return float(spread.max()), float(spread.mean()), float(np.sqrt(variance.mean()))


def spread_file(stage: str) -> str:
    """Return the name of the file in which a stage leaves the spread."""
    return f"{stage}.spread"


def start_spread(path: Path) -> None:
    """Begin a file anew: an interrupted stage starts again from its first step."""
    path.write_text(_HEADER, encoding="utf-8")


def append_spread(path: Path, step: int, spread: tuple[float, float, float]) -> None:
    """Add one configuration to a file."""
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"{step} {spread[0]:.6g} {spread[1]:.6g} {spread[2]:.6g}\n")


def read_spread(path: Path) -> ForceSpread:
    """Read what a run left.

    Raises:
        SimulationError: when the file is missing, holds no configuration or is not of this kind.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = np.array([line.split() for line in lines if not line.startswith("#")], dtype=np.float64)
    except (OSError, ValueError) as error:
        raise SimulationError(f"cannot read the spread of the forces {path}: {error}") from error
    if rows.ndim != 2 or rows.shape[1] != 4:
        raise SimulationError(f"{path} holds no spread of forces: four numbers a line are expected")
    return ForceSpread(rows[:, 0].astype(np.int64), rows[:, 1], rows[:, 2], rows[:, 3])


def joined(parts: Sequence[ForceSpread]) -> ForceSpread:
    """Return the spread along the parts of a run, one after another."""
    return ForceSpread(
        np.concatenate([part.steps for part in parts]),
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("largest", "mean", "rms")),
    )


def judge_extrapolation(spread: ForceSpread, threshold: float) -> Extrapolation:
    """Say whether a run left the trained region.

    Args:
        spread: along the run.
        threshold: of the largest spread of a configuration, eV/Å.

    Raises:
        ConfigError: when the threshold is not positive.
    """
    if not threshold > 0:
        raise ConfigError.about(
            "threshold",
            threshold,
            "a spread above 0 eV/Å",
            "Take a few times the spread in the training set.",
        )
    outside = spread.largest > threshold
    return Extrapolation(
        threshold=threshold,
        n_samples=len(outside),
        n_outside=int(outside.sum()),
        first_step=int(spread.steps[outside][0]) if outside.any() else None,
        largest=float(spread.largest.max()),
    )
