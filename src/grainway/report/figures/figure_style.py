"""How the figures look: colours, marker shapes, axes; legible for every kind of colour vision."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from grainway.domain import Estimate

# Okabe and Ito's colours; marker shapes repeat what they say
BLUE, VERMILION, GREEN, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#6B6B6B", "#222222"
_AXIS_STYLE = {"001": (BLUE, "circle"), "110": (VERMILION, "diamond")}
_OTHER_STYLE = (GREEN, "square")

LAYOUT: dict[str, Any] = {
    "template": "none",
    "paper_bgcolor": "white",
    "plot_bgcolor": "white",
    "hovermode": "closest",
    "font": {
        "family": "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif",
        "size": 13,
        "color": INK,
    },
    "margin": {"l": 75, "r": 20, "t": 50, "b": 50},
    "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12}},
}
AXIS: dict[str, Any] = {
    "showline": True,
    "linecolor": GREY,
    "mirror": True,
    "ticks": "outside",
    "tickcolor": GREY,
    "gridcolor": "#ECECEC",
    "zeroline": False,
    "automargin": True,
    "title": {"standoff": 8},
}


def axis_style(axis: str) -> tuple[str, str]:
    """Return colour and marker shape of a misorientation axis."""
    return _AXIS_STYLE.get(axis, _OTHER_STYLE)


def error_bars(half_lengths: Sequence[float], colour: str) -> dict[str, Any]:
    """Return error bars of the given half lengths."""
    return {"type": "data", "array": list(half_lengths), "color": colour, "thickness": 1.2, "width": 3}


def bound_symbol(estimate: Estimate) -> str | None:
    """Return the marker that points from a limit along x, None for a value."""
    return {"upper": "triangle-left-open", "lower": "triangle-right-open"}.get(estimate.bound or "")


def translucent(colour: str) -> str:
    """Return a hexadecimal colour as a faint fill."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.2)"


def styled(figure: go.Figure, height: int) -> go.Figure:
    """Give a figure the common look and a height in pixels; returns it."""
    figure.update_layout(LAYOUT, height=height)
    figure.update_xaxes(AXIS)
    figure.update_yaxes(AXIS)
    return figure


def band(
    figure: go.Figure,
    x: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    colour: str,
    name: str,
    *,
    show: bool,
    **place: int,
) -> None:
    """Add the area between two curves."""
    figure.add_trace(
        go.Scatter(
            x=[*x, *reversed(x)],
            y=[*high, *reversed(low)],
            mode="lines",
            fill="toself",
            name=name,
            fillcolor=translucent(colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=show,
        ),
        **place,
    )
