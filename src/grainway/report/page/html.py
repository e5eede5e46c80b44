"""The report as one self-contained HTML page."""

import re
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from grainway import __version__
from grainway.campaign import CampaignSummary, Evaluation
from grainway.report.figures import campaign_figures as figures
from grainway.report.figures.ladder_figure import ladder_figure
from grainway.report.figures.model_figure import dependence_figure
from grainway.report.findings.bulk_reference import BulkReference, bulk_reference
from grainway.report.findings.campaign_statistics import CampaignStatistics
from grainway.report.page.page import page_content

_SUBSCRIPT = re.compile(r"_(\w+)")


@cache
def page_environment() -> Environment:
    """Return the templates of all pages."""
    environment = Environment(
        loader=PackageLoader("grainway.report.page", "templates"),
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


def render_report(
    summary: CampaignSummary, statistics: CampaignStatistics, structures: dict[int, str]
) -> str:
    """Return the page; everything that comes from data is escaped.

    Args:
        summary: the campaign.
        statistics: what its boundaries say taken together.
        structures: stem of the structure files by number of the evaluation.
    """
    bulk, chosen = bulk_reference(summary), summary.recommended
    drawn = {
        "convergence": figures.convergence(summary),
        "angle": figures.by_angle(summary, bulk),
        "profiles": None if chosen is None else figures.profiles(chosen, _of_profile(summary, chosen, bulk)),
        "composition": figures.composition(summary),
        "dependence": dependence_figure(summary),
        "ladder": None if chosen is None else ladder_figure(summary, chosen),
    }
    # the figures' JSON escapes what could end a script element; plotly.js holds no such text
    ready = {name: Markup(figures.figure_json(f)) for name, f in drawn.items() if f is not None}  # noqa: S704
    return (
        page_environment()
        .get_template("report.html")
        .render(
            page=page_content(summary, statistics, structures),
            figures=ready,
            plotly_javascript=Markup(figures.plotly_javascript()) if ready else "",  # noqa: S704
            grainway_version=__version__,
            written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
    )


def _of_profile(
    summary: CampaignSummary, evaluation: Evaluation, bulk: BulkReference | None
) -> BulkReference | None:
    """Return the bulk at the temperature of an evaluation's profile: on a ladder that of one of its runs."""
    if evaluation.profile is None or "temperature" not in evaluation.profile:
        return bulk
    return bulk_reference(summary, evaluation.profile["temperature"])
