"""The covariance of the objective between points, and its gradient by the hyperparameters.

    k(x, x') = c² + σ_a² Σ_g ρ(r_g) + σ_p² Σ_(g<g') ρ(r_g) ρ(r_g') + σ_f² ρ(r)
               + [a_shared² + a_family² δ(family, family')] h(x) h(x'),
    r_g² = |x_g − x'_g|² / ℓ_g²,   r² = Σ_g r_g² / G

c is the spread of the unknown mean level, ρ a radial kernel and h the nearness to a coincidence. The first
sum is a function of each input alone (width, translation, composition ... act for themselves to first
order), which some ten evaluations can tell where they cannot tell a function of all inputs at once. The
second is a function of two at a time: the angles of one axis are not those of another, the best composition
moves with the inclination. The third is all that is left (Duvenaud, Nickisch & Rasmussen, NIPS 2011, orders
1, 2 and G). All share the length scales. A weight of h with normal prior of variance a² gives exactly the
product h(x) h(x') in the covariance, so the depth of the cusps is integrated out rather than fixed.
"""

import math
from dataclasses import dataclass

import numpy as np

from grainway.array_types import BoolArray, FloatArray, IndexArray
from grainway.optimise.gp.hyperparameters import HyperparameterLayout
from grainway.optimise.gp.kernel import KERNELS, group_squared_differences, pair_squared_differences
from grainway.optimise.points.coincidence_feature import nearness
from grainway.optimise.points.model_inputs import Points

LEVEL_VARIANCE = 4.0
"""Prior variance of the mean level, in units of the scaled objective; wide against the data's own scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of the evaluated points, each once: what the fit needs of them at every step.

    Attributes:
        points: the points, n of them.
        upper: row and column of the pairs above the diagonal, each of shape (n_pairs,).
        squared: squared differences by group, shape (n_groups, n_pairs).
        same_family: True where both are of one family, shape (n, n).
        added: covariances beyond those of geometry, up to their amplitudes, shape (n_added, n, n).
    """

    points: Points
    upper: tuple[IndexArray, IndexArray]
    squared: FloatArray
    same_family: BoolArray
    added: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Radial:
    """The parts of the covariance at the pairs, without amplitudes.

    Attributes:
        additive: ρ(r_g), shape (n_groups, n_pairs).
        additive_slope: its derivative by r_g², same shape.
        full: ρ(r), shape (n_pairs,).
        full_slope: its derivative by r², same shape.
        together: Σ_g ρ(r_g), shape (n_pairs,).
        pairwise: Σ_(g<g') ρ(r_g) ρ(r_g'), shape (n_pairs,).
    """

    additive: FloatArray
    additive_slope: FloatArray
    full: FloatArray
    full_slope: FloatArray
    together: FloatArray
    pairwise: FloatArray


