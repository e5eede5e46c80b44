"""What people see of a campaign: progress, tables, the report and the best structures.

Importing this package loads neither plotly nor jinja2; :func:`write_report` does.
"""

from grainway.report.console import print_import, print_outcome, print_status
from grainway.report.progress import ProgressDisplay
from grainway.report.writing import write_report

__all__ = ["ProgressDisplay", "print_import", "print_outcome", "print_status", "write_report"]
