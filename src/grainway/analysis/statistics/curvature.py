"""How far the logarithm of a quantity may bend away from a straight line in 1/T, before anything is measured.

With β = 1/k_BT, processes side by side give y = Σ A_i exp(-E_i β), so that d ln y/dβ = -⟨E⟩ and
d² ln y/dβ² = Var(E), mean and variance over the processes, each weighted by what it carries. In series, where
resistances add, the signs turn. A curve therefore comes from a second process that crosses the first at β_c
with another activation energy,

    ln y = a - E β ± ln[1 + exp(Δ (β - β_c))],

and what is known of E and β_c beforehand says how far it can bend:

- E of either process lies anywhere in 0.1-1.0 eV: below is hardly any barrier (0.1 eV is that of silver in
  α-AgI), above nothing is seen to move in a simulation or at room temperature; garnets, their boundaries and
  potentials of them have 0.15-0.6 eV. Two energies drawn uniformly differ by Δ with the density
  2(1 - Δ/w)/w, w = 0.9 eV.
- β_c lies anywhere between those of 1500 K, above which garnets melt, and 250 K, below which no battery is
  used; side by side and in series are alike likely.
- How much of that is seen: the slopes of lithium garnets changed, between the temperatures where they were
  measured, by 0.025 to 0.12 eV, whose mean square is 0.6 of that of the laws above (three changes, in
  benchmarks/extrapolation_coverage.py).

The bend g has then the mean zero and the covariance K(β, β') = 0.6 ⟨h h'⟩, h = ln[1 + exp(Δ (β - β_c))], and
is taken as the Gaussian process of that covariance (C. E. Rasmussen and C. K. I. Williams, Gaussian Processes
for Machine Learning, 2006, ch. 2). No number in it was fitted to the laws that it is tested on; what the
intervals cover stands in docs/error_bars.md.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from grainway.array_types import FloatArray
from grainway.units import BOLTZMANN_EV_PER_K

ACTIVATION_ENERGIES_EV = (0.1, 1.0)
"""Lowest and highest of any process that carries lithium."""

CROSSING_TEMPERATURES_K = (1500.0, 250.0)
"""Hottest and coldest at which a second process may take over."""

SEEN_SHARE = 0.6
"""Mean square of the changes of slope that were seen over that of two processes."""

_ORDER = 24
"""Points of the quadrature in Δ and in β_c; 200 change the error at 298 K by less than 1e-6."""


def bend_covariance(inverse: FloatArray, other: FloatArray, chord: tuple[float, float]) -> FloatArray:
    """Return the prior covariance of the bend of ln y, less its chord.

    A straight line through the bend at two temperatures is nothing that a fit with free slope and intercept
    could tell from its own, so it is taken off: what is left is small between the two and grows outside.

    Args:
        inverse: 1/k_BT, 1/eV, shape (n,).
        other: the same, shape (m,).
        chord: two different 1/k_BT at which the bend is counted as zero.

    Returns:
        Shape (n, m), of the natural logarithm.
    """
    difference, crossing, weight = _laws()
    first, second = (_less_chord(difference, crossing, x, chord) for x in (inverse, other))
    return np.asarray(SEEN_SHARE * (first * weight[:, None]).T @ second)


def _less_chord(
    difference: FloatArray, crossing: FloatArray, x: FloatArray, chord: tuple[float, float]
) -> FloatArray:
    """Return h less the line through its values at both ends of the chord, shape (laws, n)."""
    ends = np.asarray(chord)
    values, at_ends = (
        np.logaddexp(0.0, difference[:, None] * (b[None, :] - crossing[:, None])) for b in (x, ends)
    )
    part = (x - ends[0]) / (ends[1] - ends[0])
    return np.asarray(values - at_ends[:, :1] * (1 - part) - at_ends[:, 1:] * part)


@cache
def _laws() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Differences Δ, crossings β_c and weights of all laws of two processes, shape (laws,)."""
    nodes, weights = np.polynomial.legendre.leggauss(_ORDER)
    part, weights = (nodes + 1) / 2, weights / 2
    low, high = ACTIVATION_ENERGIES_EV
    hot, cold = (1 / (BOLTZMANN_EV_PER_K * t) for t in CROSSING_TEMPERATURES_K)
    difference, crossing = np.meshgrid(part * (high - low), hot + part * (cold - hot), indexing="ij")
    weight = np.outer(2 * (1 - part) * weights, weights)
    return difference.ravel(), crossing.ravel(), weight.ravel()
