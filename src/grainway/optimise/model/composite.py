"""The objective as a function of geometry plus one of quantities that are measured with it.

    y_i = g(x_i) + Σ_j β_j A_ij + e_i,   g ~ GP(0, k),   β_j ~ N(0, b_j²),   f(x) = g(x) + Σ_j β_j a_j(x)

A_ij is what evaluation i realised of auxiliary quantity j (lithium enrichment, oxygen vacancies), a_j(x) what
its own Gaussian process says of a point, in standard deviations. A point that was not run has no A: there
a_j(x) enters with its mean and its whole uncertainty. Given what was measured, β_j A_j has mean zero and

    Cov(β_j A_ij, β_j A_kj) = ⟨β_j²⟩ (⟨A_ij⟩⟨A_kj⟩ + Cov(A_ij, A_kj)),

which is added to the covariance of y; the product of two normal numbers is taken as normal with these
moments. ⟨β_j²⟩ is b_j² before y is known, and b_j is learned with the other hyperparameters. In the first
term y then narrows β_j down. In the second it cannot, so that after the fit ⟨β_j²⟩ given y is put there:
b_j, which its prior holds back, would leave intervals too short.

It can represent an effect proportional to each quantity, and a quantity that is known better than the
objective then tells the objective. It cannot represent a curved or saturating effect, one that differs
between boundaries, a product of two quantities, or errors of y and of a quantity that are correlated within
a run. Where scatter between builds goes through the quantity into y, to tell it apart gains nothing for a
point whose quantity has to be predicted. What y tells about a_j is not used, and the quantities are taken as
independent of each other given geometry. In the processes of the quantities a run that goes on with another
counts as a build of its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from grainway.array_types import FloatArray, IndexArray
from grainway.optimise.gp.predictions import LeaveOneOut, Prepared
from grainway.optimise.gp.surrogate import Surrogate, condition, fit_surrogate
from grainway.optimise.model.auxiliary_quantity import Auxiliary
from grainway.optimise.points.model_inputs import Points


@dataclass(frozen=True, eq=False)
class CompositeSurrogate(Surrogate):
    """A surrogate whose function also depends on auxiliary quantities; make it with :func:`fit_composite`.

    Attributes:
        auxiliaries: the quantities.
        mean_squares: ⟨β_j²⟩ given y, one for each quantity, units of the scaled objective squared.
    """

    auxiliaries: tuple[Auxiliary, ...]
    mean_squares: tuple[float, ...]

    @property
    def jitter(self) -> float:
        """Noise beyond the stated one, the builds' scatter in the quantities included, units of y."""
        own = math.exp(2.0 * float(self.theta[self.covariance.layout.jitter]))
        realised = sum(q * one.surrogate.jitter**2 for _, q, one in self._weighted())
        return self.scale * math.sqrt(own + realised)

    def prepare(
        self, points: Points, *, compared: bool = False, builds: IndexArray | None = None
    ) -> Prepared:
        """Return what any number of predictions at the same points share; see the plain surrogate's."""
        of_geometry = super().prepare(points, compared=compared)
        auxiliaries = tuple(one.surrogate.prepare(points, compared=compared) for one in self.auxiliaries)
        cross, own = of_geometry.cross.copy(), self.covariance.diagonal(self.theta, points)
        for (b2, q, one), there in zip(self._weighted(), auxiliaries, strict=True):
            cross += b2 * np.outer(one.mean, there.mean) + q * one.covariance_with(there)
            own += b2 * there.mean**2 + q * there.variance
        solved, mean, variance = self._posterior(cross, own, builds)
        # its own ``cross`` stays that of geometry, from which a prior between points is taken
        return replace(of_geometry, solved=solved, mean=mean, variance=variance, auxiliaries=auxiliaries)

    def _prior(self, a: Prepared, b: Prepared) -> FloatArray:
        prior = super()._prior(a, b)
        for (b2, q, one), at_a, at_b in zip(self._weighted(), a.auxiliaries, b.auxiliaries, strict=True):
            prior += b2 * np.outer(at_a.mean, at_b.mean) + q * one.surrogate.between(at_a, at_b)
        return prior

    def leave_one_out(self) -> LeaveOneOut:
        """Predict each evaluation from the others, without what it measured of the auxiliary quantities.

        With K' the covariance of y in which also the left-out A_i are predicted from the others, and
        x = K'^-1 e_i, the prediction of y_i is y_i − xᵀy/x_i with variance 1/x_i.
        """
        scaled = (self.y - self.level) / self.scale
        rest = self.factor @ self.factor.T
        for b2, q, one in self._weighted():
            rest -= b2 * np.outer(one.mean, one.mean) + q * one.covariance
        mean, variance = np.empty(len(scaled)), np.empty(len(scaled))
        for i, unit in enumerate(np.eye(len(scaled))):
            covariance = rest.copy()
            for b2, q, one in self._weighted():
                of_others = one.without(i)
                covariance += b2 * np.outer(of_others[0], of_others[0]) + q * of_others[1]
            x = cho_solve(cho_factor(covariance, lower=True), unit)
            mean[i], variance[i] = scaled[i] - x @ scaled / x[i], 1.0 / x[i]
        return LeaveOneOut.of(self.y, self.level + self.scale * mean, self.scale * np.sqrt(variance))

    def slopes(self) -> dict[str, tuple[float, float]]:
        """Return β of every quantity and its posterior standard deviation, units of y over the quantity's."""
        units = [self.scale / one.unit for one in self.auxiliaries]
        names = [one.name for one in self.auxiliaries]
        scaled = zip(names, units, *self.scaled_slopes(), strict=True)
        return {name: (unit * mean, unit * sd) for name, unit, mean, sd in scaled}

    def scaled_slopes(self) -> tuple[list[float], list[float]]:
        """Return posterior mean and standard deviation of every β, units of the scaled objective."""
        means, sds = [], []
        for b2, _, one in self._weighted():
            cross = b2 * one.mean
            solved = solve_triangular(self.factor, cross, lower=True, check_finite=False)
            means.append(float(cross @ self.weights))
            sds.append(math.sqrt(max(b2 - float(solved @ solved), 0.0)))
        return means, sds

    def _weighted(self) -> list[tuple[float, float, Auxiliary]]:
        """Return b_j², ⟨β_j²⟩ given y and the quantity, for each."""
        b2 = np.exp(2.0 * self.theta[self.covariance.layout.strengths]).tolist()
        return list(zip(b2, self.mean_squares, self.auxiliaries, strict=True))


