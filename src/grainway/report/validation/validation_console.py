"""A validation on the terminal."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grainway.report.validation.validation_text import (
    LADDER_HEADINGS,
    cost_in_words,
    estimators_agree,
    ladder_cells,
    shown_rows,
)
from grainway.validation import Validation

_FULL_WIDTH = 160
_STYLES = {"agrees": "green", "off": "red", "upper bound only": "yellow", "lower bound only": "yellow"}


def print_validation(validation: Validation, page: Path, console: Console | None = None) -> None:
    """Print the table of comparisons, the ladders, the trends, and where the page is."""
    console = console or _stdout()
    names = [p.potential for p in validation.potentials]
    table = Table(title=Text("measured against published"), title_justify="left")
    for heading in ("quantity", "published", *names, "model error"):
        table.add_column(Text(heading))
    for row in shown_rows(validation):
        cells = [
            Text.assemble(value, "\n", (verdict, _STYLES.get(outcome, "dim")))
            for value, verdict, outcome in (row.cells[name] for name in names)
        ]
        table.add_row(Text(row.label), Text(row.reference), *cells, Text(row.model_error))
    console.print(table)
    for potential in validation.potentials:
        ladder = Table(title=Text(f"{potential.potential}: mean ± error over replicas"), title_justify="left")
        for heading in LADDER_HEADINGS:
            ladder.add_column(Text(heading), justify="right")
        for temperature in potential.rows:
            ladder.add_row(*(Text(cell) for cell in ladder_cells(temperature)))
        console.print(ladder)
        for text in (*potential.failures, *potential.warnings):
            _say(console, f"  {text}")
        for name, reason in potential.missing.items():
            _say(console, f"  {name}: {reason}")
    for line in estimators_agree(validation):
        _say(console, line)
    for trend in validation.trends:
        _say(console, f"{trend.name} {trend.statement}: {trend.answer}", "bold")
        for line in trend.evidence:
            _say(console, f"   {line}")
    _say(console, f"{cost_in_words(validation)} Page: {page}")


def _stdout() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_FULL_WIDTH)


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=not console.is_terminal)
