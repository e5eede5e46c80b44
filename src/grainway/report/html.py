"""The report as one self-contained HTML page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from grainway import __version__
from grainway.campaign import CampaignSummary
from grainway.report import figures
from grainway.report.page import page_content
from grainway.report.reference import bulk_reference

_SUBSCRIPT = re.compile(r"_(\w+)")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grainway.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["symbol"] = _symbol
    return environment


def _symbol(text: str) -> Markup:
    """Set what follows an underscore as a subscript, as in ρ_gb."""
    return Markup(_SUBSCRIPT.sub(r"<sub>\1</sub>", str(escape(text))))  # noqa: S704 escaped first


def render_report(summary: CampaignSummary, structures: dict[int, str]) -> str:
    """Return the page; everything that comes from data is escaped.

    Args:
        summary: the campaign.
        structures: stem of the structure files by number of the evaluation.
    """
    bulk = bulk_reference(summary)
    drawn = {
        "convergence": figures.convergence(summary),
        "angle": figures.by_angle(summary, bulk),
        "profiles": None if summary.recommended is None else figures.profiles(summary.recommended, bulk),
        "composition": figures.composition(summary),
    }
    # the figures' JSON escapes what could end a script element; plotly.js holds no such text
    ready = {name: Markup(figures.figure_json(f)) for name, f in drawn.items() if f is not None}  # noqa: S704
    return (
        _environment()
        .get_template("report.html")
        .render(
            page=page_content(summary, structures),
            figures=ready,
            plotly_javascript=Markup(figures.plotly_javascript()) if ready else "",  # noqa: S704
            grainway_version=__version__,
            written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
    )
