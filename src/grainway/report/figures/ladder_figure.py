"""The Arrhenius plot of a ladder: what was measured, the fit, and how far it reaches."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from grainway.analysis import ArrheniusFit
from grainway.campaign import CampaignSummary, Evaluation
from grainway.domain import Estimate
from grainway.domain.student import Z_95_TWO_SIDED
from grainway.report.figures.figure_style import BLUE, GREY, INK, band, error_bars, styled

_POINTS = 40


def ladder_figure(summary: CampaignSummary, evaluation: Evaluation) -> go.Figure | None:
    """Return resistivities against 1000/T with the fits, their 95 % band and the predictions.

    Args:
        summary: the campaign.
        evaluation: whose ρ_gb is shown, beside the bulk's resistivity.

    Returns:
        None without a ladder.
    """
    fit = evaluation.fits.get("rho_gb")
    if fit is None:
        return None
    figure = styled(go.Figure(), 470)
    targets = evaluation.trial.target_temperatures
    _draw(figure, fit, targets, BLUE, "circle", "ρ<sub>gb</sub>", inverse=False)
    bulk = None if summary.bulk is None else summary.bulk.fits.get("conductivity_nernst_einstein")
    if bulk is not None:
        _draw(figure, bulk, targets, GREY, "square", "bulk", inverse=True)
    for target in targets:
        figure.add_vline(x=1000 / target, line={"color": INK, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=1000 / target, y=1.0, yref="paper", text=f"{target:g} K", showarrow=False, xanchor="right"
        )
    figure.update_xaxes(title_text="1000 K / T")
    figure.update_yaxes(title_text="resistivity / Ω cm", type="log", exponentformat="power", dtick=1)
    return figure


def _draw(
    figure: go.Figure,
    fit: ArrheniusFit,
    targets: tuple[float, ...],
    colour: str,
    symbol: str,
    name: str,
    *,
    inverse: bool,
) -> None:
    """Draw one fit; a conductivity is drawn as its reciprocal."""
    measured = [point.temperature for point in fit.points]
    inverse_t = np.linspace(1 / max(measured), 1 / min(*targets, *measured), _POINTS)
    x = [1000 * float(v) for v in inverse_t]
    ends = [_resistivity(fit.interval(1 / float(v), 0.95), inverse) for v in inverse_t]
    band(figure, x, [e[0] for e in ends], [e[1] for e in ends], colour, f"{name}, 95 % band", show=True)
    straight = [_resistivity(fit.if_one_process.interval(1 / float(v), 0.95), inverse) for v in inverse_t]
    for end in (0, 1):
        figure.add_trace(
            go.Scatter(
                x=x,
                y=[e[end] for e in straight],
                mode="lines",
                line={"color": colour, "width": 1, "dash": "dot"},
                name=f"{name}, 95 % if one process",
                legendgroup=f"{name}, one process",
                showlegend=end == 0,
                hoverinfo="skip",
            )
        )
    line = [_resistivity((fit.predict(1 / float(v)).value,), inverse)[0] for v in inverse_t]
    figure.add_trace(
        go.Scatter(
            x=x,
            y=line,
            mode="lines",
            line={"color": colour, "width": 1.8},
            name=f"{name}, fit",
            hoverinfo="skip",
        )
    )
    _points(figure, fit, colour, symbol, name, inverse=inverse)
    predicted = [fit.predict(target).value for target in targets]
    intervals = [_resistivity(fit.interval(target, 0.95), inverse) for target in targets]
    values = [_resistivity((value,), inverse)[0] for value in predicted]
    figure.add_trace(
        go.Scatter(
            x=[1000 / target for target in targets],
            y=values,
            mode="markers",
            name=f"{name}, predicted",
            marker={"color": "white", "symbol": "diamond", "size": 10, "line": {"color": colour, "width": 2}},
            error_y=error_bars([high - v for (_, high), v in zip(intervals, values, strict=True)], colour)
            | {
                "symmetric": False,
                "arrayminus": [v - low for (low, _), v in zip(intervals, values, strict=True)],
            },
            hovertemplate="ρ = %{y:.3g} Ω cm<extra></extra>",
        )
    )


def _points(
    figure: go.Figure, fit: ArrheniusFit, colour: str, symbol: str, name: str, *, inverse: bool
) -> None:
    estimates = [point.estimate for point in fit.points]
    values = [_resistivity((e.value,), inverse)[0] for e in estimates]
    factors = [
        math.exp(Z_95_TWO_SIDED * e.standard_error / e.value) if e.bound is None else 1.0 for e in estimates
    ]
    figure.add_trace(
        go.Scatter(
            x=[1000 / point.temperature for point in fit.points],
            y=values,
            mode="markers",
            name=f"{name}, measured",
            marker={
                "color": colour,
                "symbol": [_symbol(e, symbol, inverse) for e in estimates],
                "size": 9,
                "line": {"color": "white", "width": 0.8},
            },
            error_y=error_bars([v * (f - 1) for v, f in zip(values, factors, strict=True)], colour)
            | {
                "symmetric": False,
                "arrayminus": [v * (1 - 1 / f) for v, f in zip(values, factors, strict=True)],
            },
            text=[f"{point.temperature:.0f} K" for point in fit.points],
            hovertemplate="%{text}: ρ = %{y:.3g} Ω cm<extra></extra>",
        )
    )


def _symbol(estimate: Estimate, symbol: str, inverse: bool) -> str:
    """A triangle points to where the true resistivity lies beyond a limit."""
    if estimate.bound is None:
        return symbol
    return "triangle-up" if (estimate.bound == "lower") != inverse else "triangle-down"


def _resistivity(values: tuple[float, ...], inverse: bool) -> tuple[float, ...]:
    return tuple(sorted(1 / v for v in values)) if inverse else values
