"""Which share of the surrogate's variance over the design space is due to which parameter.

    first order  S_i = Var(⟨f | x_i⟩) / Var f          what x_i explains on its own
    total        T_i = ⟨Var(f | all but x_i)⟩ / Var f   with every interaction that it takes part in

With two independent samples A, B and A_i, which is A with parameter i from B:

    S_i = ⟨f(B) (f(A_i) − f(A))⟩ / V      (Saltelli et al., Comput. Phys. Commun. 181, 259 (2010))
    T_i = ⟨(f(A) − f(A_i))²⟩ / 2V         (Jansen, Comput. Phys. Commun. 117, 35 (1999))

f is centred first, which lowers the noise of S_i, and V is the variance over A and B together. Indices are
computed for functions drawn from the posterior and not for its mean, which varies less than any of them (Le
Gratiet, Cannamela & Iooss, SIAM/ASA J. Uncertain. Quantif. 2, 336 (2014)).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from grainway.array_types import FloatArray
from grainway.design_space import DesignSpace
from grainway.domain import Estimate
from grainway.errors import ConfigError
from grainway.optimise.explain.sensitivity_design import points_of, uniform_units
from grainway.optimise.gp.mixture import Mixture, draw_functions
from grainway.optimise.points.model_inputs import ModelInputs
from grainway.optimise.points.reproducible_draws import stream

LEAST_ROWS = 8
LEAST_DEVIATION = 1e-3
"""Standard deviation of a drawn function, relative to the scale of y, below which shares have no meaning."""


@dataclass(frozen=True, slots=True)
class VarianceShare:
    """Sobol indices of one parameter; see :func:`sobol_indices` for what the errors mean.

    Attributes:
        name: the parameter.
        first: what it explains on its own; may come out below 0 by noise.
        total: with all of its interactions.
    """

    name: str
    first: Estimate
    total: Estimate


@dataclass(frozen=True, slots=True)
class SobolIndices:
    """Sobol indices of every parameter.

    Attributes:
        shares: one for each parameter, in the order of the design space; none when they are undefined.
        deviation: standard deviation of f over the design space, units of y; None when undefined.
        n_rows: rows of all designs of which every point can be built.
        n_designs: designs.
        n_samples: functions drawn for each.
        reason: why the indices are undefined; None when they are not.
    """

    shares: tuple[VarianceShare, ...]
    deviation: Estimate | None
    n_rows: int
    n_designs: int
    n_samples: int
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "shares": [
                {"name": s.name, "first": s.first.to_dict(), "total": s.total.to_dict()} for s in self.shares
            ],
            "deviation": None if self.deviation is None else self.deviation.to_dict(),
            "n_rows": self.n_rows,
            "n_designs": self.n_designs,
            "n_samples": self.n_samples,
            "reason": self.reason,
        }


def sobol_indices(
    model: Mixture,
    inputs: ModelInputs,
    space: DesignSpace,
    *,
    seed: int,
    n_base: int = 64,
    n_designs: int = 4,
    n_samples: int = 8,
    unit: str = "1",
) -> SobolIndices:
    """Estimate first-order and total Sobol indices from functions drawn from the posterior.

    A row of a design (its points of A, of B and of all A_i) counts only if each of its points can be built:
    near places that cannot be built the space is then covered more thinly, the same for all parameters.

    The value is the mean over all designs and functions. Its error squared is W + B / n_designs: W, the
    variance between functions on one design, is what the data leave open about f, and does not shrink with
    more functions; B, the variance of the designs' means, is due to the finite design. W also holds what a
    finite design adds to each function. A total cannot be below 0 for any function: that of a parameter
    without effect comes out above 0 by one to three errors, and says only that no effect was ruled out.

    Args:
        model: the fitted surrogate.
        inputs: map from points to its inputs.
        space: the design space; parameters are taken as uniform and independent.
        seed: the campaign's seed.
        n_base: rows of a design, rounded up to a power of 2.
        n_designs: independent designs, 2 or more.
        n_samples: functions drawn for each design, 2 or more.
        unit: unit of y.

    Raises:
        ConfigError: for too small a number.
    """
    for field, number, least in (
        ("n_base", n_base, LEAST_ROWS),
        ("n_designs", n_designs, 2),
        ("n_samples", n_samples, 2),
    ):
        if number < least:
            raise ConfigError.about(field, number, f"{least} or more", "Leave it out for the default.")
    n_base = 1 << (n_base - 1).bit_length()
    first: list[FloatArray] = []
    total: list[FloatArray] = []
    variance: list[FloatArray] = []
    n_rows = 0
    for k in range(n_designs):
        points = _buildable_rows(inputs, space, n_base, stream(seed, k, "sensitivity design"))
        n_rows += points.shape[1]
        if points.shape[1] < LEAST_ROWS:
            reason = f"only {points.shape[1]} of {n_base} rows of a design can be built"
            return SobolIndices((), None, n_rows, n_designs, n_samples, reason)
        values = [v for block in points for v in points_of(space, block)]
        rng = stream(seed, k, "sensitivity functions")
        f = draw_functions(model, inputs.points(values), n_samples, k * n_samples, rng)
        found = saltelli_indices(f.reshape(n_samples, len(points), -1))
        if not found[2].min() > (LEAST_DEVIATION * model.scale) ** 2:
            reason = "the model is constant over the design space: there is no variance to share"
            return SobolIndices((), None, n_rows, n_designs, n_samples, reason)
        for kept, new in zip((first, total, variance), found, strict=True):
            kept.append(new)
    order = np.argsort(space.names, kind="stable")
    firsts, totals = (_estimates(np.array(each), "1") for each in (first, total))
    shares: list[VarianceShare] = [VarianceShare("", firsts[0], totals[0])] * len(order)
    for i, (s, t) in zip(order, zip(firsts, totals, strict=True), strict=True):
        shares[i] = VarianceShare(space.names[i], s, t)
    (deviation,) = _estimates(np.sqrt(np.array(variance))[:, None], unit)
    return SobolIndices(tuple(shares), deviation, n_rows, n_designs, n_samples)


def saltelli_indices(f: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return first-order and total indices and the variance of functions on one design.

    Args:
        f: values at A, B, A_1, ..., A_d; shape (n_functions, d + 2, n_rows).

    Returns:
        Indices, each of shape (d, n_functions), and variance, shape (n_functions,); indices are 0 where the
        variance is.
    """
    both = f[:, :2].reshape(len(f), -1)
    mean, variance = both.mean(axis=1), both.var(axis=1)
    a, b, mixed = f[:, 0] - mean[:, None], f[:, 1] - mean[:, None], f[:, 2:] - mean[:, None, None]
    change = mixed - a[:, None]
    by = np.where(variance > 0.0, variance, 1.0)[:, None]
    first = (b[:, None] * change).mean(axis=2) / by
    total = 0.5 * np.square(change).mean(axis=2) / by
    return first.T, total.T, variance


def _buildable_rows(
    inputs: ModelInputs, space: DesignSpace, n_base: int, rng: np.random.Generator
) -> FloatArray:
    """Return A, B and each A_i by sorted names, shape (d + 2, n_rows, d)."""
    a, b = uniform_units(space, n_base, 2, rng)
    blocks = [a, b]
    for i in np.argsort(space.names, kind="stable"):
        mixed = a.copy()
        mixed[:, i] = b[:, i]
        blocks.append(mixed)
    design = np.array(blocks)
    kept = [
        row
        for row in range(n_base)
        if all(inputs.buildable(values) for values in points_of(space, design[:, row]))
    ]
    return design[:, kept]


def _estimates(found: FloatArray, unit: str) -> list[Estimate]:
    """Return mean and error of numbers of shape (n_designs, n, n_samples)."""
    n_designs, _, n_samples = found.shape
    between_functions = found.var(axis=2, ddof=1).mean(axis=0)
    between_designs = found.mean(axis=2).var(axis=0, ddof=1)
    error = np.sqrt(between_functions + between_designs / n_designs)
    return [
        Estimate(float(value), float(e), unit, float(n_designs * n_samples))
        for value, e in zip(found.mean(axis=(0, 2)), error, strict=True)
    ]
