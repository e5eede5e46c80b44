"""The figures of the report, as plotly figures."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs
from plotly.subplots import make_subplots

from grainway.campaign import CampaignSummary, Evaluation
from grainway.domain.student import Z_95_TWO_SIDED
from grainway.report.figures.figure_style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    VERMILION,
    axis_style,
    band,
    bound_symbol,
    error_bars,
    styled,
)
from grainway.report.figures.plotted import PlottedPoint, bands_in_cell, plotted_points, side_by_side
from grainway.report.findings.bulk_reference import BulkReference

_LOG_ABOVE = 8.0
"""Resistivities that span more than this factor are drawn on a logarithmic axis."""
_RESISTIVITY = "ρ<sub>gb</sub> / Ω cm"


def plotly_javascript() -> str:
    """Return plotly.js itself, for a page that needs no network."""
    return str(get_plotlyjs())


def figure_json(figure: go.Figure) -> str:
    """Return a figure as JSON that may stand inside an HTML script element."""
    text = str(figure.to_json())
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def convergence(summary: CampaignSummary) -> go.Figure | None:
    """Return the observed resistivities in order of completion with the recommendation's interval."""
    points = plotted_points(summary)
    if not points:
        return None
    figure = styled(go.Figure(), 420)
    found = "predicted" if summary.config.target_temperatures else "observed"
    order = list(range(1, len(points) + 1))
    best = summary.stated
    ends = [0.5, len(points) + 0.5]
    values = [p.low for p in points] + [p.high for p in points]
    if best is not None:
        low, high = (10**end for end in best.interval)
        band(figure, ends, [low] * 2, [high] * 2, ORANGE, "recommended, 95 % interval", show=True)
        figure.add_trace(
            go.Scatter(
                x=ends,
                y=[10**best.mean] * 2,
                mode="lines",
                line={"color": ORANGE, "width": 2},
                name="recommended, posterior mean",
                hoverinfo="skip",
            )
        )
        values += [low, high]
    lowest = [min(p.value for p in points[:n]) for n in order]
    figure.add_trace(
        go.Scatter(
            x=order,
            y=lowest,
            mode="lines",
            line={"color": GREY, "width": 1.5, "shape": "hv", "dash": "dot"},
            name=f"lowest {found} so far",
            hoverinfo="skip",
        )
    )
    figure.add_trace(_scatter(order, points, BLUE, "circle", f"{found}, 95 % interval"))
    _ring(figure, summary, [(x, p) for x, p in zip(order, points, strict=True)])
    _resistivity_axis(figure, values)
    figure.update_xaxes(
        title_text="evaluation, in order of completion",
        range=ends,
        tickformat="d",
        dtick=1 if len(points) <= 20 else None,
    )
    return figure


def by_angle(summary: CampaignSummary, bulk: BulkReference | None) -> go.Figure | None:
    """Return ρ_gb against the misorientation angle, one colour and shape per axis."""
    points = plotted_points(summary)
    if not points:
        return None
    figure = styled(go.Figure(), 420)
    dodged = side_by_side(points)
    values = [p.low for p in points] + [p.high for p in points]
    if bulk is not None:
        positions = [x for x, _ in dodged]
        ends = [min(positions) - 1.5, max(positions) + 1.5]
        low, high = bulk.interval
        band(figure, ends, [low] * 2, [high] * 2, GREY, "bulk, 95 % interval", show=False)
        figure.add_trace(
            go.Scatter(
                x=ends,
                y=[bulk.resistivity.value] * 2,
                mode="lines",
                name="bulk, predicted" if bulk.predicted else "bulk (Nernst-Einstein)",
                line={"color": GREY, "width": 1.5, "dash": "dash"},
                hoverinfo="skip",
            )
        )
        values += [low, high]
    for axis in sorted({p.axis for p in points}):
        chosen = [(x, p) for x, p in dodged if p.axis == axis]
        colour, symbol = axis_style(axis)
        figure.add_trace(
            _scatter([x for x, _ in chosen], [p for _, p in chosen], colour, symbol, f"axis [{axis}]")
        )
    _ring(figure, summary, dodged)
    _resistivity_axis(figure, values)
    figure.update_xaxes(title_text="misorientation angle / °")
    return figure