@dataclass(frozen=True, slots=True)
class CovarianceModel:
    """A covariance function up to its hyperparameters.

    Attributes:
        kernel: name of the radial kernel.
        layout: what the hyperparameter vector holds.
        groups: length-scale index of each input column, shape (n_columns,).
    """

    kernel: str
    layout: HyperparameterLayout
    groups: IndexArray

    def matrix(self, theta: FloatArray, a: Points, b: Points) -> FloatArray:
        """Return the covariance between two sets of points, shape (len(a), len(b))."""
        correlation = KERNELS[self.kernel].correlation
        inverse_lengths = np.exp(-theta[self.layout.lengths])
        total, additive, pairwise = (np.zeros((len(a), len(b))) for _ in range(3))
        for squared in group_squared_differences(a.columns, b.columns, self.groups, inverse_lengths):
            total += squared
            own = correlation(squared)
            pairwise += own * additive
            additive += own
        total /= self.layout.n_groups
        out = correlation(total)
        out *= math.exp(2.0 * theta[self.layout.full])
        for part, amplitude in ((additive, self.layout.additive), (pairwise, self.layout.pairwise)):
            part *= math.exp(2.0 * theta[amplitude])
            out += part
        out += LEVEL_VARIANCE
        if self.layout.coincidence:
            h_a, h_b = self.nearness(theta, a), self.nearness(theta, b)
            same = a.family[:, None] == b.family[None, :]
            out += self._amplitudes(theta, same) * np.outer(h_a, h_b)
        return np.asarray(out)

    def diagonal(self, theta: FloatArray, a: Points) -> FloatArray:
        """Return the prior variance at each point, shape (len(a),)."""
        out = np.full(len(a), self._at_zero(theta))
        if self.layout.coincidence:
            shared, family = np.exp(2.0 * theta[self.layout.depths])
            out += (shared + family) * self.nearness(theta, a) ** 2
        return out

    def nearness(self, theta: FloatArray, a: Points) -> FloatArray:
        """Return h at each point, shape (len(a),)."""
        log_width, exponent = theta[self.layout.cusp]
        return nearness(a.scaled_deviation, a.sigma, float(log_width), float(exponent))[0]

    def pairs(self, a: Points, added: FloatArray | None = None) -> Pairs:
        """Return the pairs of the points, for :meth:`matrix_of_pairs` and :meth:`contract_gradient`."""
        upper = np.triu_indices(len(a), 1)
        squared = pair_squared_differences(a.columns, upper, self.groups)
        same_family = a.family[:, None] == a.family[None, :]
        return Pairs(
            a, upper, squared, same_family, np.zeros((0, len(a), len(a))) if added is None else added
        )

    def matrix_of_pairs(self, theta: FloatArray, pairs: Pairs) -> tuple[FloatArray, Radial]:
        """Return K(a, a) and what :meth:`contract_gradient` reuses."""
        squared = np.exp(-2.0 * theta[self.layout.lengths])[:, None] * pairs.squared
        with_slope = KERNELS[self.kernel].with_slope
        additive, additive_slope = with_slope(squared)
        together = additive.sum(axis=0)
        pairwise = 0.5 * (np.square(together) - np.square(additive).sum(axis=0))
        parts = Radial(additive, additive_slope, *with_slope(squared.mean(axis=0)), together, pairwise)
        off_diagonal = math.exp(2.0 * theta[self.layout.full]) * parts.full
        off_diagonal += math.exp(2.0 * theta[self.layout.additive]) * together
        off_diagonal += math.exp(2.0 * theta[self.layout.pairwise]) * pairwise
        k = np.zeros((len(pairs.points),) * 2)
        k[pairs.upper] = off_diagonal + LEVEL_VARIANCE
        k += k.T
        k[np.diag_indices_from(k)] = self._at_zero(theta)
        if self.layout.coincidence:
            h = self.nearness(theta, pairs.points)
            k += self._amplitudes(theta, pairs.same_family) * np.outer(h, h)
        for strength, added in zip(theta[self.layout.strengths], pairs.added, strict=True):
            k += math.exp(2.0 * strength) * added
        return k, parts

    def contract_gradient(
        self, theta: FloatArray, pairs: Pairs, parts: Radial, weights: FloatArray
    ) -> FloatArray:
        """Return Σ_ij W_ij ∂K_ij/∂θ for a symmetric W, zero for the jitter, which is not part of K."""
        layout = self.layout
        out = np.zeros(layout.size)
        full, additive = math.exp(2.0 * theta[layout.full]), math.exp(2.0 * theta[layout.additive])
        inverse_square = np.exp(-2.0 * theta[layout.lengths])
        twice = 2.0 * weights[pairs.upper]
        trace = float(np.trace(weights))
        out[layout.full] = 2.0 * full * (float(twice @ parts.full) + trace)
        out[layout.additive] = (
            2.0 * additive * (float((parts.additive @ twice).sum()) + layout.n_groups * trace)
        )
        pairwise = math.exp(2.0 * theta[layout.pairwise])
        out[layout.pairwise] = 2.0 * pairwise * (float(twice @ parts.pairwise) + layout.n_pairs * trace)
        shared_slope = pairs.squared @ (twice * parts.full_slope) / layout.n_groups
        own_slope = np.einsum("gp,gp->g", pairs.squared, parts.additive_slope * twice)
        paired_slope = np.einsum(
            "gp,gp->g", pairs.squared, parts.additive_slope * (parts.together - parts.additive) * twice
        )
        out[layout.lengths] = (
            -2.0 * inverse_square * (full * shared_slope + additive * own_slope + pairwise * paired_slope)
        )
        if layout.coincidence:
            log_width, exponent = theta[layout.cusp]
            deviation, sigma = pairs.points.scaled_deviation, pairs.points.sigma
            h, by_width, by_exponent = nearness(deviation, sigma, float(log_width), float(exponent))
            shared, family = np.exp(2.0 * theta[layout.depths])
            of_family = (weights * pairs.same_family) @ h
            out[layout.depths] = 2.0 * shared * float(h @ weights @ h), 2.0 * family * float(h @ of_family)
            weighted = shared * (weights @ h) + family * of_family
            out[layout.cusp] = 2.0 * float(by_width @ weighted), 2.0 * float(by_exponent @ weighted)
        for j, added in enumerate(pairs.added, start=layout.strengths.start):
            out[j] = 2.0 * math.exp(2.0 * theta[j]) * float((weights * added).sum())
        return out

    def _at_zero(self, theta: FloatArray) -> float:
        """Prior variance without coincidence."""
        layout = self.layout
        full, additive, pairwise = np.exp(2.0 * theta[layout.amplitudes])
        return (
            LEVEL_VARIANCE
            + float(full)
            + layout.n_groups * float(additive)
            + layout.n_pairs * float(pairwise)
        )

    def _amplitudes(self, theta: FloatArray, same_family: BoolArray) -> FloatArray:
        shared, family = np.exp(2.0 * theta[self.layout.depths])
        return np.asarray(shared + family * same_family)
