"""Evaluations that share a build, and the noise that they therefore share.

    y_i = f(x_i) + b_build(i) + e_i,   e_i ~ N(0, se_i²),   b ~ N(0, τ²)

A replicate is built anew and draws another b; a run that goes on with an earlier one keeps its b. So the
noise covariance is diag(se²) + τ² [same build]: going on lowers the error of the run and never gets below τ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray, IndexArray

OWN_BUILD = -1
"""Stands for a build that no evaluation has."""


@dataclass(frozen=True, slots=True, eq=False)
class SharedBuilds:
    """Pairs of different evaluations of one build.

    Attributes:
        rows: first of each ordered pair, shape (n_pairs,).
        columns: second, shape (n_pairs,).
    """

    rows: IndexArray
    columns: IndexArray

    @classmethod
    def of(cls, builds: IndexArray) -> SharedBuilds:
        """Find the pairs.

        Args:
            builds: number of each evaluation's build, shape (n,).
        """
        same = np.equal.outer(builds, builds)
        np.fill_diagonal(same, val=False)
        return cls(*np.nonzero(same))

    def add_to(self, covariance: FloatArray, variance: float) -> None:
        """Add τ² to the covariance of the evaluations, shape (n, n), in place, at every pair."""
        covariance[self.rows, self.columns] += variance

    def total(self, matrix: FloatArray) -> float:
        """Return the sum of a matrix, shape (n, n), over the pairs."""
        return float(matrix[self.rows, self.columns].sum())
