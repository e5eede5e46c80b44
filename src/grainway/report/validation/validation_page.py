"""A validation as one self-contained HTML page: Arrhenius lines, ratios to published values, tables."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.subplots import make_subplots

from grainway import __version__
from grainway.domain import Estimate
from grainway.report.figures.campaign_figures import figure_json, plotly_javascript
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
from grainway.report.files.visible_files import write_text
from grainway.report.page.html import page_environment
from grainway.report.validation.validation_text import (
    LADDER_HEADINGS,
    cost_in_words,
    estimators_agree,
    ladder_cells,
    shown_rows,
)
from grainway.validation import Line, PotentialValidation, TableRow, Validation

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


_STYLES = ((BLUE, "circle"), (VERMILION, "diamond"), (GREEN, "square"), (ORANGE, "cross"), (GREY, "x"))
_ROOM_K = 298.15
_PANELS = (("diffusivity", 1), ("einstein", 2))
_LEAST_RATIO = 1e-5
_STRICT = 0.05
"""Tolerance up to which a quantity is drawn in percent; others may be off by factors."""


def validation_figure(validation: Validation) -> go.Figure:
    """Return the figure: D* and σT against 1/T above, ratios to published values below."""
    compared = [row for row in validation.table if row.reference is not None and row.measured]
    strict = [row for row in compared if 0 < row.comparison.tolerance <= _STRICT]
    loose = [row for row in compared if row not in strict]
    figure = make_subplots(
        rows=2,
        cols=2,
        specs=[[{}, {}], [{}, {}]],
        row_heights=[0.52, 0.48],
        vertical_spacing=0.13,
        horizontal_spacing=0.2,
    )
    figure.update_layout(**LAYOUT)
    figure.update_layout(height=560 + 40 * max(len(strict), len(loose)))
    figure.update_xaxes(**AXIS)
    figure.update_yaxes(**AXIS)
    for number, potential in enumerate(validation.potentials):
        colour, symbol = _STYLES[number % len(_STYLES)]
        for quantity, column in _PANELS:
            _arrhenius(figure, potential, quantity, column, colour, symbol)
        shift = 0.22 * (number - (len(validation.potentials) - 1) / 2)
        _ratios(figure, potential.potential, strict, 1, shift, colour, symbol)
        _ratios(figure, potential.potential, loose, 2, shift, colour, symbol)
    _published(figure, validation.table)
    for column, title in ((1, "D* / cm² s⁻¹"), (2, "σT / S K cm⁻¹ (Einstein)")):
        figure.update_xaxes(title_text="1000 K / T", row=1, col=column)
        figure.update_yaxes(title_text=title, type="log", exponentformat="power", row=1, col=column)
    figure.update_xaxes(title_text="measured / published − 1, %", row=2, col=1)
    figure.update_xaxes(
        title_text="measured / published", type="log", exponentformat="power", dtick=1, row=2, col=2
    )
    for column, rows, same in ((1, strict, 0.0), (2, loose, 1.0)):
        figure.update_yaxes(
            tickvals=list(range(len(rows))),
            ticktext=[row.comparison.label for row in rows],
            range=[len(rows) - 0.4, -0.6],
            row=2,
            col=column,
        )
        figure.add_vline(x=same, line={"color": INK, "width": 1, "dash": "dot"}, row=2, col=column)
    return figure


def _arrhenius(
    figure: go.Figure, potential: PotentialValidation, quantity: str, column: int, colour: str, symbol: str
) -> None:
    points = [(t, e) for row in potential.rows for t, e in row.single.get(quantity, ())]
    power = 1.0 if quantity == "einstein" else 0.0
    if line := potential.lines.get(quantity):
        _line(figure, line, power, column, colour)
    for bound, marker in ((None, symbol), ("upper", "triangle-down-open")):
        chosen = [(t, e) for t, e in points if e.bound == bound]
        if not chosen:
            continue
        figure.add_trace(
            go.Scatter(
                x=[1000 / t for t, _ in chosen],
                y=[e.value * t**power for t, e in chosen],
                error_y=_bars(chosen, power, colour) if bound is None else None,
                mode="markers",
                marker={"color": colour, "symbol": marker, "size": 8},
                name=potential.potential if bound is None else f"{potential.potential}, upper limits",
                legendgroup=potential.potential,
                showlegend=column == 1,
                hovertemplate=f"{potential.potential}, single run<br>%{{y:.3g}}<extra></extra>",
            ),
            row=1,
            col=column,
        )


def _bars(points: Sequence[tuple[float, Estimate]], power: float, colour: str) -> dict[str, object]:
    return {
        "type": "data",
        "array": [e.standard_error * t**power for t, e in points],
        "color": colour,
        "thickness": 1.2,
        "width": 3,
    }


def _line(figure: go.Figure, line: Line, power: float, column: int, colour: str) -> None:
    inverse = np.linspace(1 / line.temperatures[1], 1 / _ROOM_K, 30)
    temperatures = [float(t) for t in 1 / inverse]
    values = [line.at(t) for t in temperatures]
    x = [1000 * float(i) for i in inverse]
    low, high = (
        [m.interval[end] * t**power for m, t in zip(values, temperatures, strict=True)] for end in (0, 1)
    )
    figure.add_trace(
        go.Scatter(
            x=x + x[::-1],
            y=high + low[::-1],
            fill="toself",
            fillcolor=translucent(colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        ),
        row=1,
        col=column,
    )
    figure.add_trace(
        go.Scatter(
            x=x,
            y=[m.estimate.value * t**power for m, t in zip(values, temperatures, strict=True)],
            mode="lines",
            line={"color": colour, "width": 1.5},
            hoverinfo="skip",
            showlegend=False,
        ),
        row=1,
        col=column,
    )


def _published(figure: go.Figure, table: Sequence[TableRow]) -> None:
    """Draw what was measured at room temperature beside the lines that are carried there."""
    drawn: set[tuple[str, str]] = set()
    for name, power, column in (("diffusivity_298K", 0.0, 1), ("conductivity_298K", 1.0, 2)):
        for row in table:
            reference, key = row.reference, (row.comparison.material, row.comparison.quantity)
            if row.comparison.measured != name or reference is None or key in drawn:
                continue
            drawn.add(key)
            figure.add_trace(
                go.Scatter(
                    x=[1000 / _ROOM_K] * len(reference.rows),
                    y=[r.high * _ROOM_K**power for r in reference.rows],
                    mode="markers",
                    marker={
                        "color": INK,
                        "symbol": "star-open" if len(drawn) < 3 else "hexagon-open",
                        "size": 11,
                    },
                    name=f"published: {row.comparison.material}, {row.comparison.quantity.replace('_', ' ')}",
                    text=[r.source for r in reference.rows],
                    hovertemplate="%{y:.3g}<br>%{text}<extra></extra>",
                ),
                row=1,
                col=column,
            )


def _ratios(
    figure: go.Figure,
    name: str,
    rows: Sequence[TableRow],
    column: int,
    shift: float,
    colour: str,
    symbol: str,
) -> None:
    """Draw value and interval over the middle of the published range, close ones as percent of it."""

    def drawn(ratio: float) -> float:
        return 100 * (ratio - 1) if column == 1 else ratio

    x, y, low, high, text = [], [], [], [], []
    for place, row in enumerate(rows):
        measured, reference = row.measured.get(name), row.reference
        if measured is None or reference is None or measured.estimate.value <= 0:
            continue
        middle = float(np.sqrt(reference.low * reference.high))
        ratio = measured.estimate.value / middle
        ends = [
            max(float(end) / middle, _LEAST_RATIO) if np.isfinite(end) else ratio for end in measured.interval
        ]
        x.append(drawn(ratio))
        y.append(place + shift)
        low.append(max(drawn(ratio) - drawn(ends[0]), 0.0))
        high.append(max(drawn(ends[1]) - drawn(ratio), 0.0))
        text.append(f"{name}, {row.comparison.label}: {row.verdicts[name].text}")
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            error_x={
                "type": "data",
                "array": high,
                "arrayminus": low,
                "color": colour,
                "thickness": 1.2,
                "width": 3,
            },
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 8},
            text=text,
            hovertemplate="%{text}<br>%{x:.3g}<extra></extra>",
            name=name,
            legendgroup=name,
            showlegend=False,
        ),
        row=2,
        col=column,
    )
