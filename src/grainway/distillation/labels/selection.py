"""Which of many frames are worth a label: far from each other, and none twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grainway.distillation.frames.labelled_frames import FloatArray
from grainway.errors import ConfigError


def distances(descriptors: FloatArray, to: FloatArray) -> FloatArray:
    """Return the Euclidean distance of each descriptor to one other, shape (n,).

    Args:
        descriptors: shape (n, d), of :func:`~grainway.distillation.labels.descriptor.frame_descriptors`.
        to: shape (d,).
    """
    return np.asarray(np.linalg.norm(descriptors - to, axis=1), dtype=np.float64)


def nearest_distances(descriptors: FloatArray, known: FloatArray) -> FloatArray:
    """Return how far each descriptor is from the nearest known one, shape (n,); inf without any."""
    nearest = np.full(len(descriptors), np.inf)
    for one in known:
        nearest = np.minimum(nearest, distances(descriptors, one))
    return nearest


def farthest_first(
    descriptors: FloatArray, n: int, known: FloatArray | None = None, *, duplicate_distance: float = 0.0
) -> npt.NDArray[np.intp]:
    """Choose frames one by one, each the farthest from all that are chosen or known.

    The greedy choice covers the pool with balls at most twice as large as the best choice could
    (T. F. Gonzalez, Theor. Comput. Sci. 38 (1985) 293). Without known frames the first is the one farthest
    from the mean. Of equally far ones the first in the list is taken.

    Args:
        descriptors: of the pool, shape (n_pool, d).
        n: how many to choose at most.
        known: of frames that are labelled already, shape (n_known, d).
        duplicate_distance: the choice ends when no frame is farther than this from all others.

    Returns:
        Indices into the pool in the order of choice; the first m of n are the choice of m.

    Raises:
        ConfigError: when ``n`` or ``duplicate_distance`` is negative.
    """
    for name, value in (("n", n), ("duplicate_distance", duplicate_distance)):
        if not value >= 0:
            raise ConfigError.about(name, value, "0 or more", "Give 0 or a positive number.")
    n_pool = len(descriptors)
    if n_pool == 0 or n == 0:
        return np.zeros(0, dtype=np.intp)
    if known is None or len(known) == 0:
        first = int(np.argmax(distances(descriptors, descriptors.mean(axis=0))))
        chosen = [first]
        nearest = distances(descriptors, descriptors[first])
    else:
        chosen = []
        nearest = nearest_distances(descriptors, known)
    while len(chosen) < min(n, n_pool):
        farthest = int(np.argmax(nearest))
        if nearest[farthest] <= duplicate_distance:
            break
        chosen.append(farthest)
        nearest = np.minimum(nearest, distances(descriptors, descriptors[farthest]))
    return np.array(chosen, dtype=np.intp)


def without_duplicates(
    descriptors: FloatArray, duplicate_distance: float, known: FloatArray | None = None
) -> npt.NDArray[np.intp]:
    """Return the indices, in order, of frames farther than a distance from every known and earlier one."""
    kept: list[int] = []
    nearest = nearest_distances(descriptors, np.zeros((0, 0)) if known is None else known)
    for number, descriptor in enumerate(descriptors):
        if nearest[number] <= duplicate_distance:
            continue
        kept.append(number)
        nearest = np.minimum(nearest, distances(descriptors, descriptor))
    return np.array(kept, dtype=np.intp)
