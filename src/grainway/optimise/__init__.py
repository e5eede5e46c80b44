"""Bayesian optimisation of expensive, noisy, failing evaluations that run beside each other."""

from grainway.optimise.constraints import Constraint
from grainway.optimise.convergence import (
    ConvergenceCheck,
    ConvergenceSettings,
    RuleResult,
    Verdict,
    verdict,
)
from grainway.optimise.explanation import LEAST_EVALUATIONS, Explanation, explain
from grainway.optimise.factory import make_strategy
from grainway.optimise.pareto import Front, FrontPoint
from grainway.optimise.partial_dependence import PartialDependence
from grainway.optimise.sobol_indices import SobolIndices, VarianceShare
from grainway.optimise.strategy import Proposal, Recommendation, Strategy

__all__ = [
    "LEAST_EVALUATIONS",
    "Constraint",
    "ConvergenceCheck",
    "ConvergenceSettings",
    "Explanation",
    "Front",
    "FrontPoint",
    "PartialDependence",
    "Proposal",
    "Recommendation",
    "RuleResult",
    "SobolIndices",
    "Strategy",
    "VarianceShare",
    "Verdict",
    "explain",
    "make_strategy",
    "verdict",
]
