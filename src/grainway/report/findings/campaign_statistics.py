"""What the boundaries of a campaign say taken together, computed once for page, files and terminal."""

from dataclasses import dataclass

from grainway.campaign import CampaignSummary
from grainway.errors import AnalysisError
from grainway.report.findings.conventional import Conventional, against_baseline
from grainway.report.findings.effects import Effects, effects


@dataclass(frozen=True, slots=True)
class CampaignStatistics:
    """The two findings that rest on all boundaries, each with thousands of draws behind its intervals.

    Attributes:
        effects: what the resistivity depends on, or in words why that cannot be told yet.
        conventional: the recommended boundary against the baseline, or why there is no comparison yet.
    """

    effects: Effects | str
    conventional: Conventional | str


def campaign_statistics(summary: CampaignSummary) -> CampaignStatistics:
    """Return both findings of a campaign."""
    fitted: Effects | str
    compared: Conventional | str
    try:
        fitted = effects(summary)
    except AnalysisError as error:
        fitted = str(error)
    try:
        compared = against_baseline(summary)
    except AnalysisError as error:
        compared = str(error)
    return CampaignStatistics(fitted, compared)
