from .findings.campaign_statistics import campaign_statistics as campaign_statistics
from .terminal.console import print_import as print_import
from .terminal.console import print_outcome as print_outcome
from .terminal.console import print_status as print_status
from .terminal.progress import ProgressDisplay as ProgressDisplay
from .writing import write_report as write_report
from .writing import write_summary as write_summary
