"""Which of many frames are worth a label: far from each other, and none twice.

Frames are told apart by a cheap fingerprint before any teacher is asked. For every atom and every species
around it, smooth counts of neighbours at eight distances,

    g_k(i) = Σ_j exp(-(r_ij - r_k)² / 2 w²) f(r_ij),   f(r) = (1 + cos(π r / r_c)) / 2,

and of these, for each pair of species, the mean and the standard deviation over the atoms of the frame. The
mean carries density and phase, the deviation temperature and disorder; both are intensive, so that cells of
different size compare. The closest distance of each pair of species is added: a single close contact is worth
a label and would vanish in any mean. No model enters: what is selected does not depend on one half trained.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from ase import Atoms
from ase.data import atomic_numbers
from ase.neighborlist import neighbor_list

from grainway.array_types import FloatArray
from grainway.distillation.nep_settings import ELEMENTS

CUTOFF_A = 6.0
CENTRES_A = np.linspace(1.75, 5.25, 8)
WIDTH_A = 0.35
_N = len(ELEMENTS)
_SHORTEST_WEIGHT = 2.0
"""A closest distance that is 0.5 Å shorter moves a frame as far as one neighbour more at some distance."""


def descriptor_size() -> int:
    """Return the number of components."""
    return 2 * _N * _N * len(CENTRES_A) + _N * (_N + 1) // 2


def frame_descriptor(atoms: Atoms) -> FloatArray:
    """Return the fingerprint of one frame, shape (:func:`descriptor_size`,), dimensionless.

    It does not change when the frame is moved, turned, repeated or its atoms are listed in another order, and
    is a smooth function of the positions but for the closest distances, which are continuous.

    Args:
        atoms: any cell. Elements other than those of the potentials are ignored.
    """
    species = np.full(len(atoms), -1)
    for number, element in enumerate(ELEMENTS):
        species[atoms.numbers == atomic_numbers[element]] = number
    first, second, distance = neighbor_list("ijd", atoms, CUTOFF_A)
    known = (species[first] >= 0) & (species[second] >= 0)
    first, second, distance = first[known], second[known], distance[known]
    fade = 0.5 * (1.0 + np.cos(np.pi * distance / CUTOFF_A))
    counts = np.zeros((len(atoms), _N, len(CENTRES_A)))
    place = first * _N + species[second]
    for k, centre in enumerate(CENTRES_A):
        weight = np.exp(-0.5 * ((distance - centre) / WIDTH_A) ** 2) * fade
        counts[:, :, k] = np.bincount(place, weight, minlength=len(atoms) * _N).reshape(-1, _N)
    means = np.zeros((_N, _N, len(CENTRES_A)))
    deviations = np.zeros_like(means)
    for number in range(_N):
        own = counts[species == number]
        if len(own):
            means[number], deviations[number] = own.mean(axis=0), own.std(axis=0)
    shortest = np.full((_N, _N), CUTOFF_A)
    np.minimum.at(shortest, (species[first], species[second]), distance)
    upper = np.triu_indices(_N)
    return np.concatenate([means.ravel(), deviations.ravel(), _SHORTEST_WEIGHT * shortest[upper]])


def frame_descriptors(frames: Sequence[Atoms]) -> FloatArray:
    """Return the fingerprints of many frames, shape (n_frames, :func:`descriptor_size`)."""
    if not frames:
        return np.zeros((0, descriptor_size()))
    return np.array([frame_descriptor(frame) for frame in frames])


def distances(descriptors: FloatArray, to: FloatArray) -> FloatArray:
    """Return the Euclidean distance of each descriptor to one other, shape (n,).

    Args:
        descriptors: shape (n, d), of :func:`~grainway.distillation.labels.frame_selection.frame_descriptors`.
        to: shape (d,).
    """
    return np.asarray(np.linalg.norm(descriptors - to, axis=1), dtype=np.float64)


def nearest_distances(descriptors: FloatArray, known: FloatArray) -> FloatArray:
    """Return how far each descriptor is from the nearest known one, shape (n,); inf without any."""
    nearest = np.full(len(descriptors), np.inf)
    for one in known:
        nearest = np.minimum(nearest, distances(descriptors, one))
    return nearest


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
