"""A training set as it ships: two packed files, or the folder of the labelling that made them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ase import Atoms

from grainway.distillation.frames.element_energies import frames_of_elements
from grainway.distillation.frames.labelled_frames import read_frames
from grainway.distillation.frames.packed_frames import pack, unpack
from grainway.distillation.labels.labelling import CollectedLabels, collect_labels
from grainway.errors import ConfigError

TAUGHT, HELD_OUT, SECOND = "taught.npz", "held_out.npz", "second.npz"
SECOND_LABELS = "second.xyz"


def pack_training_set(labels: CollectedLabels, folder: Path, second: Sequence[Atoms] = ()) -> int:
    """Write labelled frames in compact form.

    Args:
        labels: to keep.
        folder: for ``taught.npz``, ``held_out.npz`` and ``second.npz``.
        second: some of these frames as another teacher labels them.

    Returns:
        Size of the files, bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    size = pack(folder / TAUGHT, labels.taught) + pack(folder / HELD_OUT, labels.held_out)
    return size + (pack(folder / SECOND, second) if second else 0)


def read_second(folder: Path) -> list[Atoms]:
    """Read the labels of a second teacher that lie beside a training set; none without them."""
    if (folder / SECOND).exists():
        return unpack(folder / SECOND)
    return read_frames(folder / SECOND_LABELS) if (folder / SECOND_LABELS).exists() else []


def read_training_set(folder: Path) -> CollectedLabels:
    """Read a packed training set, with those in the folders in it, or the labels of a labelling so far.

    Raises:
        ConfigError: when the folder is neither, or holds no frame to learn from.
    """
    if (folder / TAUGHT).exists():
        labels = CollectedLabels([], [])
        for part in (folder, *sorted(path.parent for path in folder.glob(f"*/{TAUGHT}"))):
            labels.taught.extend(unpack(part / TAUGHT))
            labels.held_out.extend(unpack(part / HELD_OUT) if (part / HELD_OUT).exists() else [])
    elif (folder / "recipe.json").exists():
        labels = collect_labels(folder)
    else:
        raise ConfigError.about(
            "labels", str(folder), f"a folder with {TAUGHT} or of grainway potential label", "Label first."
        )
    if not labels.taught:
        raise ConfigError.about("labels", str(folder), "one labelled frame or more", "Label some first.")
    return labels


def labels_of_elements(labels: CollectedLabels, elements: Sequence[str]) -> CollectedLabels:
    """Return the frames that hold no other element, for a form that knows these alone."""
    return CollectedLabels(*(frames_of_elements(side, elements) for side in (labels.taught, labels.held_out)))
