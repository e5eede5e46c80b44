from .findings.campaign_statistics import campaign_statistics
from .terminal.console import print_import, print_outcome, print_status
from .terminal.progress import ProgressDisplay
from .writing import write_report, write_summary

__all__ = [
    "ProgressDisplay",
    "campaign_statistics",
    "print_import",
    "print_outcome",
    "print_status",
    "write_report",
    "write_summary",
]
