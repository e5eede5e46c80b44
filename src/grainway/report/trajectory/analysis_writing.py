"""Writing the analysis of a trajectory: record, table and one page with figures."""

from __future__ import annotations

from pathlib import Path

from grainway.errors import StoreError
from grainway.report.files.visible_files import write_text
from grainway.report.trajectory.analysis_record import TrajectoryAnalysis, enrichment_csv

PAGE, TABLE, RECORD = "analysis.html", "analysis.csv", "analysis.json"
ENRICHMENT = "enrichment.csv"


def write_analysis(analysis: TrajectoryAnalysis, folder: Path) -> Path:
    """Write ``analysis.json``, ``analysis.csv`` and ``analysis.html``, each whole or not at all.

    With boundaries ``enrichment.csv`` beside them holds LER against the width.

    Args:
        analysis: what was found.
        folder: made if it is not there.

    Returns:
        The page.

    Raises:
        StoreError: when the folder cannot be written.
    """
    # plotly and jinja2 are slow to load and needed here alone
    from grainway.report.trajectory.analysis_page import render_analysis

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"cannot make the folder {folder}: {error.strerror}; choose another with --out"
        ) from error
    write_text(folder / RECORD, analysis.to_json())
    write_text(folder / TABLE, analysis.to_csv())
    if analysis.measured.enrichment is not None:
        write_text(folder / ENRICHMENT, enrichment_csv(analysis.measured.enrichment))
    page = folder / PAGE
    write_text(page, render_analysis(analysis))
    return page
