"""Files of an analysed trajectory: record, table, page, and the record of a bulk run read back."""

import json
from pathlib import Path

from grainway.analysis.measures.bulk_run import BulkRun
from grainway.domain import Estimate
from grainway.errors import AnalysisError, ConfigError, StoreError
from grainway.report.files.visible_files import write_text
from grainway.report.trajectory.analysis_record import TrajectoryAnalysis, enrichment_csv

PAGE, TABLE, RECORD = "analysis.html", "analysis.csv", "analysis.json"
ENRICHMENT = "enrichment.csv"


def write_analysis(analysis: TrajectoryAnalysis, folder: Path) -> Path:
    """Write ``analysis.json``, ``analysis.csv`` and ``analysis.html``, each whole or not at all.

    With boundaries ``enrichment.csv`` beside them holds LER against the width.

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


def read_bulk_run(path: Path, species: str) -> BulkRun:
    """Read the analysis of a bulk run.

    Args:
        path: ``analysis.json`` as ``grainway analyse --out`` writes it, or its folder.
        species: the ions under study, the same in both.

    Raises:
        ConfigError: when the file is none such, is of another species or of a cell with boundaries, or has no
            diffusivity and conductivity.
    """
    file = path / "analysis.json" if path.is_dir() else path
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        temperature, of = float(record["temperature_K"]), str(record["species"])
        estimates = record["estimates"]
        found = [
            Estimate.from_dict(estimates[name]) if name in estimates else None
            for name in ("tracer_diffusivity", "conductivity_nernst_einstein")
        ]
    except (OSError, ValueError, KeyError, TypeError, AnalysisError) as error:
        raise ConfigError.about(
            "--bulk", str(path), "an analysis.json of a bulk run", "Make it with grainway analyse --out."
        ) from error
    if of != species:
        raise ConfigError.about("--bulk", str(path), f"of {species}, not of {of}", "Analyse the bulk for it.")
    if record.get("boundaries_A"):
        raise ConfigError.about(
            "--bulk", str(path), "a run without boundaries", "Give the analysis of the perfect crystal."
        )
    diffusivity, conductivity = found
    if diffusivity is None or conductivity is None:
        raise ConfigError.about(
            "--bulk", str(path), "one with D* and σ_NE", "Run the bulk longer, then analyse it anew."
        )
    return BulkRun(temperature=temperature, diffusivity=diffusivity, conductivity=conductivity)
