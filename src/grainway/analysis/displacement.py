"""Displacements in the framework's frame: mean-squared and cross-displacements by FFT.

Positions are unwrapped, so nothing here depends on the cell: equivalent (sheared) cells and any
constant shift of an ion by lattice vectors give the same numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft

from grainway.domain import Trajectory
from grainway.errors import AnalysisError

FloatArray = npt.NDArray[np.float64]

MOBILE_SPECIES = "Li"

_BLOCK_BYTES = 32_000_000


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


def mean_squared_displacement(positions: FloatArray) -> FloatArray:
    """Return the mean-squared displacement along each axis for every lag.

    M_a(m) = ⟨[r_a(t + m) - r_a(t)]²⟩ over origins t and ions, by the Wiener-Khinchin theorem (Kneller et
    al., Comput. Phys. Commun. 91 (1995) 191): power spectra are summed over blocks of ions, so one inverse
    transform serves them all.

    Args:
        positions: unwrapped positions, shape (n_frames, n_ions, 3), Å.

    Returns:
        Shape (n_frames, 3), Å²; entry 0 is 0. The sum over axes is the usual MSD.
    """
    tensor = _correlate(positions, positions, diagonal=True)
    return np.asarray(np.maximum(tensor, 0.0))


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
    return _correlate(first, second, diagonal=False)


def _correlate(first: FloatArray, second: FloatArray, *, diagonal: bool) -> FloatArray:
    n_frames, n_ions, _ = first.shape
    padded = fft.next_fast_len(2 * n_frames - 1, real=True)
    pattern = "fna,fna->fa" if diagonal else "fna,fnb->fab"
    spectrum: npt.NDArray[np.complex128] = np.zeros(1, dtype=np.complex128)
    squares: FloatArray = np.zeros(1)
    block = max(1, _BLOCK_BYTES // (padded * 3 * 16))
    for start in range(0, n_ions, block):
        a = first[:, start : start + block]
        b = second[:, start : start + block]
        # displacements do not depend on an ion's mean position; removing it keeps the digits
        a = a - a.mean(axis=0)
        b = b - b.mean(axis=0)
        squares = squares + np.einsum(pattern, a, b)
        a_hat = fft.rfft(a, padded, axis=0)
        b_hat = fft.rfft(b, padded, axis=0)
        spectrum = spectrum + np.einsum(pattern, a_hat.conj(), b_hat)
    lagged = fft.irfft(spectrum, padded, axis=0)
    forward = lagged[:n_frames]
    # Σ_t a(t + m) b(t) sits at negative lags of the same transform
    backward = np.concatenate([lagged[:1], lagged[: padded - n_frames : -1]])
    head = np.cumsum(np.asarray(squares), axis=0)[::-1]
    tail = np.cumsum(np.asarray(squares)[::-1], axis=0)[::-1]
    origins = np.arange(n_frames, 0, -1).reshape((-1,) + (1,) * (forward.ndim - 1))
    result = (head + tail - forward - backward) / (origins * n_ions)
    result[0] = 0.0
    return np.asarray(result)
