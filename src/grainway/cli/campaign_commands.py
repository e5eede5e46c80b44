"""Campaigns: write the file, run, look at and report."""

import json
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from grainway.campaign import DEMO, Campaign, campaign_toml, load_config, open_campaign, summarise
from grainway.cli.app import CampaignFile, Json, app, campaign_root
from grainway.errors import ConfigError
from grainway.machine import interruption
from grainway.report import (
    ProgressDisplay,
    campaign_statistics,
    print_import,
    print_outcome,
    print_status,
    write_report,
    write_summary,
)


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
    campaign = Campaign(load_config(file), campaign_root(file))
    interruption.advise(f"nothing that was finished is lost. Go on with: grainway run {quote(str(file))}")
    # a polite end from outside, as a queue of a cluster sends it, is an interruption too
    with interruption.OrderlyEnd(terminate=True), ProgressDisplay(quiet=as_json) as display:
        outcome = campaign.run(display.update)
    summary = summarise(campaign, explained=True)
    statistics = campaign_statistics(summary)
    path = write_summary(summary, statistics)
    if as_json:
        typer.echo(json.dumps({**summary.to_dict(), "report": str(path)}, sort_keys=True))
    else:
        print_outcome(summary, statistics, outcome, path)


@app.command(epilog="Example: grainway resume llzo.toml")
def resume(file: CampaignFile, as_json: Json = False) -> None:
    """Resume a campaign (the same as run)."""
    run(file, as_json)


@app.command("import", epilog="Example: grainway import llzo.toml earlier.toml")
def import_(
    file: CampaignFile,
    source: Annotated[Path, typer.Argument(help="File of the campaign to take from.", metavar="FROM.toml")],
    as_json: Json = False,
) -> None:
    """Take over finished evaluations of another campaign; the budget does not count them.

    Both must have the same potential, protocol and objective. Evaluations outside of this campaign's design
    space are left out and listed. The other campaign is not changed.
    """
    campaign = Campaign(load_config(file), campaign_root(file))
    taken = campaign.take_over(campaign_root(source))
    if as_json:
        typer.echo(json.dumps(taken.to_dict(), sort_keys=True))
    else:
        print_import(taken)


@app.command(epilog="Example: grainway status llzo.toml --json")
def status(file: CampaignFile, as_json: Json = False) -> None:
    """Show what a campaign has done so far, also while it runs."""
    campaign = open_campaign(load_config(file), campaign_root(file))
    summary = summarise(campaign)
    if as_json:
        typer.echo(json.dumps(summary.to_dict(), sort_keys=True))
    else:
        print_status(summary)


@app.command(epilog="Example: grainway report llzo.toml")
def report(file: CampaignFile, as_json: Json = False) -> None:
    """Write the report, tables and best structures of what a campaign has done so far."""
    path = write_report(open_campaign(load_config(file), campaign_root(file)))
    typer.echo(json.dumps({"report": str(path)}) if as_json else f"Report: {path}")
