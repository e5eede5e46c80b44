from .compare.expected_trends import Trend
from .compare.potential_findings import PotentialValidation
from .compare.validation_table import TableRow, table_csv
from .compare.verdict import Verdict
from .diffusion_ladder import LadderRow, Line
from .measured_quantity import MeasuredQuantity
from .runs.validation_settings import DEFAULT_POTENTIALS, QUICK, ValidationSettings
from .whole_validation import Validation, validate

__all__ = [
    "DEFAULT_POTENTIALS",
    "QUICK",
    "LadderRow",
    "Line",
    "MeasuredQuantity",
    "PotentialValidation",
    "TableRow",
    "Trend",
    "Validation",
    "ValidationSettings",
    "Verdict",
    "table_csv",
    "validate",
]
