"""Where labelled frames stem from, and draws of whole origins for the members of a committee.

Frames of one trajectory resemble each other; a member that lacks one but knows its neighbours would not
disagree. An *origin* (``info["origin"]``: a trajectory, a boundary) is therefore drawn as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from ase import Atoms

from grainway.distillation.nep_settings import ELEMENTS
from grainway.errors import ConfigError


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
            "Label frames with kind and origin.",
        )
    return str(value)  # a name of digits comes back from a file as a number
