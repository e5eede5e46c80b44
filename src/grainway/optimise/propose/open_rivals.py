"""What the convergence rules look at: the rivals of the recommended point, and coincidences not yet seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from grainway.design_space import Values
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import Surrogate, condition
from grainway.optimise.points.candidates import distinct, neighbours, space_filling
from grainway.optimise.points.coincidence_feature import AT_COINCIDENCE_DEG
from grainway.optimise.points.model_inputs import ModelInputs
from grainway.optimise.propose.boundary_entries import BuildableEntries

N_SPACE_FILLING, N_NEIGHBOURS, N_ENTRIES = 256, 96, 64
N_CENTRES, N_AROUND, N_ROUNDS = 8, 24, 3
N_RIVALS = 192
LOW_SIGMA = 21
"""Coincidences up to here must be seen or ruled out: depth falls as Σ^(−1/2), to a fifth at 25."""
LEAST_SEEN, DEPTH_UNSEEN = 3, 0.5
"""Until so many coincidences of low Σ were seen, cusps are taken to be at least so deep, units of y."""
RULED_OUT = 0.05
"""Probability to be better by more than the allowed regret, below which a coincidence is ruled out."""


def rivals(
    inputs: ModelInputs,
    entries: BuildableEntries,
    model: Mixture,
    incumbent: Values,
    rng: np.random.Generator,
) -> list[Values]:
    """Return points that could be better than the recommended one, found by a search for the lowest.

    The regret can only be bounded over points that are looked at, so the search goes where mean minus two
    standard deviations is lowest, which random points alone miss in many dimensions.
    """
    space = inputs.space
    pool = space_filling(space, N_SPACE_FILLING, rng) + neighbours(space, [incumbent], N_NEIGHBOURS, rng)
    pool += entries.ranked(model, [incumbent], N_ENTRIES, rng) + entries.random(N_ENTRIES, rng)
    found = [values for values in distinct(pool) if inputs.buildable(values)]
    for _ in range(N_ROUNDS):
        centres = _lowest(inputs, model, found, N_CENTRES)
        around = neighbours(space, centres, N_AROUND, rng)
        found = distinct(found + [values for values in around if inputs.buildable(values)])
    return _lowest(inputs, model, found, N_RIVALS)


def _lowest(inputs: ModelInputs, model: Mixture, points: Sequence[Values], n: int) -> list[Values]:
    mean, sd = model.predict(inputs.points(points))
    return [points[i] for i in np.argsort(mean - 2.0 * sd, kind="stable")[:n]]


@dataclass(frozen=True, slots=True)
class OpenCoincidence:
    """A boundary of low Σ that no evaluation has seen and the model does not rule out.

    Attributes:
        values: a point there, with the other parameters of the recommended one.
        sigma: its coincidence index.
        probability: that it is better than the recommended one by more than the allowed regret.
    """

    values: Values
    sigma: float
    probability: float


def open_coincidences(
    inputs: ModelInputs,
    entries: BuildableEntries,
    informed: Surrogate | None,
    incumbent: Values,
    allowed_regret: float,
) -> list[OpenCoincidence]:
    """Return what must be looked at before a campaign may call itself converged, likeliest first.

    Judged by the surrogate *with* the coincidence feature, also when the data favour the one without: a model
    that knows no cusps would rule out every one that was not seen. For the same reason their depth is not
    left to evaluations that saw none.

    Args:
        inputs: map from points to surrogate inputs.
        entries: the boundaries that exist; without any, nothing can be listed.
        informed: the surrogate with the coincidence feature, None where there is none.
        incumbent: the recommended point.
        allowed_regret: ε′, units of y.
    """
    candidates = [values for values in entries.beside(incumbent) if inputs.buildable(values)]
    if informed is None or inputs.table is None or not candidates:
        return []
    points = inputs.points(candidates)
    low = inputs.table.sigma <= LOW_SIGMA
    seen = (informed.points.scaled_deviation < AT_COINCIDENCE_DEG).any(axis=0)
    if np.count_nonzero(seen & low) < LEAST_SEEN:
        informed = _with_depth(informed, DEPTH_UNSEEN)
    mean, covariance = informed.joint(inputs.points([incumbent]))
    found = []
    for k in np.flatnonzero(~seen & low):
        nearest = int(np.argmin(points.scaled_deviation[:, k]))
        if not points.scaled_deviation[nearest, k] < AT_COINCIDENCE_DEG:
            continue
        there, with_incumbent = informed.joint(points.take([nearest]), inputs.points([incumbent]))
        own = informed.predict(points.take([nearest]))[1][0] ** 2
        variance = max(float(own + covariance[0, 0] - 2.0 * with_incumbent[0, 0]), 1e-18)
        probability = float(ndtr((mean[0] - allowed_regret - there[0]) / np.sqrt(variance)))
        if probability > RULED_OUT:
            found.append(OpenCoincidence(candidates[nearest], float(inputs.table.sigma[k]), probability))
    return sorted(found, key=lambda one: -one.probability)


def _with_depth(informed: Surrogate, depth: float) -> Surrogate:
    """Return the surrogate with cusps at least so deep, units of y."""
    theta = informed.theta.copy()
    place = informed.covariance.layout.depths.start
    theta[place] = max(theta[place], math.log(depth / informed.scale))
    return condition(
        informed.points,
        informed.y,
        informed.se,
        informed.covariance,
        theta,
        informed.level,
        informed.scale,
        informed.builds,
    )
