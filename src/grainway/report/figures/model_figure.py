"""The optimiser's model as a function of each variable of the design alone."""

from collections.abc import Sequence
from textwrap import wrap

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from grainway.campaign import CampaignSummary
from grainway.domain.student import Z_95_TWO_SIDED
from grainway.optimise import PartialDependence
from grainway.report.figures.figure_style import BLUE, band, error_bars, styled
from grainway.report.words.design_variables import DesignVariable, design_variable

_COLUMNS = 4
_PANEL_PX, _BETWEEN_PX, _MARGINS_PX = 170, 85, 110
_TITLE_WIDTH = 34
_FEW_VALUES = 6
"""So many whole numbers are drawn as points: nothing lies between them."""


def dependence_figure(summary: CampaignSummary) -> go.Figure | None:
    """Return log10 ρ_gb averaged over all other variables, one panel per variable, with 95 % bands."""
    if summary.explanation is None or not summary.explanation.dependences:
        return None
    curves = _largest_share_first(summary)
    n_columns = min(_COLUMNS, len(curves))
    n_rows = -(-len(curves) // n_columns)
    inside = n_rows * _PANEL_PX + (n_rows - 1) * _BETWEEN_PX
    figure = make_subplots(
        rows=n_rows,
        cols=n_columns,
        shared_yaxes="all",
        horizontal_spacing=0.025,
        vertical_spacing=_BETWEEN_PX / inside if n_rows > 1 else 0.0,
    )
    styled(figure, inside + _MARGINS_PX)
    figure.update_layout(margin={"t": 35, "b": _MARGINS_PX - 35})
    figure.update_xaxes(title_font_size=12)
    for number, curve in enumerate(curves):
        row, column = number // n_columns + 1, number % n_columns + 1
        variable = design_variable(curve.name)
        _panel(figure, curve, variable, row, column)
        # the unit's first word stays with its stroke
        title = wrap(variable.heading.replace(" / ", " /\u00a0"), _TITLE_WIDTH)
        figure.update_xaxes(title_text="<br>".join(title), row=row, col=column)
        if column == 1:
            figure.update_yaxes(title_text="log<sub>10</sub>(ρ<sub>gb</sub> / Ω cm)", row=row, col=column)
    return figure


def _largest_share_first(summary: CampaignSummary) -> list[PartialDependence]:
    """Return the curves in the order of the table."""
    explanation = summary.explanation
    if explanation is None:
        return []
    total = {share.name: share.total.value for share in explanation.indices.shares}
    return sorted(explanation.dependences, key=lambda curve: -total.get(curve.name, 0.0))


def _panel(
    figure: go.Figure, curve: PartialDependence, variable: DesignVariable, row: int, column: int
) -> None:
    x = [variable.shown(value) for value in curve.values]
    half = [Z_95_TWO_SIDED * error for error in curve.standard_error]
    points = _are_points(curve)
    place = {"row": row, "col": column}
    if not points:
        low = [m - h for m, h in zip(curve.mean, half, strict=True)]
        high = [m + h for m, h in zip(curve.mean, half, strict=True)]
        band(figure, [float(v) for v in x], low, high, BLUE, "95 %", show=False, **place)
    figure.add_trace(
        go.Scatter(
            x=[f"[{v}]" for v in x] if curve.name == "axis" else x,
            y=list(curve.mean),
            mode="markers" if points else "lines",
            marker={"color": BLUE, "size": 7},
            line={"color": BLUE, "width": 1.8},
            error_y=error_bars(half, BLUE) if points else None,
            customdata=half,
            hovertemplate="%{x}: %{y:.3f} ± %{customdata:.3f}<extra></extra>",
            showlegend=False,
        ),
        **place,
    )
    if any(isinstance(value, str) for value in x):
        figure.update_xaxes(type="category", range=[-0.5, len(x) - 0.5], **place)
    elif points:
        figure.update_xaxes(tickvals=x, **place)


def _are_points(curve: PartialDependence) -> bool:
    values: Sequence[object] = curve.values
    whole = all(isinstance(v, int) for v in values) and len(values) <= _FEW_VALUES
    return whole or any(isinstance(v, str) for v in values)
