"""When to stop: "no significant improvement over the last evaluations", made exact.

x*_n is the evaluated point with the lowest posterior mean after n evaluations.

Improvement: with m = μ(x*_{n−w}) − μ(x*_n) and v the posterior variance of that difference under today's
model, m + 1.645 √v < ε, a one-sided 95 % statement that the last w evaluations gained less than ε.

Regret: the 95 % quantile of f(x*_n) − min f over joint posterior samples at evaluated and candidate points is
at most ε′ (Wilson, Stopping Bayesian optimization with probabilistic regret bounds, arXiv:2402.16811).

Audit: a rule is only as good as its model, so leave-one-out errors must have the size that the model says.

All of it is convergence *under the model*. A model that lacks the deciding feature can satisfy every rule
far from the optimum; the end of a budget is not convergence at all.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from grainway.domain.student import Z_95_ONE_SIDED
from grainway.errors import ConfigError
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.points.model_inputs import Points


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvergenceSettings:
    """What counts as converged.

    How often these defaults are right when they hold is measured over 40 campaigns in docs/optimiser.md. ε
    is below the error of one run (0.08 decades in the real search there), ε′ a factor of 1.4 in the
    resistivity. Of calibrated errors 4 is exceeded by one in 16,000; their root mean square over ten
    evaluations lies between 0.57 and 1.43 in 95 % of all cases.

    Attributes:
        window: evaluations w over which the recommendation may no longer improve.
        epsilon: largest improvement that does not matter, units of y (decades).
        regret: largest regret that does not matter, units of y.
        consecutive: checks in a row that must hold.
        n_samples: joint posterior samples behind the regret.
        replicates: evaluations that the recommended point must have.
        max_z: largest leave-one-out error, in its standard deviations.
        z_spread: allowed root mean square of the leave-one-out errors, in their standard deviations.
    """

    window: int = 20
    epsilon: float = 0.05
    regret: float = 0.15
    consecutive: int = 3
    n_samples: int = 1000
    replicates: int = 2
    max_z: float = 4.0
    z_spread: tuple[float, float] = (0.4, 1.5)

    def __post_init__(self) -> None:
        for name in ("window", "consecutive", "n_samples", "replicates"):
            if getattr(self, name) < 1:
                raise ConfigError.about(
                    name, getattr(self, name), "1 or more", "Leave it out for the default."
                )
        for name in ("epsilon", "regret", "max_z"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ConfigError.about(name, value, "a positive number", "Leave it out for the default.")


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule at one check: whether it holds, every number behind it and a sentence."""

    rule: str
    holds: bool
    numbers: dict[str, float]
    reason: str


@dataclass(frozen=True, slots=True)
class ConvergenceCheck:
    """All rules after ``n_evaluations`` evaluations."""

    n_evaluations: int
    improvement: RuleResult
    regret: RuleResult
    audit: RuleResult

    @property
    def holds(self) -> bool:
        """True when every rule holds."""
        return self.improvement.holds and self.regret.holds and self.audit.holds

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return asdict(self) | {"holds": self.holds}


@dataclass(frozen=True, slots=True)
class ConvergenceVerdict:
    """Where a campaign stands.

    Attributes:
        stop: True when nothing more is to be proposed.
        converged: True only when the rules hold; never at the mere end of a budget.
        reason: the sentence to print.
    """

    stop: bool
    converged: bool
    reason: str


def improvement_rule(
    surrogate: Mixture, then: Points | None, now: Points, n_evaluations: int, settings: ConvergenceSettings
) -> RuleResult:
    """Check that the recommendation has stopped improving.

    Args:
        surrogate: today's model.
        then: the point recommended ``settings.window`` evaluations ago, None when there were too few.
        now: the point recommended today.
        n_evaluations: evaluations so far.
        settings: window and ε.
    """
    if then is None or n_evaluations < settings.window + 1:
        return RuleResult(
            "improvement",
            False,
            {"n_evaluations": float(n_evaluations), "window": float(settings.window)},
            "cannot hold yet: "
            f"{n_evaluations} evaluations, a window of {settings.window} needs {settings.window + 1}",
        )
    mean, covariance = surrogate.joint(then.join(now))
    improvement = float(mean[0] - mean[1])
    variance = max(float(covariance[0, 0] + covariance[1, 1] - 2.0 * covariance[0, 1]), 0.0)
    if np.array_equal(then.columns, now.columns):
        improvement, variance = 0.0, 0.0
    incumbent_se = math.sqrt(max(float(covariance[1, 1]), 0.0))
    # a difference smaller than what is known of the incumbent itself cannot be resolved
    epsilon = max(settings.epsilon, incumbent_se)
    bound = improvement + Z_95_ONE_SIDED * math.sqrt(variance)
    holds = bound < epsilon
    return RuleResult(
        "improvement",
        holds,
        {
            "improvement": improvement,
            "standard_error": math.sqrt(variance),
            "bound": bound,
            "epsilon_asked": settings.epsilon,
            "incumbent_standard_error": incumbent_se,
            "epsilon": epsilon,
            "window": float(settings.window),
        },
        f"the last {settings.window} evaluations gained at most {bound:.3f} (95 %), "
        f"{'below' if holds else 'not below'} ε = {epsilon:.3f}",
    )


