"""A validation as one self-contained HTML page."""

from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from grainway import __version__
from grainway.report.figures.campaign_figures import figure_json, plotly_javascript
from grainway.report.files.visible_files import write_text
from grainway.report.page.html import page_environment
from grainway.report.validation.validation_figure import validation_figure
from grainway.report.validation.validation_text import (
    LADDER_HEADINGS,
    cost_in_words,
    estimators_agree,
    ladder_cells,
    shown_rows,
)
from grainway.validation import Validation

PAGE = "validation.html"


def write_validation_page(validation: Validation, folder: Path) -> Path:
    """Write ``validation.html`` into the folder of a validation, whole or not at all; returns its path.

    Raises:
        StoreError: when the folder cannot be written.
    """
    path = folder / PAGE
    write_text(path, render_validation(validation))
    return path


def render_validation(validation: Validation) -> str:
    """Return the page; everything that comes from data is escaped."""
    return (
        page_environment()
        .get_template("validation.html")
        .render(
            validation=validation,
            names=[p.potential for p in validation.potentials],
            rows=shown_rows(validation),
            ladder_headings=LADDER_HEADINGS,
            ladders=[(p, [ladder_cells(row) for row in p.rows]) for p in validation.potentials],
            estimators=estimators_agree(validation),
            settings=validation.settings,
            cost=cost_in_words(validation),
            # the figure's JSON escapes what could end a script element; plotly.js holds no such text
            figure=Markup(figure_json(validation_figure(validation))),  # noqa: S704
            plotly_javascript=Markup(plotly_javascript()),  # noqa: S704
            grainway_version=__version__,
            written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
    )
