"""Mean-squared displacements over lags from one frame to half the run, in one pass.

Positions are kept at spacings of 1, 2, 4, ... frames, a few of each, as in multiple-tau correlators (Magatti
and Ferri, Appl. Opt. 40 (2001) 4011) but without their averaging: a displacement is one between two frames.
Memory grows as the logarithm of the length of the run.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_HELD = 3
_LAGS = (2, 3)
"""In units of a level's spacing; the first level has 1 too."""


class LogarithmicDisplacement:
    """Displacement tensors ⟨Δs_a Δs_b⟩ of ions at lags 1, 2, 3, 4, 6, 8, 12, ... frames."""

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

    def tensors(self) -> tuple[npt.NDArray[np.int64], FloatArray]:
        """Return lags in frames and ⟨Δs_a Δs_b⟩, shape (n_lags, 3, 3)."""
        lags = sorted(self._sums)
        n_ions = self._first.shape[0]
        tensors = [self._sums[lag] / (self._counts[lag] * n_ions) for lag in lags]
        return np.array(lags, dtype=np.int64), np.array(tensors).reshape(-1, 3, 3)
