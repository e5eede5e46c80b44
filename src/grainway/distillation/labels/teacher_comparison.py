"""What another teacher says of a few frames of each class: labels are worth no more than teachers agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms

from grainway.distillation.frames.labelled_frames import mark, read_frames, with_label, write_frames
from grainway.distillation.labels.teacher import Teacher
from grainway.errors import ConfigError, StoreError

_STREAM = 79


def representative(frames: Sequence[Atoms], n: int, seed: int = 0) -> list[Atoms]:
    """Draw frames so that every class has as many as any other, as far as it has enough.

    Args:
        frames: with ``kind``.
        n: how many, at most all.
        seed: of the draw.

    Returns:
        Class by class in turn; the first m of n are the draw of m.

    Raises:
        ConfigError: when ``n`` is negative.
    """
    if n < 0:
        raise ConfigError.about("n", n, "0 or more", "Give the number of frames.")
    classes: dict[str, list[Atoms]] = defaultdict(list)
    for frame in frames:
        classes[str(frame.info["kind"])].append(frame)
    rng = np.random.default_rng([_STREAM, seed])
    decks = [[classes[kind][i] for i in rng.permutation(len(classes[kind]))] for kind in sorted(classes)]
    longest = max((len(deck) for deck in decks), default=0)
    in_turn = [deck[place] for place in range(longest) for deck in decks if place < len(deck)]
    return in_turn[:n]


def second_opinions(frames: Sequence[Atoms], teacher: Teacher, path: Path) -> list[Atoms]:
    """Label frames by another teacher, in order, keeping each label as soon as it is there.

    Args:
        frames: with ``kind``, ``origin`` and ``temperature``; their own labels are not looked at.
        teacher: the other one. Energies of teachers differ in their zero per element.
        path: extended XYZ; labels in it from an earlier call with the same frames are kept.

    Returns:
        The same structures with the other label, in the same order.

    Raises:
        StoreError: when the file holds other frames.
    """
    done = read_frames(path) if path.exists() else []
    for number, (kept, asked) in enumerate(zip(done, frames, strict=False)):
        same = len(kept) == len(asked) and kept.info["origin"] == asked.info["origin"]
        if not same or kept.info.get("teacher") != teacher.name:
            raise StoreError(
                f"frame {number} of {path} is {kept.info['origin']} by {kept.info.get('teacher')}, "
                f"not {asked.info['origin']} by {teacher.name}; use another file"
            )
    for asked in frames[len(done) :]:
        bare = mark(
            asked,
            kind=asked.info["kind"],
            origin=asked.info["origin"],
            temperature=asked.info["temperature"],
        )
        done.append(with_label(bare, teacher.label(bare), teacher.name))
        write_frames(path, done)
    return done[: len(frames)]
