"""An analysed trajectory as one self-contained HTML page."""

from datetime import UTC, datetime

from markupsafe import Markup

from grainway import __version__
from grainway.analysis.conductivity.transport_tensors import AXES
from grainway.report.figures.campaign_figures import figure_json, plotly_javascript
from grainway.report.page.html import page_environment
from grainway.report.trajectory.analysis_figures import (
    displacement_figure,
    enrichment_figure,
    profile_figure,
    running_figure,
)
from grainway.report.trajectory.analysis_record import TrajectoryAnalysis
from grainway.report.trajectory.second_looks_text import second_looks_lines
from grainway.report.words.numbers import show
from grainway.report.words.quantities import for_reading, quantity


def render_analysis(analysis: TrajectoryAnalysis) -> str:
    """Return the page; everything that comes from data is escaped."""
    drawn = {
        "displacement": displacement_figure(analysis),
        "running": running_figure(analysis),
        "profile": profile_figure(analysis),
        "enrichment": enrichment_figure(analysis),
    }
    # the figures' JSON escapes what could end a script element; plotly.js holds no such text
    ready = {name: Markup(figure_json(f)) for name, f in drawn.items() if f is not None}  # noqa: S704
    return (
        page_environment()
        .get_template("analysis.html")
        .render(
            analysis=analysis,
            rows=analysis.rows(),
            figures=ready,
            profile=analysis.measured.profile,
            tensors=_tensors(analysis),
            checks=[] if analysis.looks is None else second_looks_lines(analysis.looks),
            plotly_javascript=Markup(plotly_javascript()),  # noqa: S704
            grainway_version=__version__,
            written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
    )


def _tensors(analysis: TrajectoryAnalysis) -> list[tuple[str, str, list[tuple[str, list[str]]]]]:
    """Each tensor as its symbol, its unit and its rows of elements with errors."""
    found = []
    for name, tensor in analysis.measured.tensors.items():
        elements = {(row, to): for_reading(tensor.element(row, to)) for row in AXES for to in AXES}
        rows = [(row, [show(elements[row, to]) for to in AXES]) for row in AXES]
        found.append((quantity(f"{name}_tensor").symbol, elements["x", "x"].unit, rows))
    return found
