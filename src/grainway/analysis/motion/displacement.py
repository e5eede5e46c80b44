"""Displacements in the framework's frame: mean-squared by FFT.

Positions are unwrapped, so nothing here depends on the cell: equivalent (sheared) cells and any
constant shift of an ion by lattice vectors give the same numbers.
"""

import mmap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from scipy import fft

from grainway.array_types import FloatArray, IndexArray
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from grainway.machine.processors import available_processors

MOBILE_SPECIES = "Li"

_IONS_TOGETHER = 16
_FRAMES_TOGETHER = 512
"""So many ions and frames at a time are turned round: what is read and written stays in the cache."""
_IONS_PER_TRANSFORM = 4
_LINE = 8
"""Doubles in a line of the cache."""
_RESIDENT_BYTES = 128 * 2**20
_COPIED_BYTES = 48_000_000
"""Of a memory map that is resident, and of one that is larger the part that is copied, at a time."""
_NEAR_A = 200.0
"""Squares of such coordinates leave 1e-11 Å² of their displacements' digits."""
_FRAMES_FOR_MEAN = 16
_MOST_THREADS = 4
"""Each has 10 MB of its own at 10,000 frames."""
_COORDINATES_PER_THREAD = 1_000_000
"""Transformed in about 10 ms; for less another thread is not worth its start."""


