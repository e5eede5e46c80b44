"""Displacements in the framework's frame: mean-squared and cross-displacements by FFT.

Positions are unwrapped, so nothing here depends on the cell: equivalent (sheared) cells and any
constant shift of an ion by lattice vectors give the same numbers.
"""

from __future__ import annotations

import mmap

import numpy as np
import numpy.typing as npt
from scipy import fft

from grainway.domain import Trajectory
from grainway.errors import AnalysisError

FloatArray = npt.NDArray[np.float64]

MOBILE_SPECIES = "Li"

_BLOCK_BYTES = 16_000_000
_TRANSFORM_BYTES = 4_000_000
_CACHED_BYTES = 300_000
"""A few frames at a time are turned round while they are in the cache."""
_FRAMES_FOR_MEAN = 16


def framework_positions(
    trajectory: Trajectory, indices: npt.NDArray[np.intp], species: str = MOBILE_SPECIES
) -> FloatArray:
    """Return positions in the frame of the framework's charge-weighted centre.

    R(t) = Σ_f q_f r_f(t) / Σ_f q_f over the framework, all atoms that are neither lithium nor
    ``species``. In this frame Σ_f q_f (r_f - R) vanishes, so the polarisation of all ions equals that of
    the mobile ions alone, which holds for no other centre. A trajectory without framework atoms is
    returned as it is: its drift is its own.

    Args:
        trajectory: unwrapped positions.
        indices: atoms to return.
        species: the species under study, not part of the framework.

    Returns:
        Positions, shape (n_frames, len(indices), 3), Å; the first frame is unchanged.

    Raises:
        AnalysisError: when the framework's charges sum to zero.
    """
    names = np.array(trajectory.species)
    framework = np.flatnonzero((names != MOBILE_SPECIES) & (names != species))
    selected = trajectory.positions[:, indices]
    if framework.size == 0:
        return selected
    charges = trajectory.charges[framework]
    total = float(charges.sum())
    if abs(total) < 1e-6 * max(1.0, float(np.abs(charges).sum())):
        raise AnalysisError.about(
            "charges",
            total,
            "the framework's formal charges must not sum to zero",
            "Give integer formal charges (La +3, Zr +4, O -2).",
        )
    centre = np.einsum("tfk,f->tk", trajectory.positions[:, framework], charges / total)
    return np.asarray(selected - (centre - centre[0])[:, None, :])


