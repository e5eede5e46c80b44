"""The command ``grainway``."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from grainway import __version__
from grainway.campaign import (
    DEMO,
    Campaign,
    Outcome,
    campaign_toml,
    load_config,
    open_campaign,
    spec_near,
    summarise,
    trial_of,
    write_boundary,
)
from grainway.errors import ConfigError, GrainwayError
from grainway.report import ProgressDisplay, print_outcome, print_status, write_report

app = typer.Typer(
    name="grainway",
    help="Design grain boundaries of garnet solid electrolytes for fast lithium-ion conduction.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
CampaignFile = Annotated[Path, typer.Argument(help="The campaign file (TOML).", metavar="CAMPAIGN.toml")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"grainway {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Design grain boundaries of garnet solid electrolytes for fast lithium-ion conduction."""


@app.command(epilog="Example: grainway init llzo.toml")
def init(
    file: CampaignFile = Path("campaign.toml"),
    demo: Annotated[bool, typer.Option("--demo", help="A small campaign of about ten minutes.")] = False,
) -> None:
    """Write a commented campaign file."""
    if file.exists():
        raise ConfigError(f"{file} exists already and was left as it is; choose another name")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(campaign_toml(DEMO if demo else None), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {file}: {error.strerror}; choose a writable folder") from error
    typer.echo(f"Wrote {file}. Start it with: grainway run {file}")


@app.command(epilog="Example: grainway run llzo.toml   (the same again resumes it)")
def run(file: CampaignFile, as_json: Json = False) -> None:
    """Run a campaign, or resume it after any interruption, and write its report."""
    campaign = Campaign(load_config(file), _root(file))
    signal.signal(signal.SIGTERM, _stop)
    try:
        with ProgressDisplay(quiet=as_json) as display:
            outcome = campaign.run(display.update)
    except KeyboardInterrupt:
        typer.echo("interrupted; nothing that was finished is lost. Run it again to continue.", err=True)
        raise typer.Exit(130) from None
    report = write_report(campaign)
    _print_outcome(campaign, outcome, report, as_json=as_json)


@app.command(epilog="Example: grainway resume llzo.toml")
def resume(file: CampaignFile, as_json: Json = False) -> None:
    """Resume a campaign (the same as run)."""
    run(file, as_json)


@app.command(epilog="Example: grainway status llzo.toml --json")
def status(file: CampaignFile, as_json: Json = False) -> None:
    """Show what a campaign has done so far, also while it runs."""
    campaign = open_campaign(load_config(file), _root(file))
    summary = summarise(campaign)
    if as_json:
        typer.echo(json.dumps(summary.to_dict(), sort_keys=True))
    else:
        print_status(summary)


@app.command(epilog="Example: grainway report llzo.toml")
def report(file: CampaignFile, as_json: Json = False) -> None:
    """Write the report, tables and best structures of what a campaign has done so far."""
    path = write_report(open_campaign(load_config(file), _root(file)))
    typer.echo(json.dumps({"report": str(path)}) if as_json else f"Report: {path}")


@app.command(epilog="Example: grainway build llzo.toml --angle 22.6 --axis 001 -o sigma13.extxyz")
def build(
    file: CampaignFile,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Where to: .extxyz, .data (LAMMPS), .cif, or a POSCAR name."),
    ],
    trial: Annotated[int | None, typer.Option(help="Number of an evaluation of the campaign.")] = None,
    axis: Annotated[str, typer.Option(help="Misorientation axis, 001 or 110.")] = "001",
    angle: Annotated[float | None, typer.Option(help="Misorientation wanted, degrees.")] = None,
    inclination: Annotated[float, typer.Option(help="Inclination of the median plane, degrees.")] = 0.0,
    width: Annotated[int, typer.Option(help="Boundary band, layers of 2.7 Å.")] = 3,
    translation: Annotated[
        tuple[float, float], typer.Option(help="Shift of the upper grain, shares of the two periods.")
    ] = (0.0, 0.0),
    termination: Annotated[float, typer.Option(help="Height of the cut, share of the plane spacing.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of lithium orderings and places.")] = 0,
    as_json: Json = False,
) -> None:
    """Build one boundary within a campaign's limits, or the start of one of its evaluations."""
    config = load_config(file)
    if trial is not None and angle is None:
        spec, seed = trial_of(Campaign(config, _root(file)).record_path, trial)
        distance = "none"
    elif angle is not None and trial is None:
        spec, distance = spec_near(config, axis, angle, inclination, width, translation, termination)
    else:
        raise ConfigError("give either --trial NUMBER or --angle DEGREES to say which boundary to build")
    facts = write_boundary(spec, seed, output) | {"distance_from_wish": distance}
    if as_json:
        typer.echo(json.dumps(facts, sort_keys=True))
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")


def _root(file: Path) -> Path:
    """A campaign's folder bears its file's name and lies beside it."""
    return file.resolve().with_suffix("")


def _print_outcome(campaign: Campaign, outcome: Outcome, report_path: Path, *, as_json: bool) -> None:
    summary = summarise(campaign)
    if as_json:
        typer.echo(json.dumps({**summary.to_dict(), "report": str(report_path)}, sort_keys=True))
    else:
        print_outcome(summary, outcome, report_path)


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command; every expected error is one message and a status that is not 0."""
    try:
        app()
    except GrainwayError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print("error:", str(error), markup=False)
        sys.exit(2)