def framework_positions(
    trajectory: Trajectory, indices: IndexArray, species: str = MOBILE_SPECIES
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


def mean_squared_displacement(
    positions: npt.NDArray[np.floating], *, n_threads: int | None = None
) -> FloatArray:
    """Return the mean-squared displacement along each axis for every lag.

    M_a(m) = ⟨[r_a(t + m) - r_a(t)]²⟩ over origins t and ions, by the Wiener-Khinchin theorem (Kneller et
    al., Comput. Phys. Commun. 91 (1995) 191): power spectra are summed over ions, so one inverse transform
    serves them all.

    Args:
        positions: unwrapped positions, shape (n_frames, n_ions, 3), Å. An array of single precision or a
            memory map (``numpy.load(..., mmap_mode="r")``) is read in blocks of ions; sums are in double
            precision.
        n_threads: ions transformed beside each other; by default one thread for each core of this process,
            at most four, where there is enough to do. The result is the same to the last bit.

    Returns:
        Shape (n_frames, 3), Å²; entry 0 is 0. The sum over axes is the usual MSD.

    Raises:
        AnalysisError: for fewer than one thread.
    """
    if n_threads is not None and n_threads < 1:
        raise AnalysisError.about("n_threads", n_threads, "1 or more", "Leave it out for one a core.")
    n_frames, n_ions, n_axes = positions.shape
    padded = _transform_length(2 * n_frames - 1)
    power = np.zeros((n_axes, 2 * (padded // 2 + 1)))
    squares = np.zeros((n_axes, n_frames))
    if n_threads is None:
        n_threads = min(available_processors(), _MOST_THREADS, 1 + positions.size // _COORDINATES_PER_THREAD)
    workplace = threading.local()

    def of_some(few: npt.NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
        if not hasattr(workplace, "spectra"):
            workplace.spectra = _Spectra(n_frames, n_axes, padded)
        spectra: _Spectra = workplace.spectra
        return spectra.sums(few)

    with ThreadPoolExecutor(n_threads) as pool:
        in_order = map if n_threads == 1 else pool.map
        for some in _in_memory(positions):
            starts = range(0, some.shape[1], _IONS_TOGETHER)
            blocks = [some[:, start : start + _IONS_TOGETHER] for start in starts]
            # added in the order of the ions, whichever thread is first
            for block_power, block_squares in in_order(of_some, blocks):
                power += block_power
                squares += block_squares
    lagged = fft.irfft(power.reshape(n_axes, -1, 2).sum(axis=2), padded, axis=1).T
    return np.maximum(_from_correlation(lagged, squares.T, n_ions), 0.0)


class _Spectra:
    """Where one thread transforms; its arrays are written again and again, as fresh memory costs as much."""

    def __init__(self, n_frames: int, n_axes: int, padded: int) -> None:
        self._shape = n_axes, n_frames
        # rows a power of two apart would share one set of the cache
        self._series = np.zeros((_IONS_TOGETHER * n_axes, padded + _LINE))[:, :padded]
        self._spectrum = np.empty((_IONS_PER_TRANSFORM * n_axes, padded // 2 + 1), dtype=np.complex128)
        # real and imaginary parts as they lie in memory, squared in one pass
        self._parts = self._spectrum.view(np.float64).reshape(_IONS_PER_TRANSFORM, n_axes, -1)

    def sums(self, positions: npt.NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
        """Return squared spectra, parts of a number beside each other, and squares, both summed over ions."""
        n_axes, n_frames = self._shape
        _turn_round(positions, self._series)
        power, squares = np.zeros(self._parts.shape[1:]), np.zeros(self._shape)
        for first in range(0, positions.shape[1], _IONS_PER_TRANSFORM):
            n_now = min(_IONS_PER_TRANSFORM, positions.shape[1] - first)
            now = self._series[first * n_axes : (first + n_now) * n_axes]
            in_time = now[:, :n_frames].reshape(n_now, n_axes, n_frames)
            squares += np.einsum("naf,naf->af", in_time, in_time)
            np.fft.rfft(now, axis=1, out=self._spectrum[: n_now * n_axes])
            power += np.einsum("naf,naf->af", self._parts[:n_now], self._parts[:n_now])
        return power, squares


def _transform_length(n_least: int) -> int:
    """A length that transforms fast: of those at most 5 % longer the one with most factors of two."""
    lengths = {fft.next_fast_len(n_least, real=True)}
    for factor in (1, 3, 5, 9, 15):
        length = factor << max(0, (-(-n_least // factor) - 1).bit_length())
        if length <= 1.05 * n_least:
            lengths.add(length)
    return max(lengths, key=lambda length: (length & -length, -length))


def _in_memory(positions: npt.NDArray[np.floating]) -> Iterator[npt.NDArray[np.floating]]:
    """Blocks of ions: of a large memory map copies, since every pass over its pages costs."""
    n_frames, n_ions, n_axes = positions.shape
    if _mapping(positions) is None or positions.nbytes <= _RESIDENT_BYTES:
        yield positions
        _release(positions)
        return
    width = min(n_ions, max(1, _COPIED_BYTES // (n_frames * n_axes * positions.itemsize)))
    rows = max(1, _RESIDENT_BYTES // positions[0].nbytes)
    copied = np.empty((n_frames, width, n_axes), dtype=positions.dtype)
    for start in range(0, n_ions, width):
        block = copied[:, : min(width, n_ions - start)]
        for first in range(0, n_frames, rows):
            block[first : first + rows] = positions[first : first + rows, start : start + width]
            _release(positions)
        yield block


def _turn_round(positions: npt.NDArray[np.floating], series: FloatArray) -> None:
    """Write the coordinates of every ion as rows of ``series``."""
    n_frames, n_ions, n_axes = positions.shape
    n_rows = n_ions * n_axes
    # displacements do not depend on an ion's mean position; removing a large one, roughly, keeps the digits
    some = np.linspace(0, n_frames - 1, _FRAMES_FOR_MEAN).astype(np.intp)
    middle = positions[some].mean(axis=0, dtype=np.float64).reshape(n_rows, 1)
    far = bool(np.abs(middle).max() > _NEAR_A)
    for first in range(0, n_frames, _FRAMES_TOGETHER):
        last = min(first + _FRAMES_TOGETHER, n_frames)
        turned = series[:n_rows, first:last]
        turned[...] = positions[first:last].reshape(last - first, n_rows).T
        if far:
            turned -= middle


def _mapping(positions: npt.NDArray[np.floating]) -> mmap.mmap | None:
    """The memory map beneath an array, if any."""
    owner: object = positions
    while isinstance(owner, np.ndarray):
        owner = owner.base
    return owner if isinstance(owner, mmap.mmap) else None


def _release(positions: npt.NDArray[np.floating]) -> None:
    """Let the system drop the pages of a memory-mapped file, which would stay resident otherwise."""
    mapping = _mapping(positions)
    if mapping is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)


def _from_correlation(lagged: FloatArray, squares: FloatArray, n_ions: int) -> FloatArray:
    """⟨Δa²⟩ from Σ a(t) a(t + m) at each lag and Σ_i a² at each time."""
    n_frames = squares.shape[0]
    head = np.cumsum(squares, axis=0)[::-1]
    tail = np.cumsum(squares[::-1], axis=0)[::-1]
    origins = np.arange(n_frames, 0, -1)[:, None]
    # the correlation twice, not its double: the sum of two roundings is what it has always been
    result = (head + tail - lagged[:n_frames] - lagged[:n_frames]) / (origins * n_ions)
    result[0] = 0.0
    return np.asarray(result)
