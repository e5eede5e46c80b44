"""What a further evaluation is worth, in units of the objective.

Knowledge gradient (Frazier, Powell & Dayanik, INFORMS J. Comput. 21, 599 (2009)): how far the lowest
posterior mean is expected to fall when the noisy value is in. The lowest is taken over evaluated points
and, for a new point, itself, since only an evaluated point is ever recommended. Old and new points are thus
weighed in one currency, and a second run where it decides the recommendation comes by itself. A run that
goes on with its build sees f + b, with the build's b as far as its earlier runs tell it: the value is worth
less about f than that of a build of its own wherever builds differ by more than the runs err.

Noisy expected improvement (Letham, Karrer, Ottoni & Bakshy, Bayesian Anal. 14, 495 (2019)): f is sampled
jointly at evaluated and pending points, each sample has its own best value, and the expected improvement of
the noise-free f on it is averaged. Old points have none, so they are weighed by the knowledge gradient.

Pending evaluations count as done: they shrink the covariance and leave the mean as it is. Far below any gain
that matters the spread decides, so that flat regions keep an order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from grainway.array_types import FloatArray, IndexArray
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.predictions import Prepared
from grainway.optimise.gp.shared_builds import OWN_BUILD
from grainway.optimise.gp.surrogate import Surrogate
from grainway.optimise.points.model_inputs import Points

AcquisitionName = Literal["knowledge_gradient", "noisy_improvement"]

N_PAIRS = 128
"""Antithetic pairs: the mean is known to 9 % of its spread or better, and all candidates share the
numbers."""

_NODES = np.linspace(-5.0, 5.0, 41)
"""Values of a normal number on a grid: the integrand is piecewise linear, late gains lie in the tails."""
_WEIGHTS = np.exp(-0.5 * _NODES**2)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_TIE = 1e-9
"""Weight of the spread, decades per decade: orders candidates whose gains round to zero and no others."""


def noise_of(model: Mixture) -> float:
    """Return the standard deviation that an evaluation of a new build is expected to have, units of y."""
    return float(np.hypot(np.median(model.se), model.jitter))


@dataclass(frozen=True, slots=True, eq=False)
class _Component:
    """One surrogate with the points that everything is compared with."""

    surrogate: Surrogate
    known: Prepared
    pending: Prepared
    gain: FloatArray
    noise_variance: float
    run_variance: float

    @classmethod
    def of(
        cls,
        surrogate: Surrogate,
        known: Points,
        pending: Points,
        builds: IndexArray,
        noise_sd: float,
        se: float,
    ) -> _Component:
        at_pending = surrogate.prepare(pending, builds=builds)
        variance, run = (sd**2 + 1e-12 * surrogate.scale**2 for sd in (noise_sd, se))
        run += surrogate.jitter**2
        among = surrogate.between(at_pending, at_pending)
        among += np.diag(np.where(builds == OWN_BUILD, variance, run))
        gain = np.linalg.cholesky(np.linalg.inv(among)) if len(pending) else np.zeros((0, 0))
        return cls(surrogate, surrogate.prepare(known, compared=True), at_pending, gain, variance, run)

    def fall(self, candidates: Prepared) -> FloatArray:
        """Return the knowledge gradient of evaluations with a build of their own, shape (n_candidates,)."""
        to_known = self.surrogate.between(candidates, self.known)
        own = candidates.variance
        if len(self.pending.points):
            # what the running evaluations will tell is taken off beforehand
            told = self.surrogate.between(candidates, self.pending) @ self.gain
            to_known = to_known - told @ self._known_told.T
            own = np.maximum(own - np.square(told).sum(axis=1), 0.0)
        spread = np.sqrt(own + self.noise_variance)
        lowest = candidates.mean[:, None] + (own / spread)[:, None] * _NODES
        return np.asarray(self._fall(to_known / spread[:, None], lowest) + _TIE * np.sqrt(own))

    def fall_of_continued(self, points: Points, builds: IndexArray) -> FloatArray:
        """Return the knowledge gradient of further runs of these builds, shape (n_points,).

        What is seen is f + b; what counts afterwards is f.
        """
        here, seen = self.surrogate.prepare(points), self.surrogate.prepare(points, builds=builds)
        to_known = self.surrogate.between(seen, self.known)
        # Cov(f, f + b) and Var(f + b) − τ², from Var(f) and the part that the evaluations explain
        both = self.surrogate.scale**2 * (here.solved * (here.solved - seen.solved)).sum(axis=0)
        to_own, own = here.variance + both, seen.variance
        if len(self.pending.points):
            here_told, told = (self.surrogate.between(at, self.pending) @ self.gain for at in (here, seen))
            to_known = to_known - told @ self._known_told.T
            to_own = to_own - (here_told * told).sum(axis=1)
            own = own - np.square(told).sum(axis=1)
        spread = np.sqrt(np.maximum(own + self.run_variance, 1e-12 * self.surrogate.scale**2))
        lowest = here.mean[:, None] + (to_own / spread)[:, None] * _NODES
        return self._fall(to_known / spread[:, None], lowest)

    @property
    def _known_told(self) -> FloatArray:
        return np.asarray(self.surrogate.between(self.known, self.pending) @ self.gain)

    def _fall(self, slopes: FloatArray, lowest: FloatArray) -> FloatArray:
        """Return by how much the lowest mean falls, on average over the nodes.

        Args:
            slopes: change of each known point's mean per standard deviation of the value to come, shape
                (n_candidates, n_known).
            lowest: mean of each candidate itself at every node, shape (n_candidates, n_nodes); overwritten.
        """
        slopes, mean = _reachable(slopes, self.known.mean)
        for i, node in enumerate(_NODES):
            np.minimum(lowest[:, i], (mean + slopes * node).min(axis=1), out=lowest[:, i])
        return np.asarray(np.maximum(self.known.mean.min() - lowest @ _WEIGHTS, 0.0))


def _reachable(slopes: FloatArray, mean: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return slopes and means of those known points that are the lowest at any node for any candidate."""
    furthest = _NODES[-1] * np.abs(slopes).max(axis=0, initial=0.0)
    kept = mean - furthest <= (mean + furthest).min()
    return slopes[:, kept], mean[kept]


