from .terminal.console import print_import, print_outcome, print_status
from .terminal.progress import ProgressDisplay
from .writing import write_report

__all__ = [
    "ProgressDisplay",
    "print_import",
    "print_outcome",
    "print_status",
    "write_report",
]
