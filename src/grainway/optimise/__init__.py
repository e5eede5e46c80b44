"""Bayesian optimisation of expensive, noisy, failing evaluations that run beside each other."""

from grainway.optimise.constraints import Constraint
from grainway.optimise.convergence import (
    ConvergenceCheck,
    ConvergenceSettings,
    RuleResult,
    Verdict,
    verdict,
)
from grainway.optimise.factory import make_strategy
from grainway.optimise.pareto import Front, FrontPoint
from grainway.optimise.strategy import Proposal, Recommendation, Strategy

__all__ = [
    "Constraint",
    "ConvergenceCheck",
    "ConvergenceSettings",
    "Front",
    "FrontPoint",
    "Proposal",
    "Recommendation",
    "RuleResult",
    "Strategy",
    "Verdict",
    "make_strategy",
    "verdict",
]