def profiles(evaluation: Evaluation, bulk: BulkReference | None) -> go.Figure | None:
    """Return ρ, D and n along the boundary normal with ± one standard error, boundary bands shaded."""
    profile = evaluation.profile
    if profile is None:
        return None
    figure = styled(make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.045), 760)
    panels = (
        ("resistivity", 1.0, "ρ / Ω cm", BLUE, None if bulk is None else bulk.resistivity.value),
        (
            "diffusivity",
            10.0,
            "D<sub>zz</sub> / 10⁻⁵ cm² s⁻¹",
            GREEN,
            None if bulk is None else bulk.diffusivity * 10.0,
        ),
        (
            "density",
            1e3,
            "n<sub>Li</sub> / nm⁻³",
            VERMILION,
            None if bulk is None or bulk.density is None else bulk.density * 1e3,
        ),
    )
    z, length = list(profile["z"]), float(profile["length"])
    for row, (name, factor, title, colour, reference) in enumerate(panels, start=1):
        value = [v * factor for v in profile[name]]
        error = [e * factor for e in profile[f"{name}_error"]]
        low = [max(v - e, 0.0) for v, e in zip(value, error, strict=True)]
        high = [v + e for v, e in zip(value, error, strict=True)]
        band(figure, z, low, high, colour, "± one standard error", show=False, row=row, col=1)
        figure.add_trace(
            go.Scatter(
                x=z,
                y=value,
                mode="lines",
                line={"color": colour, "width": 1.8},
                showlegend=False,
                hovertemplate="z = %{x:.1f} Å: %{y:.3g}<extra></extra>",
            ),
            row=row,
            col=1,
        )
        if reference is not None:
            figure.add_trace(
                go.Scatter(
                    x=[0.0, length],
                    y=[reference] * 2,
                    mode="lines",
                    name="bulk",
                    hoverinfo="skip",
                    line={"color": GREY, "width": 1.5, "dash": "dash"},
                    showlegend=row == 1,
                ),
                row=row,
                col=1,
            )
        figure.update_yaxes(title_text=title, rangemode="tozero", row=row, col=1)
    for low_z, high_z in bands_in_cell(profile):
        figure.add_vrect(x0=low_z, x1=high_z, fillcolor=ORANGE, opacity=0.18, line_width=0, layer="below")
    figure.update_xaxes(range=[0.0, length])
    figure.update_xaxes(title_text="z, along the boundary normal / Å", row=3, col=1)
    return figure


def composition(summary: CampaignSummary) -> go.Figure | None:
    """Return lithium enrichment and oxygen vacancies against ρ_gb, limits as triangles."""
    points = plotted_points(summary)
    panels = (("ler", "LER", 1.0), ("ovc", "OVC", 0.0))
    if not any(name in p.evaluation.estimates for p in points for name, _, _ in panels):
        return None
    figure = styled(make_subplots(rows=1, cols=2, horizontal_spacing=0.11), 400)
    values = [p.low for p in points] + [p.high for p in points]
    for column, (name, title, neutral) in enumerate(panels, start=1):
        for axis in sorted({p.axis for p in points}):
            chosen = [p for p in points if p.axis == axis and name in p.evaluation.estimates]
            if not chosen:
                continue
            measured = [p.evaluation.estimates[name] for p in chosen]
            colour, symbol = axis_style(axis)
            trace = _scatter([e.value for e in measured], chosen, colour, symbol, f"axis [{axis}]")
            trace.error_x = error_bars(
                [Z_95_TWO_SIDED * e.standard_error if e.bound is None else 0.0 for e in measured], colour
            )
            trace.marker.symbol = [bound_symbol(e) or symbol for e in measured]
            trace.showlegend = column == 1
            figure.add_trace(trace, row=1, col=column)
        figure.add_vline(x=neutral, line={"color": GREY, "width": 1.2, "dash": "dash"}, row=1, col=column)
        figure.update_xaxes(title_text=f"{title} (perfect crystal: {neutral:g})", row=1, col=column)
    _resistivity_axis(figure, values)
    figure.update_yaxes(title_text="", row=1, col=2)
    return figure


def _scatter(
    x: Sequence[float], points: Sequence[PlottedPoint], colour: str, symbol: str, name: str
) -> go.Scatter:
    return go.Scatter(
        x=list(x),
        y=[p.value for p in points],
        mode="markers",
        name=name,
        marker={"color": colour, "symbol": symbol, "size": 8, "line": {"color": "white", "width": 0.8}},
        error_y=error_bars([p.high - p.value for p in points], colour)
        | {"symmetric": False, "arrayminus": [p.value - p.low for p in points]},
        text=[p.text for p in points],
        hovertemplate="%{text}<br>ρ = %{y:.3g} Ω cm<extra></extra>",
    )


def _ring(figure: go.Figure, summary: CampaignSummary, placed: Sequence[tuple[float, PlottedPoint]]) -> None:
    chosen = [
        (x, p)
        for x, p in placed
        if summary.recommended is not None and p.evaluation.number == summary.recommended.number
    ]
    if chosen:
        figure.add_trace(
            go.Scatter(
                x=[x for x, _ in chosen],
                y=[p.value for _, p in chosen],
                mode="markers",
                name="recommended evaluation",
                marker={"symbol": "circle-open", "size": 16, "color": INK, "line": {"width": 2}},
                hoverinfo="skip",
            )
        )


def _resistivity_axis(figure: go.Figure, values: Sequence[float]) -> None:
    wide = max(values) > _LOG_ABOVE * min(values) > 0
    figure.update_yaxes(title_text=_RESISTIVITY, **({"type": "log"} if wide else {"rangemode": "tozero"}))
