"""A Gaussian process for noisy evaluations whose standard errors are known.

    y_i = f(x_i) + b_build(i) + e_i,   e_i ~ N(0, se_i²),   b ~ N(0, τ²),   f ~ GP(0, k)

The jitter τ is learned because the stated errors of molecular dynamics are usually too small; evaluations of
one build share it (see :mod:`~grainway.optimise.gp.shared_builds`). The
hyperparameters are at their maximum a posteriori, found by L-BFGS-B with analytic gradients from fixed
starts, so that the same data always give the same model.
Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), chapters 2 and 5.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import OptimizeResult, minimize

from grainway.array_types import FloatArray, IndexArray
from grainway.errors import ConfigError, GrainwayError
from grainway.optimise.gp.covariance import CovarianceModel
from grainway.optimise.gp.hyperparameters import HyperparameterLayout
from grainway.optimise.gp.kernel import KERNELS
from grainway.optimise.gp.log_posterior import LogPosterior
from grainway.optimise.gp.predictions import LeaveOneOut, Prepared
from grainway.optimise.points.model_inputs import Points

PRIOR_SCALE = 0.5
"""Half a decade: the spread of y that is assumed with the weight of one evaluation."""

SKETCH_STEPS, FIT_STEPS = 8, 120


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """A fitted Gaussian process; make it with :func:`fit_surrogate`.

    Attributes:
        points: the evaluated points, n of them.
        y: observed objective, shape (n,).
        se: stated standard errors, shape (n,).
        covariance: the covariance function.
        theta: its hyperparameters, in units of the scaled objective.
        level: y is centred on this.
        scale: and divided by this.
        log_posterior: at the maximum, up to a constant.
        builds: number of each evaluation's build, shape (n,).
        factor: lower Cholesky factor of the covariance of the scaled observations.
        weights: that covariance's inverse times the scaled observations.
    """

    points: Points
    y: FloatArray
    se: FloatArray
    covariance: CovarianceModel
    theta: FloatArray
    level: float
    scale: float
    log_posterior: float
    builds: IndexArray
    factor: FloatArray
    weights: FloatArray

    @property
    def jitter(self) -> float:
        """Learned noise beyond the stated one, one standard deviation, units of y."""
        return self.scale * math.exp(float(self.theta[self.covariance.layout.jitter]))

    def prepare(
        self, points: Points, *, compared: bool = False, builds: IndexArray | None = None
    ) -> Prepared:
        """Return what any number of predictions at the same points share.

        Args:
            points: the points.
            builds: for further runs of builds that were evaluated, the build of each point, shape (n,), with
                ``OWN_BUILD`` for none of them: what is predicted is then f plus the build's b.
            compared: look up which of them are evaluated ones. Worth it for points that many others will be
                compared with, since those have the covariance with every evaluation already.
        """
        rows = np.full(len(points), -1, dtype=np.intp)
        if compared:
            at = {key: row for row, key in enumerate(self.points.keys())}
            rows = np.array([at.get(key, -1) for key in points.keys()], dtype=np.intp)  # noqa: SIM118 - not a dictionary
        cross = self.covariance.matrix(self.theta, self.points, points)
        own = self.covariance.diagonal(self.theta, points)
        return Prepared(points, rows, cross, *self._posterior(cross, own, builds))

    def _posterior(
        self, cross: FloatArray, own: FloatArray, builds: IndexArray | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return solved, mean and variance as in :class:`Prepared`.

        Args:
            cross: prior covariance of the evaluations with n points, shape (n_evaluations, n), scaled.
            own: prior variance of the points, shape (n,), scaled.
            builds: as in :meth:`prepare`.
        """
        lowest = 0.0
        if builds is not None:
            shared = math.exp(2.0 * float(self.theta[self.covariance.layout.jitter]))
            cross = cross + shared * np.equal.outer(self.builds, builds)
            lowest = -shared
        solved = solve_triangular(self.factor, cross, lower=True, check_finite=False)
        variance = self.scale**2 * np.maximum(own - np.square(solved).sum(axis=0), lowest)
        return solved, self.level + self.scale * (cross.T @ self.weights), variance

    def between(self, a: Prepared, b: Prepared) -> FloatArray:
        """Return the posterior covariance of f between two sets of points, units of y².

        Returns:
            Shape (len(a.points), len(b.points)).
        """
        return np.asarray(self.scale**2 * (self._prior(a, b) - a.solved.T @ b.solved))

    def _prior(self, a: Prepared, b: Prepared) -> FloatArray:
        """Return the prior covariance of f between two sets of points, units of the scaled objective."""
        prior = np.empty((len(a.points), len(b.points)))
        evaluated = b.rows >= 0
        prior[:, evaluated] = a.cross[b.rows[evaluated]].T
        others = b.points.take(~evaluated)
        prior[:, ~evaluated] = self.covariance.matrix(self.theta, a.points, others)
        return prior

    def predict(self, points: Points) -> tuple[FloatArray, FloatArray]:
        """Return posterior mean and standard deviation of f, each of shape (n_points,), units of y."""
        prepared = self.prepare(points)
        return prepared.mean, np.sqrt(prepared.variance)

    def joint(self, a: Points, b: Points | None = None) -> tuple[FloatArray, FloatArray]:
        """Return the posterior mean at ``a`` and the posterior covariance of f between ``a`` and ``b``.

        Returns:
            Mean of shape (len(a),) in units of y and covariance of shape (len(a), len(b)) in its square;
            ``b`` is ``a`` when left out.
        """
        at_a = self.prepare(a)
        return at_a.mean, self.between(at_a, at_a if b is None else self.prepare(b))

    def sample(self, points: Points, n_samples: int, rng: np.random.Generator) -> FloatArray:
        """Draw f jointly at the points, shape (n_samples, n_points), units of y."""
        mean, covariance = self.joint(points)
        return np.asarray(mean + rng.standard_normal((n_samples, len(points))) @ square_root(covariance).T)

    def leave_one_out(self) -> LeaveOneOut:
        """Predict each evaluation from the others, those of its own build included."""
        inverse = cho_solve((self.factor, True), np.eye(len(self.y)))
        variance = self.scale**2 / np.diag(inverse)
        mean = self.y - self.scale * self.weights / np.diag(inverse)
        return LeaveOneOut.of(self.y, mean, np.sqrt(variance))

    def summary(self) -> dict[str, Any]:
        """Return the hyperparameters in JSON-ready form; amplitudes in units of y."""
        named = self.covariance.layout.named(self.theta, self.scale)
        return {"kernel": self.covariance.kernel, **named}


