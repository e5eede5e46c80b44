"""Validation: how far each interatomic potential can be believed, by experiment and by the others."""

from grainway.campaign.validation.assemble import PotentialValidation
from grainway.campaign.validation.ladder import LadderRow, Line
from grainway.campaign.validation.measured import Measured
from grainway.campaign.validation.settings import DEFAULT_POTENTIALS, QUICK, ValidationSettings
from grainway.campaign.validation.table import TableRow, table_csv
from grainway.campaign.validation.trends import Trend
from grainway.campaign.validation.validate import Validation, validate
from grainway.campaign.validation.verdict import Verdict

__all__ = [
    "DEFAULT_POTENTIALS",
    "QUICK",
    "LadderRow",
    "Line",
    "Measured",
    "PotentialValidation",
    "TableRow",
    "Trend",
    "Validation",
    "ValidationSettings",
    "Verdict",
    "table_csv",
    "validate",
]
