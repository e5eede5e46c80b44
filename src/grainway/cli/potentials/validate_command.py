"""How far the potentials can be believed."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grainway.cli.app import GOES_ON, Json, app
from grainway.machine import interruption
from grainway.report.validation.validation_console import print_validation
from grainway.validation import DEFAULT_POTENTIALS, QUICK, ValidationSettings, validate


@app.command(
    "validate", epilog="Example: grainway validate --potential softbv --out checked   (again, to go on)"
)
def validate_potentials(
    potential: Annotated[
        list[str] | None, typer.Option(help="Repeat it for more.", show_default=", ".join(DEFAULT_POTENTIALS))
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of all runs and results; again, to go on.")] = Path(
        "validation"
    ),
    quick: Annotated[
        bool, typer.Option("--quick", help="Short runs: shows that it works, not what a potential is worth.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="LAMMPS processes side by side.")] = 2,
    lammps: Annotated[Path | None, typer.Option(help="Your own LAMMPS binary.", show_default=False)] = None,
    markdown: Annotated[
        Path | None,
        typer.Option(
            help="Also write the tables as Markdown; into a file with text of its own, between its markers.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare lattice, bonds, stability, diffusion and conductivity of each potential with experiment."""
    say = Console(stderr=True, highlight=False)

    def on_finished(done: int, total: int, name: str) -> None:
        if not as_json:
            end = "\r" if say.is_terminal and done < total else "\n"
            say.print(f"runs: {done} of {total} ({name})", end=end)

    # plotly and jinja2 are slow to load and needed here alone
    from grainway.report.validation.validation_page import write_validation_page
    from grainway.report.validation.validation_text import check_markdown_target, write_markdown

    if markdown is not None:
        check_markdown_target(markdown)
    settings = QUICK if quick else ValidationSettings()
    interruption.advise(GOES_ON)
    found = validate(out, tuple(potential or DEFAULT_POTENTIALS), settings, workers, lammps, on_finished)
    page = write_validation_page(found, out)
    if markdown is not None:
        write_markdown(found, markdown)
    if as_json:
        typer.echo(json.dumps({**found.to_dict(), "page": str(page)}, sort_keys=True))
    else:
        print_validation(found, page)
