"""Averages over time and displacements whose memory hardly depends on the length of the run."""

import numpy as np

from grainway.array_types import FloatArray, IntArray


class BlockAverages:
    """Averages over consecutive blocks of frames, which double in length whenever the room is used up.

    With room for M blocks there are between M/2 and M of them at the end, all of one length, a power of two
    times the first. Averages of averages over equal blocks are the averages over both, so nothing is lost but
    the last, unfinished block: less than one part in M/2 of the run.
    """

    def __init__(self, shape: tuple[int, ...], room: int, frames: int = 1) -> None:
        """Make room.

        Args:
            shape: of what is averaged.
            room: M, an even number.
            frames: in the first blocks.
        """
        self.frames = frames
        self._blocks = np.zeros((room, *shape))
        self._sum = np.zeros(shape)
        self._n_blocks = 0
        self._n_summed = 0

    def add(self, values: FloatArray) -> None:
        """Take the next frame."""
        self._sum += values
        self._n_summed += 1
        if self._n_summed < self.frames:
            return
        np.divide(self._sum, self.frames, out=self._blocks[self._n_blocks])
        self._n_blocks += 1
        self._sum[...] = 0.0
        self._n_summed = 0
        if self._n_blocks == self._blocks.shape[0]:
            self._n_blocks //= 2
            # each target lies at or before its sources: pair by pair, nothing needs to be copied
            for block in range(self._n_blocks):
                first = self._blocks[2 * block]
                np.add(first, self._blocks[2 * block + 1], out=self._blocks[block])
            self._blocks[: self._n_blocks] *= 0.5
            self.frames *= 2

    @property
    def averages(self) -> FloatArray:
        """Averages over the finished blocks, shape (n_blocks, ...)."""
        return self._blocks[: self._n_blocks]


class SparseAverages:
    """Short averages over consecutive frames, kept at equal distances in time, fewer than a given number.

    Whenever the room is used up every other one is dropped, and from then on only every other one is kept.
    """

    def __init__(self, room: int, frames: int) -> None:
        """Make room.

        Args:
            room: how many are kept at most, an even number.
            frames: in each average.
        """
        self._room, self._frames = room, frames
        self._kept: list[FloatArray] = []
        self._sum: FloatArray | None = None
        self._seen = 0
        self._stride = 1

    def add(self, values: FloatArray) -> None:
        """Take the next frame; ``values`` are copied where needed."""
        window, place = divmod(self._seen, self._frames)
        self._seen += 1
        if window % self._stride:
            return
        if place == 0 or self._sum is None:
            self._sum = values.copy()
        else:
            self._sum += values
        if place == self._frames - 1:
            self._kept.append(self._sum / self._frames)
            if len(self._kept) == self._room:
                self._kept = self._kept[::2]
                self._stride *= 2

    @property
    def averages(self) -> FloatArray:
        """The averages kept, shape (n_kept, ...)."""
        return np.array(self._kept)

    @property
    def distance(self) -> int:
        """Frames from one average to the next."""
        return self._frames * self._stride


_HELD = 3
_LAGS = (2, 3)
"""In units of a level's spacing; the first level has 1 too."""


class LogarithmicDisplacement:
    """Displacement tensors ⟨Δs_a Δs_b⟩ of ions at lags 1, 2, 3, 4, 6, 8, 12, ... frames, in one pass.

    Positions are kept at spacings of 1, 2, 4, ... frames, a few of each, as in multiple-tau correlators
    (Magatti and Ferri, Appl. Opt. 40 (2001) 4011) but without their averaging: a displacement is one between
    two frames. Memory grows as the logarithm of the length of the run.
    """

    def __init__(self) -> None:
        self._held: list[list[FloatArray]] = []
        self._first: FloatArray = np.empty((0, 3))
        self._sums: dict[int, FloatArray] = {}
        self._counts: dict[int, int] = {}
        self._seen = 0

    def add(self, positions: FloatArray) -> None:
        """Take the next frame, shape (n_ions, 3); it is kept, so it must not change afterwards."""
        frame, spacing, level = self._seen, 1, 0
        self._seen += 1
        while frame % spacing == 0:
            if level == len(self._held):
                # every level begins with the first frame, and is made when its second is reached
                self._held.append([] if frame == 0 else [self._first])
            held = self._held[level]
            for lag in _LAGS if level else (1, *_LAGS):
                if lag <= len(held):
                    self._count(lag * spacing, positions - held[-lag])
            held.append(positions)
            del held[:-_HELD]
            if frame == 0:
                self._first = positions
                break
            spacing *= 2
            level += 1

    def _count(self, lag: int, moved: FloatArray) -> None:
        if lag not in self._sums:
            self._sums[lag], self._counts[lag] = np.zeros((3, 3)), 0
        self._sums[lag] += moved.T @ moved
        self._counts[lag] += 1

    def tensors(self) -> tuple[IntArray, FloatArray]:
        """Return lags in frames and ⟨Δs_a Δs_b⟩, shape (n_lags, 3, 3)."""
        lags = sorted(self._sums)
        n_ions = self._first.shape[0]
        tensors = [self._sums[lag] / (self._counts[lag] * n_ions) for lag in lags]
        return np.array(lags, dtype=np.int64), np.array(tensors).reshape(-1, 3, 3)
