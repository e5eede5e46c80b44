"""The figures of an analysed trajectory, as plotly figures."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from grainway.domain import Estimate
from grainway.report.figures.figure_style import (
    AXIS,
    BLUE,
    GREEN,
    GREY,
    INK,
    LAYOUT,
    ORANGE,
    VERMILION,
    translucent,
)
from grainway.report.figures.plotted import bands_in_cell
from grainway.report.trajectory.analysis_record import TrajectoryAnalysis

_LINE = {"width": 1.8}


def displacement_figure(analysis: TrajectoryAnalysis) -> go.Figure:
    """Return the mean-squared displacement along each axis and in all against the lag, both logarithmic."""
    run = analysis.condensed
    chosen = (run.lags > 0) & (run.lags <= run.duration / 2)
    lags = run.lags[chosen]
    tensor = run.displacement[chosen]
    figure = _styled(go.Figure(), 400)
    for axis, (name, colour, dash) in enumerate(
        (("x", BLUE, "solid"), ("y", VERMILION, "dash"), ("z", GREEN, "dot"))
    ):
        _line(figure, lags, tensor[:, axis, axis], colour, f"along {name}", dash)
    total = np.einsum("laa->l", tensor)
    _line(figure, lags, total, INK, "in all three", "solid")
    found = analysis.measured.estimates.get("tracer_diffusivity")
    if found is not None and found.bound is None:
        _line(figure, lags, 6 * found.value * lags, ORANGE, "6 D* t", "longdash")
    figure.update_xaxes(title_text="lag / ps", type="log")
    figure.update_yaxes(title_text="mean-squared displacement / Å²", type="log")
    return figure


def running_figure(analysis: TrajectoryAnalysis) -> go.Figure | None:
    """Return the conductivities and their ratio against the lag, with the estimates as bands."""
    running, found = analysis.measured.running, analysis.measured.estimates
    if running is None:
        return None
    figure = _styled(make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.06), 560)
    ends = [float(running.lags[0]), float(running.lags[-1])]
    for name, values, colour, label in (
        ("conductivity_nernst_einstein", running.nernst_einstein, BLUE, "Nernst-Einstein"),
        ("conductivity_einstein", running.collective, VERMILION, "collective"),
    ):
        _interval(figure, ends, found.get(name), colour, row=1)
        _line(figure, running.lags, values, colour, label, "solid", row=1)
    positive = running.collective > 0
    ratio = np.where(positive, running.nernst_einstein / np.where(positive, running.collective, 1.0), np.nan)
    _interval(figure, ends, found.get("haven_ratio"), GREEN, row=2)
    _line(figure, running.lags, ratio, GREEN, "ratio of the two", "solid", row=2)
    figure.update_xaxes(type="log")
    figure.update_xaxes(title_text="lag / ps", row=2, col=1)
    figure.update_yaxes(title_text="σ / S cm⁻¹", rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title_text="Haven ratio", rangemode="tozero", row=2, col=1)
    return figure


def profile_figure(analysis: TrajectoryAnalysis) -> go.Figure | None:
    """Return ρ, D and n along the boundary normal with ± one standard error, boundary bands shaded."""
    profile = analysis.measured.profile
    if profile is None or analysis.width is None:
        return None
    figure = _styled(make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.045), 760)
    panels = (
        (profile.resistivity, profile.resistivity_error, 1.0, "ρ / Ω cm", BLUE),
        (profile.diffusivity, profile.diffusivity_error, 10.0, "D<sub>zz</sub> / 10⁻⁵ cm² s⁻¹", GREEN),
        (profile.density, profile.density_error, 1e3, f"n<sub>{analysis.species}</sub> / nm⁻³", VERMILION),
    )
    for row, (values, errors, factor, title, colour) in enumerate(panels, start=1):
        low, high = factor * np.maximum(values - errors, 0.0), factor * (values + errors)
        _band(figure, profile.z, low, high, colour, row)
        _line(figure, profile.z, factor * values, colour, title, "solid", row=row, legend=False)
        figure.update_yaxes(title_text=title, rangemode="tozero", row=row, col=1)
    shown = {"length": profile.length, "width": analysis.width, "boundaries": list(analysis.boundaries)}
    for low_z, high_z in bands_in_cell(
        {**shown, "boundaries": [z % profile.length for z in analysis.boundaries]}
    ):
        figure.add_vrect(x0=low_z, x1=high_z, fillcolor=ORANGE, opacity=0.18, line_width=0, layer="below")
    figure.update_xaxes(range=[0.0, profile.length])
    figure.update_xaxes(title_text="z, along the boundary normal / Å", row=3, col=1)
    return figure


def enrichment_figure(analysis: TrajectoryAnalysis) -> go.Figure | None:
    """Return LER against the width, by lanthanum and by volume, with what the excess alone would give."""
    scan = analysis.measured.enrichment
    if scan is None:
        return None
    figure = _styled(make_subplots(rows=1, cols=1), 400)
    for estimates, limit, colour, name in (
        (scan.by_number, scan.by_number_limit, BLUE, "per La"),
        (scan.by_volume, scan.by_volume_limit, VERMILION, "per volume"),
    ):
        values, errors = (
            np.array([getattr(estimate, part) for estimate in estimates])
            for part in ("value", "standard_error")
        )
        _band(figure, scan.widths, values - errors, values + errors, colour, 1)
        _line(figure, scan.widths, values, colour, name, "solid")
        _line(figure, scan.widths, limit, colour, f"1 + Γ/(w n), {name}", "dot")
    if analysis.width is not None:
        figure.add_vline(x=analysis.width, line={"color": GREY, "dash": "dash"})
    figure.update_xaxes(title_text="width w of the windows / Å")
    figure.update_yaxes(title_text="lithium enrichment ratio")
    return figure


def _styled(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(LAYOUT, height=height)
    figure.update_xaxes(AXIS)
    figure.update_yaxes(AXIS)
    return figure


def _line(
    figure: go.Figure,
    x: Sequence[float] | np.ndarray,
    y: Sequence[float] | np.ndarray,
    colour: str,
    name: str,
    dash: str,
    row: int | None = None,
    *,
    legend: bool = True,
) -> None:
    trace = go.Scatter(
        x=np.asarray(x).tolist(),
        y=[None if not np.isfinite(v) else v for v in np.asarray(y).tolist()],
        mode="lines",
        line={"color": colour, "dash": dash, **_LINE},
        name=name,
        showlegend=legend,
        hovertemplate="%{x:.4g}: %{y:.4g}<extra>" + ("" if not legend else name) + "</extra>",
    )
    figure.add_trace(trace, **({} if row is None else {"row": row, "col": 1}))


def _interval(figure: go.Figure, ends: list[float], estimate: Estimate | None, colour: str, row: int) -> None:
    if estimate is None or estimate.bound is not None:
        return
    low, high = estimate.interval(0.95)
    _band(figure, ends, [low] * 2, [high] * 2, colour, row)


def _band(
    figure: go.Figure,
    x: Sequence[float] | np.ndarray,
    low: Sequence[float] | np.ndarray,
    high: Sequence[float] | np.ndarray,
    colour: str,
    row: int,
) -> None:
    forward, upper, lower = (np.asarray(v).tolist() for v in (x, high, low))
    figure.add_trace(
        go.Scatter(
            x=[*forward, *reversed(forward)],
            y=[*upper, *reversed(lower)],
            mode="lines",
            fill="toself",
            fillcolor=translucent(colour),
            line={"width": 0, "color": GREY},
            hoverinfo="skip",
            showlegend=False,
        ),
        row=row,
        col=1,
    )
