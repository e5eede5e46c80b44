"""How far a model is from its teacher, class by class, with error bars over origins.

Frames of one origin are no independent evidence: the standard errors compare the means of whole origins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from ase import Atoms, units

from grainway.array_types import FloatArray
from grainway.distillation.frames.element_energies import element_counts
from grainway.distillation.frames.frame_origins import kind_of, origin_of
from grainway.distillation.nep_settings import ELEMENTS
from grainway.errors import ConfigError

_BULK = frozenset({"bulk_cubic", "bulk_tetragonal"})
_CRYSTALLINE_K = 1200.0


@dataclass(frozen=True, slots=True)
class ErrorMeasure:
    """A mean error and how well it is known.

    Attributes:
        value: the error.
        standard_error: one standard deviation over origins, same unit; None where one origin is all there is.
        unit: ``"eV/Å"``, ``"meV/atom"`` or ``"GPa"``.
    """

    value: float
    standard_error: float | None
    unit: str

    def text(self, digits: int = 3) -> str:
        """Return value and standard error as a reader wants them, without the unit."""
        error = "" if self.standard_error is None else f" ± {self.standard_error:.{digits}f}"
        return f"{self.value:.{digits}f}{error}"


@dataclass(frozen=True, slots=True)
class ElementAccuracy:
    """Errors of the forces on one element.

    Attributes:
        force_mae: mean absolute error of the force components.
        force_scale: mean absolute force component of the teacher, eV/Å.
    """

    force_mae: ErrorMeasure
    force_scale: float


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """Errors of one class of frames.

    Attributes:
        label: name of the class.
        n_frames: frames compared.
        n_origins: independent trajectories or boundaries behind them.
        force_mae: mean absolute error of the force components.
        force_rmse: root mean square error of the force components.
        force_max: largest error of a force, length of the difference vector, eV/Å.
        force_scale: mean absolute force component of the teacher, eV/Å.
        energy_mae: mean absolute error of the energy.
        stress_mae: mean absolute error of the six stress components.
        by_element: errors of the forces on each element apart; empty in records from before they were kept.
    """

    label: str
    n_frames: int
    n_origins: int
    force_mae: ErrorMeasure
    force_rmse: ErrorMeasure
    force_max: float
    force_scale: float
    energy_mae: ErrorMeasure
    stress_mae: ErrorMeasure
    by_element: dict[str, ElementAccuracy] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return asdict(self)


def bulk_or_kind(frame: Atoms) -> str:
    """Name the class of a frame, bulk split at 1200 K: above it the garnet is no longer what is used."""
    kind = kind_of(frame)
    if kind not in _BULK:
        return kind
    hot = float(frame.info.get("temperature") or 0.0) > _CRYSTALLINE_K
    return f"{kind} {'above' if hot else 'to'} {_CRYSTALLINE_K:.0f} K"


def measure_accuracy(
    labelled: Sequence[Atoms],
    predicted: Sequence[Atoms],
    *,
    label: Callable[[Atoms], str] = bulk_or_kind,
    free_zero: bool = False,
) -> list[ClassAccuracy]:
    """Compare a model's energies, forces and stresses with the labels, class by class.

    Args:
        labelled: frames with the teacher's energy (eV), forces (eV/Å) and stress (eV/Å^3).
        predicted: the same frames in the same order with the model's.
        label: names the class of a frame.
        free_zero: the two have different zeros of energy: the energies per element that bring them closest
            over all frames are taken off first.

    Returns:
        One record per class, by name.

    Raises:
        ConfigError: no frames, or the two sequences do not hold the same frames.
    """
    if not labelled or len(labelled) != len(predicted):
        raise ConfigError.about(
            "predicted", len(predicted), f"the {len(labelled)} labelled frames, at least one", "Predict each."
        )
    energy_error = _energy_errors(labelled, predicted, free_zero=free_zero)
    members: dict[str, list[int]] = defaultdict(list)
    for index, frame in enumerate(labelled):
        members[label(frame)].append(index)
    return [
        _one_class(
            name,
            [labelled[i] for i in members[name]],
            [predicted[i] for i in members[name]],
            energy_error[members[name]],
        )
        for name in sorted(members)
    ]


def _energy_errors(labelled: Sequence[Atoms], predicted: Sequence[Atoms], *, free_zero: bool) -> FloatArray:
    symbols = {symbol for frame in (*labelled, *predicted) for symbol in frame.get_chemical_symbols()}
    elements = (*ELEMENTS, *sorted(symbols - set(ELEMENTS)))
    counts = element_counts(labelled, elements)
    if not np.array_equal(counts, element_counts(predicted, elements)):
        raise ConfigError.about(
            "predicted", "other compositions", "the labelled frames in the same order", "Predict each frame."
        )
    n_atoms = counts.sum(axis=1)
    pairs = zip(predicted, labelled, strict=True)
    error = np.array([p.get_potential_energy() - t.get_potential_energy() for p, t in pairs]) / n_atoms
    if free_zero:
        fractions = counts / n_atoms[:, None]
        error = error - fractions @ np.linalg.lstsq(fractions, error, rcond=1e-3)[0]
    return np.asarray(error * 1e3)


def _one_class(
    name: str, labelled: Sequence[Atoms], predicted: Sequence[Atoms], energy_error: FloatArray
) -> ClassAccuracy:
    pairs = list(zip(labelled, predicted, strict=True))
    forces = [p.get_forces() - t.get_forces() for t, p in pairs]
    stresses = [(p.get_stress() - t.get_stress()) / units.GPa for t, p in pairs]
    origins = [origin_of(frame) for frame in labelled]
    squared = mean_over_origins([f**2 for f in forces], origins, "eV/Å")
    root = float(np.sqrt(squared.value))
    spread = squared.standard_error
    if spread is not None and root > 0:
        spread /= 2 * root
    return ClassAccuracy(
        label=name,
        n_frames=len(pairs),
        n_origins=len(set(origins)),
        force_mae=mean_over_origins([np.abs(f) for f in forces], origins, "eV/Å"),
        force_rmse=ErrorMeasure(root, spread, "eV/Å"),
        force_max=float(max(np.linalg.norm(f, axis=1).max() for f in forces)),
        force_scale=float(np.mean(np.concatenate([np.abs(t.get_forces()).ravel() for t in labelled]))),
        energy_mae=mean_over_origins([np.abs(e[None]) for e in energy_error], origins, "meV/atom"),
        stress_mae=mean_over_origins([np.abs(s) for s in stresses], origins, "GPa"),
        by_element=_by_element(labelled, forces),
    )


def _by_element(labelled: Sequence[Atoms], errors: Sequence[FloatArray]) -> dict[str, ElementAccuracy]:
    found = {}
    for element in sorted({symbol for frame in labelled for symbol in frame.get_chemical_symbols()}):
        own = [np.array(frame.symbols == element) for frame in labelled]
        holding = [k for k, mask in enumerate(own) if mask.any()]
        known = np.concatenate([labelled[k].get_forces()[own[k]] for k in holding])
        mae = mean_over_origins(
            [np.abs(errors[k][own[k]]) for k in holding], [origin_of(labelled[k]) for k in holding], "eV/Å"
        )
        found[element] = ElementAccuracy(mae, float(np.abs(known).mean()))
    return found


def mean_over_origins(samples: Sequence[FloatArray], origins: Sequence[str], unit: str) -> ErrorMeasure:
    """Return the mean of all numbers of all samples; its error is that of a ratio of sums over origins.

    Args:
        samples: numbers of one frame each, any shapes.
        origins: of the frames.
        unit: of the numbers.
    """
    total: dict[str, float] = defaultdict(float)
    size: dict[str, int] = defaultdict(int)
    for sample, origin in zip(samples, origins, strict=True):
        total[origin] += float(sample.sum())
        size[origin] += sample.size
    sums, sizes = np.array(list(total.values())), np.array(list(size.values()), dtype=np.float64)
    mean = float(sums.sum() / sizes.sum())
    n = len(sums)
    if n < 2:
        return ErrorMeasure(mean, None, unit)
    deviation = sums - mean * sizes
    error = float(np.sqrt(n / (n - 1) * np.sum(deviation**2)) / sizes.sum())
    return ErrorMeasure(mean, error, unit)
