"""Nearness to a coincidence orientation, the one crystallographic idea that the surrogate is given.

Properties of boundaries have cusps at misorientations of low coincidence index Σ, and the range of a cusp
falls as Σ^(−1/2): Brandon, Acta Metall. 14, 1479 (1966), with Δθ = 15° Σ^(−1/2). The nearness used here is

    h(x) = max_k Σ_k^(−p) exp(−u_k²/2),    u_k = Δθ_k √Σ_k / w,

over the coincidences k of the point's family. The width w and the exponent p are learned; the depth is the
weight that the surrogate gives h. The module knows no lattice: the coincidences are read off the features
of the boundaries that the design space reaches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray, IndexArray

BRANDON_WIDTH_DEG = 15.0
MAX_SIGMA = 49
"""Above it the Brandon width is below 2.2°, finer than a campaign of some ten evaluations resolves."""

MAX_COINCIDENCES = 96
AT_COINCIDENCE_DEG = 2.0
"""Δθ √Σ below which a boundary counts as one of the coincidence."""


@dataclass(frozen=True, slots=True, eq=False)
class CoincidenceTable:
    """Coincidence orientations by family.

    Attributes:
        angle: coincidence angle, shape (n_coincidences,), degrees.
        sigma: coincidence index, shape (n_coincidences,).
        family: index of the family, shape (n_coincidences,).
    """

    angle: FloatArray
    sigma: FloatArray
    family: IndexArray

    @classmethod
    def from_points(cls, angle: FloatArray, sigma: FloatArray, family: IndexArray) -> CoincidenceTable:
        """Collect the distinct coincidences of low Σ among points whose angle and Σ are known.

        Args:
            angle: realised misorientation, shape (n,), degrees.
            sigma: realised coincidence index, shape (n,).
            family: index of the family, shape (n,).
        """
        entries = sorted(
            {
                (float(s), int(f), round(float(a), 3))
                for a, s, f in zip(angle, sigma, family, strict=True)
                if 1 <= s <= MAX_SIGMA
            }
        )[:MAX_COINCIDENCES]
        table = np.array(entries, dtype=np.float64).reshape(-1, 3)
        return cls(angle=table[:, 2], sigma=table[:, 0], family=table[:, 1].astype(np.intp))

    def scaled_deviation(self, angle: FloatArray, family: IndexArray) -> FloatArray:
        """Return Δθ_k √Σ_k, infinite for coincidences of other families.

        Args:
            angle: shape (n,), degrees.
            family: shape (n,).

        Returns:
            Shape (n, n_coincidences), degrees.
        """
        deviation = np.abs(angle[:, None] - self.angle[None, :]) * np.sqrt(self.sigma)[None, :]
        return np.where(family[:, None] == self.family[None, :], deviation, np.inf)


def nearness(
    scaled_deviation: FloatArray, sigma: FloatArray, log_width: float, exponent: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return h and its derivatives by the logarithm of the width and by the exponent.

    Args:
        scaled_deviation: Δθ_k √Σ_k, shape (n, n_coincidences), degrees; infinite where k does not apply.
        sigma: Σ_k, shape (n_coincidences,) or (n, n_coincidences).
        log_width: logarithm of the width w in degrees.
        exponent: p.

    Returns:
        h, ∂h/∂ log w and ∂h/∂p, each of shape (n,), dimensionless.
    """
    squared = np.square(scaled_deviation * math.exp(-log_width))
    log_sigma = np.broadcast_to(np.log(sigma), squared.shape)
    log_h = -exponent * log_sigma - 0.5 * squared
    nearest = np.argmax(log_h, axis=1)[:, None]
    h = np.exp(np.take_along_axis(log_h, nearest, axis=1)[:, 0])
    # an infinite deviation has h = 0 and no slope; the product would be 0 · ∞
    u2 = np.where(h > 0, np.take_along_axis(squared, nearest, axis=1)[:, 0], 0.0)
    return h, h * u2, -h * np.take_along_axis(log_sigma, nearest, axis=1)[:, 0]