def regret_rule(
    surrogate: Mixture, now: Points, others: Points, settings: ConvergenceSettings, rng: np.random.Generator
) -> RuleResult:
    """Check that no point is likely to be much better than the recommended one."""
    f = surrogate.sample(now.join(others), settings.n_samples, rng)
    regret = f[:, 0] - f.min(axis=1)
    quantile = float(np.quantile(regret, 0.95))
    holds = quantile <= settings.regret
    return RuleResult(
        "regret",
        holds,
        {
            "regret_quantile": quantile,
            "mean_regret": float(regret.mean()),
            "allowed": settings.regret,
            "n_points": float(1 + len(others)),
            "n_samples": float(settings.n_samples),
            "n_surrogates": float(len(surrogate.components)),
        },
        f"regret is below {quantile:.3f} with 95 % probability, "
        f"{'within' if holds else 'above'} ε′ = {settings.regret:.3f}",
    )


def audit(
    surrogate: Mixture, n_replicates: int, settings: ConvergenceSettings, open_sigmas: Sequence[float] = ()
) -> RuleResult:
    """Check what the other rules rest on.

    The model against its own leave-one-out predictions; that the recommended point was evaluated more than
    once, since it was chosen for looking good; and that no coincidence of low Σ is still unseen and open.

    Args:
        surrogate: today's model.
        n_replicates: independent builds evaluated at the recommended point.
        settings: limits.
        open_sigmas: Σ of the coincidences that are neither seen nor ruled out.
    """
    z = surrogate.leave_one_out().z
    spread, largest = float(np.sqrt(np.mean(z**2))), float(np.max(np.abs(z)))
    low, high = settings.z_spread
    faults = []
    if not low <= spread <= high:
        faults.append(
            f"leave-one-out errors are {spread:.2f} of the stated size, outside {low:g} to {high:g}"
        )
    if largest > settings.max_z:
        faults.append(f"one evaluation is {largest:.1f} standard deviations from its prediction")
    if n_replicates < settings.replicates:
        faults.append(f"the recommended point has {n_replicates} of {settings.replicates} builds evaluated")
    if open_sigmas:
        named = ", ".join(f"Σ{sigma:g}" for sigma in open_sigmas)
        faults.append(f"boundaries of low Σ neither evaluated nor ruled out: {named}")
    return RuleResult(
        "audit",
        not faults,
        {
            "z_root_mean_square": spread,
            "z_largest": largest,
            "n_replicates": float(n_replicates),
            "n_open_coincidences": float(len(open_sigmas)),
        },
        "; ".join(faults) or f"leave-one-out errors are {spread:.2f} of the stated size",
    )


def verdict(
    checks: Sequence[ConvergenceCheck],
    settings: ConvergenceSettings,
    *,
    n_evaluations: int,
    budget: int | None = None,
) -> ConvergenceVerdict:
    """Decide from the checks so far, one after each evaluation, and the budget.

    Args:
        checks: in order of evaluations.
        settings: how many in a row must hold.
        n_evaluations: evaluations spent, failed ones included if the budget counts them.
        budget: largest number of evaluations, None without a limit.
    """
    held = 0
    for check in reversed(checks):
        if not check.holds:
            break
        held += 1
    if held >= settings.consecutive:
        last = checks[-1]
        rules = "; ".join(rule.reason for rule in (last.improvement, last.regret, last.audit))
        return ConvergenceVerdict(
            True, True, f"converged under the model after {last.n_evaluations} evaluations: {rules}"
        )
    if budget is not None and n_evaluations >= budget:
        return ConvergenceVerdict(True, False, f"not converged: budget of {budget} evaluations spent")
    return ConvergenceVerdict(
        False, False, f"running: {held} of {settings.consecutive} consecutive checks hold"
    )
