"""The analysis of a trajectory as a table on the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grainway.report.trajectory.analysis_record import TrajectoryAnalysis
from grainway.report.trajectory.second_looks_text import second_looks_lines

_FULL_WIDTH = 140


def print_analysis(analysis: TrajectoryAnalysis, console: Console | None = None) -> None:
    """Print what was analysed, every quantity with its error, and why others are missing."""
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_FULL_WIDTH, file=console.file)
    for name, text in analysis.facts:
        _say(console, f"{name}: {text}")
    title = f"{analysis.species} at {analysis.temperature:g} K; ± one standard error of this run"
    table = Table(title=Text(title), title_justify="left")
    for heading in ("quantity", "value", "unit"):
        table.add_column(Text(heading), no_wrap=True)
    table.add_column(Text("samples"), justify="right", no_wrap=True)
    table.add_column(Text("meaning"))
    rows = analysis.rows()
    for row in rows:
        if not row.reason:
            table.add_row(*(Text(t) for t in (row.symbol, row.value, row.unit, row.samples, row.meaning)))
    if table.row_count:
        console.print(table)
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.reason:
            reasons.setdefault(row.reason, []).append(row.symbol)
    for reason, symbols in reasons.items():
        _say(console, f"not measured: {', '.join(symbols)}: {reason}")
    for warning in analysis.warnings:
        _say(console, f"warning: {warning}")
    if analysis.looks is not None:
        for line in second_looks_lines(analysis.looks):
            _say(console, f"check: {line}")


def _say(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=not console.is_terminal)
