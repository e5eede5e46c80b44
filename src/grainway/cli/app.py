"""The application that the commands belong to, and what several of them share."""

from pathlib import Path
from typing import Annotated

import typer

import grainway
from grainway.cli.listed_commands import listing_app
from grainway.cli.listing import COMMANDS, POTENTIAL_COMMANDS

app = listing_app(
    COMMANDS,
    name="grainway",
    help="Design grain boundaries of garnet solid electrolytes for fast lithium-ion conduction.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
potential_app = listing_app(
    POTENTIAL_COMMANDS,
    name="potential",
    help="Interatomic potentials: those shipped, and your own.",
    no_args_is_help=True,
)
app.add_typer(potential_app)
CampaignFile = Annotated[Path, typer.Argument(help="The campaign file (TOML).", metavar="CAMPAIGN.toml")]
GOES_ON = "nothing that was finished is lost. Run it again to continue."
"""Said of an interrupted command that goes on where it was stopped when it is called again."""
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def campaign_root(file: Path) -> Path:
    """Return a campaign's folder: it bears its file's name and lies beside it."""
    return file.resolve().with_suffix("")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"grainway {grainway.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Design grain boundaries of garnet solid electrolytes for fast lithium-ion conduction."""