def fit_composite(
    points: Points,
    y: FloatArray,
    se: FloatArray,
    groups: IndexArray,
    auxiliaries: Sequence[Auxiliary],
    *,
    kernel: str = "matern52",
    coincidence: bool = False,
    builds: IndexArray | None = None,
) -> CompositeSurrogate:
    """Fit the composite model to its maximum a posteriori; the quantities' own processes stay as they are.

    Args:
        points: evaluated points, replicates included.
        y: observed objective, shape (n,).
        se: standard errors, shape (n,), units of y.
        groups: length-scale index of each input column.
        auxiliaries: the quantities at the same evaluations, one or more.
        kernel: radial kernel.
        coincidence: add the coincidence feature to the part of geometry.
        builds: number of each evaluation's build, shape (n,); None where each has its own.
    """
    added = _second_moments(auxiliaries, np.ones(len(auxiliaries)))
    fitted = fit_surrogate(
        points, y, se, groups, kernel=kernel, coincidence=coincidence, added=added, builds=builds
    )
    b2 = np.exp(2.0 * fitted.theta[fitted.covariance.layout.strengths])
    means, sds = _composite(fitted, auxiliaries, b2).scaled_slopes()
    mean_squares = np.square(means) + np.square(sds)
    added = _second_moments(auxiliaries, mean_squares / b2)
    of_fit = (
        fitted.covariance, fitted.theta, fitted.level, fitted.scale, fitted.builds, fitted.log_posterior
    )  # fmt: skip
    return _composite(condition(points, y, se, *of_fit, added), auxiliaries, mean_squares)


def _second_moments(auxiliaries: Sequence[Auxiliary], ratios: FloatArray) -> FloatArray:
    """Return ⟨A_i⟩⟨A_k⟩ + ⟨β²⟩/b² Cov(A_i, A_k) of each quantity, shape (n_auxiliaries, n, n)."""
    pairs = zip(ratios, auxiliaries, strict=True)
    return np.array([np.outer(one.mean, one.mean) + ratio * one.covariance for ratio, one in pairs])


def _composite(
    fitted: Surrogate, auxiliaries: Sequence[Auxiliary], mean_squares: FloatArray
) -> CompositeSurrogate:
    own = {field.name: getattr(fitted, field.name) for field in fields(fitted)}
    return CompositeSurrogate(
        **own, auxiliaries=tuple(auxiliaries), mean_squares=tuple(float(q) for q in mean_squares)
    )
