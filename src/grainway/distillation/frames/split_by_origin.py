"""Which labelled frames train a model and which only test it: whole origins, never single frames.

Frames of one trajectory resemble each other; a model tested on neighbours of what it learned looks better
than it is. An *origin* (``info["origin"]``: a trajectory, a boundary) therefore stands on one side only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from ase import Atoms

from grainway.distillation.nep_settings import ELEMENTS
from grainway.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Split:
    """Labelled frames on two sides that share no origin.

    Attributes:
        training: frames to learn from, in the order given.
        held_out: frames to test on, in the order given.
    """

    training: tuple[Atoms, ...]
    held_out: tuple[Atoms, ...]


def origin_of(frame: Atoms) -> str:
    """Return the name of what a labelled frame stems from.

    Raises:
        ConfigError: the frame carries none.
    """
    return _named(frame, "origin")


def kind_of(frame: Atoms) -> str:
    """Return the class of a labelled frame, such as ``"bulk_cubic"`` or ``"boundary"``.

    Raises:
        ConfigError: the frame carries none.
    """
    return _named(frame, "kind")


def split_by_origin(frames: Sequence[Atoms], fraction: float, seed: int) -> Split:
    """Hold out whole origins, the same part of every class of frames.

    Of each class with two origins or more about ``fraction`` of the origins (at least one, never all) is
    drawn; a class with one origin trains. An origin whose frames are of several classes counts as a class of
    its own kind (its classes together), and so do the frames with a dopant.

    Args:
        frames: labelled frames with ``kind`` and ``origin``.
        fraction: part of the origins of a class that is held out, between 0 and 1.
        seed: of the draw; the draw of one class does not depend on the others.

    Returns:
        The two sides.

    Raises:
        ConfigError: a fraction outside (0, 1), a frame without origin or class, or no class with two origins.
    """
    if not 0 < fraction < 1:
        raise ConfigError.about("held-out fraction", fraction, "between 0 and 1", "0.1 is usual.")
    held_out: set[str] = set()
    for group, origins in _origins_by_class(frames).items():
        if len(origins) < 2:
            continue
        n_held = min(max(1, round(fraction * len(origins))), len(origins) - 1)
        drawn = _stream(seed, group).permutation(len(origins))[:n_held]
        held_out.update(origins[index] for index in drawn)
    if not held_out:
        raise ConfigError.about(
            "frames", f"{len(frames)} frames", "a class needs two origins or more to be split", "Label more."
        )
    return Split(
        training=tuple(frame for frame in frames if origin_of(frame) not in held_out),
        held_out=tuple(frame for frame in frames if origin_of(frame) in held_out),
    )


def bootstrap_by_origin(frames: Sequence[Atoms], seed: int) -> list[tuple[Atoms, int]]:
    """Draw origins with replacement, within each class: the training set of one committee member.

    Args:
        frames: labelled frames with ``kind`` and ``origin``.
        seed: of the draw.

    Returns:
        Each frame drawn, in the order given, with how many times its origin was drawn; no class vanishes.

    Raises:
        ConfigError: a frame without origin or class.
    """
    times = origin_draws(frames, seed)
    return [(frame, times[origin_of(frame)]) for frame in frames if times.get(origin_of(frame), 0) > 0]


def origin_draws(frames: Sequence[Atoms], seed: int) -> dict[str, int]:
    """Return how many times ``bootstrap_by_origin`` draws each origin; those never drawn are missing."""
    times: dict[str, int] = defaultdict(int)
    for group, origins in _origins_by_class(frames).items():
        for index in _stream(seed, group).integers(len(origins), size=len(origins)):
            times[origins[index]] += 1
    return dict(times)


def _origins_by_class(frames: Sequence[Atoms]) -> dict[str, list[str]]:
    kinds: dict[str, set[str]] = defaultdict(set)
    dopants: dict[str, set[str]] = defaultdict(set)
    for frame in frames:
        kinds[origin_of(frame)].add(kind_of(frame))
        dopants[origin_of(frame)] |= set(frame.get_chemical_symbols()) - set(ELEMENTS)
    groups: dict[str, list[str]] = defaultdict(list)
    for origin in sorted(kinds):  # the order of the frames must not change the draw
        # apart by dopant: no draw may lose all that is known of an element
        groups["+".join([*sorted(kinds[origin]), *sorted(dopants[origin])])].append(origin)
    return dict(groups)


def _stream(seed: int, group: str) -> np.random.Generator:
    return np.random.default_rng([seed, crc32(group.encode())])


def _named(frame: Atoms, key: str) -> str:
    value = frame.info.get(key)
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        raise ConfigError.about(
            f"frame.info[{key!r}]",
            value,
            "a name",
            "Label frames with kind and origin before they are split.",
        )
    return str(value)  # a name of digits comes back from a file as a number