def mean_squared_displacement(positions: npt.NDArray[np.floating]) -> FloatArray:
    """Return the mean-squared displacement along each axis for every lag.

    M_a(m) = ⟨[r_a(t + m) - r_a(t)]²⟩ over origins t and ions, by the Wiener-Khinchin theorem (Kneller et
    al., Comput. Phys. Commun. 91 (1995) 191): power spectra are summed over blocks of ions, so one inverse
    transform serves them all.

    Args:
        positions: unwrapped positions, shape (n_frames, n_ions, 3), Å. An array of single precision or a
            memory map (``numpy.load(..., mmap_mode="r")``) is read in blocks of ions; sums are in double
            precision.

    Returns:
        Shape (n_frames, 3), Å²; entry 0 is 0. The sum over axes is the usual MSD.
    """
    n_frames, n_ions, n_axes = positions.shape
    padded = fft.next_fast_len(2 * n_frames - 1, real=True)
    power = np.zeros((n_axes, 2 * (padded // 2 + 1)))
    squares = np.zeros((n_axes, n_frames))
    width = max(1, _TRANSFORM_BYTES // (padded * n_axes * 16))
    per_read = width * max(1, _BLOCK_BYTES // (n_frames * n_axes * 8 * width))
    for start in range(0, n_ions, per_read):
        block = _time_last(positions, start, min(start + per_read, n_ions))
        for first in range(0, block.shape[1], width):
            part = block[:, first : first + width]
            squares += np.einsum("anf,anf->af", part, part)
            # real and imaginary parts as they lie in memory, in one pass
            spectrum = fft.rfft(part, padded, axis=2).view(np.float64)
            power += np.einsum("anf,anf->af", spectrum, spectrum)
    lagged = fft.irfft(power.reshape(n_axes, -1, 2).sum(axis=2), padded, axis=1).T
    return np.maximum(_from_correlation(lagged, lagged, squares.T, n_ions), 0.0)


def cross_displacement(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the displacement tensor ⟨Δa_i(m) Δb_j(m)⟩ of two sets of coordinates for every lag.

    With ``second`` equal to ``first`` this is the tensor whose slope is 2 D_ij; with two dipole moments of
    shape (n_frames, 1, 3) its slope is the cross term of the collective transport.

    Args:
        first: unwrapped coordinates, shape (n_frames, n_ions, 3).
        second: likewise, same shape.

    Returns:
        Shape (n_frames, 3, 3), product of the two units, averaged over ions and origins.

    Raises:
        AnalysisError: when the shapes differ.
    """
    if first.shape != second.shape:
        raise AnalysisError(f"cross_displacement needs equal shapes, got {first.shape} and {second.shape}")
    n_frames, n_ions, _ = first.shape
    padded = fft.next_fast_len(2 * n_frames - 1, real=True)
    spectrum = np.zeros((padded // 2 + 1, 3, 3), dtype=np.complex128)
    squares = np.zeros((n_frames, 3, 3))
    block = max(1, _BLOCK_BYTES // (padded * 3 * 16))
    for start in range(0, n_ions, block):
        a = first[:, start : start + block]
        b = second[:, start : start + block]
        a = a - a.mean(axis=0)
        b = b - b.mean(axis=0)
        squares += np.einsum("fna,fnb->fab", a, b)
        a_hat = fft.rfft(a, padded, axis=0)
        b_hat = fft.rfft(b, padded, axis=0)
        spectrum += np.einsum("fna,fnb->fab", a_hat.conj(), b_hat)
    lagged = fft.irfft(spectrum, padded, axis=0)
    # Σ_t a(t + m) b(t) sits at negative lags of the same transform
    backward = np.concatenate([lagged[:1], lagged[: padded - n_frames : -1]])
    return _from_correlation(lagged, backward, squares, n_ions)


def _time_last(positions: npt.NDArray[np.floating], start: int, stop: int) -> FloatArray:
    """Positions of some ions less about each one's mean, in doubles, shape (n_axes, n_ions, n_frames)."""
    n_frames, _, n_axes = positions.shape
    block = np.empty((n_axes, stop - start, n_frames))
    # displacements do not depend on an ion's mean position; removing it, roughly, keeps the digits
    some = np.linspace(0, n_frames - 1, _FRAMES_FOR_MEAN).astype(np.intp)
    middle = positions[some, start:stop].mean(axis=0, dtype=np.float64)
    rows = max(1, _CACHED_BYTES // (n_axes * (stop - start) * 8))
    until_release = 0
    for first in range(0, n_frames, rows):
        part = positions[first : first + rows, start:stop] - middle
        block[:, :, first : first + rows] = part.transpose(2, 1, 0)
        until_release += rows * positions[0].nbytes
        if until_release >= _BLOCK_BYTES:
            _release(positions)
            until_release = 0
    _release(positions)
    return block


def _release(positions: npt.NDArray[np.floating]) -> None:
    """Let the system drop the pages of a memory-mapped file, which would stay resident otherwise."""
    owner: object = positions
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if isinstance(owner, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        owner.madvise(mmap.MADV_DONTNEED)


def _from_correlation(
    forward: FloatArray, backward: FloatArray, squares: FloatArray, n_ions: int
) -> FloatArray:
    """⟨Δa Δb⟩ from Σ a(t) b(t + m), Σ a(t + m) b(t) and Σ_i a b at each time."""
    n_frames = squares.shape[0]
    head = np.cumsum(squares, axis=0)[::-1]
    tail = np.cumsum(squares[::-1], axis=0)[::-1]
    origins = np.arange(n_frames, 0, -1).reshape((-1,) + (1,) * (squares.ndim - 1))
    result = (head + tail - forward[:n_frames] - backward[:n_frames]) / (origins * n_ions)
    result[0] = 0.0
    return np.asarray(result)