def square_root(covariance: FloatArray) -> FloatArray:
    """Return A with A Aᵀ equal to a positive semidefinite matrix; eigenvalues below rounding become zero."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def fit_surrogate(
    points: Points,
    y: FloatArray,
    se: FloatArray,
    groups: IndexArray,
    *,
    kernel: str = "matern52",
    coincidence: bool = False,
    added: FloatArray | None = None,
    builds: IndexArray | None = None,
) -> Surrogate:
    """Fit the surrogate to its maximum a posteriori.

    Args:
        points: evaluated points, replicates included.
        y: observed objective, shape (n,).
        se: standard errors, shape (n,), units of y.
        groups: length-scale index of each input column, shape (n_columns,).
        kernel: ``"matern52"`` or ``"rbf"``.
        coincidence: add the coincidence feature; the points must carry coincidences.
        added: covariances between the evaluations beyond those of geometry, each with an amplitude to be
            learned, shape (n_added, n, n). What the surrogate says of other points knows nothing of them.
        builds: number of each evaluation's build, shape (n,); None where each has its own.

    Raises:
        ConfigError: for an unknown kernel.
        GrainwayError: when no start of the fit ends at a finite posterior.
    """
    if kernel not in KERNELS:
        raise ConfigError.about("kernel", kernel, f"one of {sorted(KERNELS)}", "Take one of these.")
    level = float(np.mean(y))
    scale = math.sqrt((float(np.sum((y - level) ** 2)) + PRIOR_SCALE**2) / len(y))
    jitter_median = max(0.3 * float(np.median(se)) / scale, 1e-3)
    n_added = 0 if added is None else len(added)
    layout = HyperparameterLayout(int(groups.max()) + 1, coincidence, jitter_median, n_added)
    covariance = CovarianceModel(kernel, layout, groups)
    builds = np.arange(len(y)) if builds is None else builds
    posterior = LogPosterior.of(covariance, points, (y - level) / scale, se / scale, builds, added)

    def descend(start: FloatArray, steps: int) -> OptimizeResult:
        return minimize(
            posterior.negative,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=layout.bounds,
            options={"maxiter": steps, "ftol": 1e-7, "gtol": 1e-3},
        )

    # a few steps from every start tell which basin is the deepest
    sketches = [descend(start, SKETCH_STEPS) for start in layout.starts]
    best = descend(min(sketches, key=lambda run: float(run.fun)).x, FIT_STEPS)
    if not math.isfinite(float(best.fun)):
        raise GrainwayError("the surrogate cannot be fitted: no start ends at a finite posterior")
    theta = np.asarray(best.x, dtype=np.float64)
    return condition(points, y, se, covariance, theta, level, scale, builds, -float(best.fun), added)


def condition(
    points: Points,
    y: FloatArray,
    se: FloatArray,
    covariance: CovarianceModel,
    theta: FloatArray,
    level: float,
    scale: float,
    builds: IndexArray,
    log_posterior: float = math.nan,
    added: FloatArray | None = None,
) -> Surrogate:
    """Return the surrogate at given hyperparameters.

    Arguments are the attributes of :class:`Surrogate`, and ``added`` as in :func:`fit_surrogate`.
    """
    scaled = (y - level) / scale
    k, _ = LogPosterior.of(covariance, points, scaled, se / scale, builds, added).observed(theta)
    factor = np.asarray(cholesky(k, lower=True))
    weights = np.asarray(cho_solve((factor, True), scaled))
    return Surrogate(points, y, se, covariance, theta, level, scale, log_posterior, builds, factor, weights)
