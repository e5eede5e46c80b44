from .convergence import ConvergenceCheck, ConvergenceSettings, ConvergenceVerdict, RuleResult, verdict
from .engine_by_name import make_strategy
from .explain.explanation import LEAST_EVALUATIONS, Explanation, explain
from .explain.partial_dependence import PartialDependence
from .explain.sobol_indices import SobolIndices, VarianceShare
from .model.constraints import Constraint
from .points.pareto import Front, FrontPoint
from .strategy import Proposal, Recommendation, Strategy

__all__ = [
    "LEAST_EVALUATIONS",
    "Constraint",
    "ConvergenceCheck",
    "ConvergenceSettings",
    "ConvergenceVerdict",
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
    "explain",
    "make_strategy",
    "verdict",
]