class KnowledgeGradient:
    """Knowledge gradient against fixed known points, averaged over the surrogates of a mixture.

    Args:
        model: the fitted surrogates.
        known: evaluated and pending points without repetition.
        pending: points still running, may be empty.
        noise_sd: standard deviation of an evaluation of a new build, units of y.
        builds: of the running evaluations, ``OWN_BUILD`` for new ones, shape (len(pending),); None where all
            are new.
    """

    def __init__(
        self,
        model: Mixture,
        known: Points,
        pending: Points,
        noise_sd: float,
        builds: IndexArray | None = None,
    ) -> None:
        self._weights = model.weights
        if builds is None:
            builds = np.full(len(pending), OWN_BUILD)
        se = math.sqrt(max(noise_sd**2 - model.jitter**2, 0.0))
        self._components = [_Component.of(m, known, pending, builds, noise_sd, se) for m in model.components]

    def __call__(self, candidates: Points) -> FloatArray:
        """Return how far an evaluation of each point is expected to lower the smallest posterior mean.

        Returns:
            Shape (len(candidates),), units of y, never negative.
        """
        parts = [c.fall(c.surrogate.prepare(candidates)) for c in self._components]
        return np.asarray(sum(w * part for w, part in zip(self._weights, parts, strict=True)))

    def of_continued(self, points: Points, builds: IndexArray) -> FloatArray:
        """Return how far a further run of builds that were evaluated is expected to lower that mean.

        Args:
            points: where they are.
            builds: which they are, shape (len(points),); none of them running.

        Returns:
            Shape (len(points),), units of y, never negative.
        """
        parts = [c.fall_of_continued(points, builds) for c in self._components]
        return np.asarray(sum(w * part for w, part in zip(self._weights, parts, strict=True)))


class NoisyImprovement:
    """Noisy expected improvement against fixed known points, averaged over the surrogates of a mixture.

    Args:
        model: the fitted surrogates.
        known: evaluated and pending points without repetition.
        rng: its numbers are used in antithetic pairs.
        n_pairs: pairs of joint samples.
    """

    def __init__(
        self, model: Mixture, known: Points, rng: np.random.Generator, n_pairs: int = N_PAIRS
    ) -> None:
        half = rng.standard_normal((n_pairs, len(known)))
        self._normal = np.concatenate([half, -half])
        self._weights = model.weights
        self._components = [(m, m.prepare(known, compared=True)) for m in model.components]

    def __call__(self, candidates: Points) -> FloatArray:
        """Return the expected improvement over the best of the known points.

        Returns:
            Shape (len(candidates),), units of y, never negative.
        """
        parts = [self._improvement(m, known, m.prepare(candidates)) for m, known in self._components]
        return np.asarray(sum(w * part for w, part in zip(self._weights, parts, strict=True)))

    def _improvement(self, surrogate: Surrogate, known: Prepared, candidates: Prepared) -> FloatArray:
        covariance = surrogate.between(known, known)
        values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
        kept = values > 1e-10 * surrogate.scale**2
        root = np.sqrt(values[kept])
        normal = self._normal[:, kept]
        best = (known.mean + normal @ (vectors[:, kept] * root).T).min(axis=1)
        # f(candidate) given the sampled f(known) is normal with this gain times the same normal numbers
        gain = surrogate.between(candidates, known) @ (vectors[:, kept] / root)
        rest = np.sqrt(np.maximum(candidates.variance - np.square(gain).sum(axis=1), 0.0))
        improvement = best[None, :] - (candidates.mean[:, None] + gain @ normal.T)
        sigma = np.maximum(rest, 1e-9 * surrogate.scale)[:, None]
        u = improvement / sigma
        expected = improvement * ndtr(u) + sigma * np.exp(-0.5 * u**2) / math.sqrt(2.0 * math.pi)
        expected = np.maximum(expected, 0.0).mean(axis=1)
        # no room left once f at the known points is given: a boundary that is known, under another name
        return np.asarray(np.where(rest > 1e-4 * surrogate.scale, expected, 0.0) + _TIE * rest)
