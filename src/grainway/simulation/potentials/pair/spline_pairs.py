"""Pair interactions as cubic splines: what a linear fit to a teacher's forces gives.

V(r) = Σ_k c_k B((r − r_first)/h − k) with uniform cubic B-splines (C. de Boor, A Practical Guide to Splines,
1978) from a first distance to the cut-off. The three functions that do not vanish there are left out, so that
value, slope and curvature end at zero. Below the shortest distance that the fit has seen the force goes on as
an exponential: a spline says nothing where there were no data, and a hot or randomised structure goes there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grainway.errors import ConfigError
from grainway.simulation.potentials.pair.pair_forms import Array

_LEFT_OUT = 3
"""Functions that reach the cut-off: without them V, V' and V'' are zero there."""


@dataclass(frozen=True, kw_only=True)
class SplineGrid:
    """Where the functions of one pair of elements stand.

    Attributes:
        first: the distance at which the splines begin, Å.
        cutoff: where they end, Å.
        intervals: number of knot intervals between the two.

    Raises:
        ConfigError: fewer than four intervals, or no distance between first and cut-off.
    """

    first: float
    cutoff: float
    intervals: int

    def __post_init__(self) -> None:
        """Refuse a grid that holds no function."""
        if not 0 < self.first < self.cutoff:
            raise ConfigError.about(
                "first", self.first, f"above 0 and below the cut-off, {self.cutoff:g} Å", "Lower it."
            )
        if self.intervals <= _LEFT_OUT:
            raise ConfigError.about("intervals", self.intervals, "4 or more", "Take a finer spacing.")

    @property
    def spacing(self) -> float:
        """Distance of the knots, Å."""
        return (self.cutoff - self.first) / self.intervals

    @property
    def n_functions(self) -> int:
        """Functions that end at zero with slope and curvature."""
        return self.intervals

    def functions(self, r: Array) -> tuple[np.ndarray, Array, Array]:
        """Return the four functions that differ from zero at each distance.

        Args:
            r: distances within [first, cutoff), shape (n,), Å.

        Returns:
            The number of the first of the four at each distance, shape (n,); their values, shape (n, 4), and
            derivatives by r, shape (n, 4), 1/Å. Numbers from ``n_functions`` on belong to those left out.
        """
        u = (r - self.first) / self.spacing
        interval = np.clip(np.floor(u), 0, self.intervals - 1).astype(np.intp)
        t = u - interval
        s = 1 - t
        values = np.stack(
            (s**3, 3 * t**3 - 6 * t**2 + 4, 3 * s**3 - 6 * s**2 + 4, t**3),
            axis=-1,
        )
        slopes = np.stack(
            (-3 * s**2, 9 * t**2 - 12 * t, -9 * s**2 + 12 * s, 3 * t**2),
            axis=-1,
        )
        return interval, values / 6, slopes / (6 * self.spacing)


@dataclass(frozen=True, kw_only=True)
class SplinePair:
    """A fitted pair interaction.

    Attributes:
        grid: where its functions stand.
        coefficients: c_k, shape (n_functions,), eV.
        join: distance below which the force goes on as an exponential, Å; within the grid.
        stiffness: its rate, 1/Å.
    """

    grid: SplineGrid
    coefficients: tuple[float, ...]
    join: float
    stiffness: float

    def __post_init__(self) -> None:
        """Refuse coefficients that are not those of the grid."""
        if len(self.coefficients) != self.grid.n_functions:
            raise ConfigError.about(
                "coefficients",
                len(self.coefficients),
                f"{self.grid.n_functions}, one for each function of the grid",
                "Fit again on this grid.",
            )
        if not self.grid.first <= self.join < self.grid.cutoff:
            raise ConfigError.about(
                "join", self.join, f"{self.grid.first:g} to {self.grid.cutoff:g} Å", "Place it on the grid."
            )

    def evaluate(self, r: Array) -> tuple[Array, Array]:
        """Return V in eV and F = −dV/dr in eV/Å at r in Å.

        Below ``join`` the force is F(join) + (S/k)[exp(k(join − r)) − 1] with the stiffness k and the slope
        S = −dF/dr there, but at least the weakest repulsion that the stiffness makes of 1 eV/Å.
        """
        energy, force = self.evaluate_sets(np.array(self.coefficients)[:, None], r)
        return energy[..., 0], force[..., 0]

    def evaluate_sets(self, coefficients: Array, r: Array) -> tuple[Array, Array]:
        """Return the same for other coefficients on the same grid, all at once.

        Args:
            coefficients: one set a column, shape (n_functions, n_sets), eV.
            r: distances, any shape, Å.

        Returns:
            V in eV and F in eV/Å, of the shape of r and one axis more, of the sets.
        """
        distance = np.asarray(r, dtype=np.float64)
        inside = np.clip(distance, self.join, self.grid.cutoff)
        energy, force = self._splines(coefficients, inside)
        beyond = (distance >= self.grid.cutoff)[..., None]
        depth = np.maximum(self.join - distance, 0.0)[..., None]
        edge = np.array([self.join, self.join + 1e-4 * self.grid.spacing])
        _, (at, after) = self._splines(coefficients, edge)
        steepness = np.maximum((at - after) / (edge[1] - edge[0]), self.stiffness) / self.stiffness
        grown = np.expm1(self.stiffness * depth)
        force = force + steepness * grown
        energy = energy + at * depth + steepness * (grown / self.stiffness - depth)
        return np.where(beyond, 0.0, energy), np.where(beyond, 0.0, force)

    def _splines(self, coefficients: Array, r: Array) -> tuple[Array, Array]:
        number, values, slopes = self.grid.functions(r.ravel())
        padded = np.concatenate([coefficients, np.zeros((_LEFT_OUT, coefficients.shape[1]))])
        chosen = padded[number[:, None] + np.arange(4)]
        shape = (*r.shape, coefficients.shape[1])
        energy = (chosen * values[..., None]).sum(1).reshape(shape)
        return energy, -(chosen * slopes[..., None]).sum(1).reshape(shape)
