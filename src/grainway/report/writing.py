"""Writing everything that a campaign hands over."""

from pathlib import Path

from grainway.campaign import Campaign, CampaignSummary, summarise
from grainway.report.files.best_structures import write_best
from grainway.report.files.result_tables import evaluations_csv, summary_json
from grainway.report.files.statistics_tables import baseline_csv, effects_csv
from grainway.report.files.visible_files import write_text
from grainway.report.findings.campaign_statistics import CampaignStatistics, campaign_statistics

REPORT = "report.html"
TABLE = "evaluations.csv"
EFFECTS = "effects.csv"
BASELINE = "baseline.csv"
RECORD = "report.json"


def write_report(campaign: Campaign) -> Path:
    """Write ``report.html``, its tables, ``report.json`` and ``best/`` into the campaign's folder.

    Each file appears whole or not at all; those of an earlier report are replaced.

    Returns:
        The HTML report.

    Raises:
        StoreError: when the record is damaged or the folder cannot be written.
    """
    summary = summarise(campaign, explained=True)
    return write_summary(summary, campaign_statistics(summary))


def write_summary(summary: CampaignSummary, statistics: CampaignStatistics) -> Path:
    """Write the files of :func:`write_report` from a summary and what its boundaries say taken together."""
    # plotly and jinja2 are slow to load and needed here alone
    from grainway.report.page.html import render_report

    structures = write_best(summary)
    write_text(summary.root / TABLE, evaluations_csv(summary))
    write_text(summary.root / EFFECTS, effects_csv(statistics))
    write_text(summary.root / BASELINE, baseline_csv(statistics))
    write_text(summary.root / RECORD, summary_json(summary, statistics))
    path = summary.root / REPORT
    write_text(path, render_report(summary, statistics, structures))
    return path
