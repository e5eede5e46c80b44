"""Distil a potential by active learning, in one command that goes on where it was stopped."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from grainway.cli.app import GOES_ON, Json, potential_app
from grainway.distillation import (
    TEACHERS,
    LoopOptions,
    LoopOutcome,
    NepSettings,
    TeachingRecipe,
    distil,
    load_teacher,
)
from grainway.machine import interruption


@potential_app.command("distil", epilog="Example: grainway potential distil own --hours 8")
def distil_potential(
    folder: Annotated[Path, typer.Argument(help="Of everything; the same command again goes on.")],
    hours: Annotated[float, typer.Option(help="Wall time of all calls together; may grow.", min=0.01)] = 8.0,
    rounds: Annotated[int, typer.Option(help="Of active learning, at most; may grow.", min=0)] = 3,
    members: Annotated[int, typer.Option(help="Models in all; those after the first watch.", min=3)] = 3,
    seed: Annotated[int, typer.Option(help="Of every draw.", min=0)] = 0,
    teacher: Annotated[str, typer.Option(help=f"One of {', '.join(TEACHERS)}.")] = "sevennet-0",
    device: Annotated[str, typer.Option(help="Of the teacher: cpu or cuda.")] = "cpu",
    second: Annotated[
        int, typer.Option(help="Label so many of the held-out frames by CHGNet too.", min=0)
    ] = 15,
    name: Annotated[str, typer.Option(help="Of the potential.")] = "own-nep",
    as_json: Json = False,
) -> None:
    """Label, train, and let the models ask for what they do not know, until that no longer helps.

    The best models end in FOLDER/model, which a campaign file names as nep in its section potential.
    """
    options = LoopOptions(
        hours=hours,
        rounds=rounds,
        members=members,
        seed=seed,
        teacher=teacher,
        device=device,
        second=second,
        name=name,
    )
    console = Console(stderr=True, highlight=False)
    interruption.advise(GOES_ON)
    outcome = distil(
        folder,
        options,
        load_teacher(teacher, device),
        lambda: load_teacher("chgnet", device),
        recipe=TeachingRecipe(seed=seed),
        settings=NepSettings(),
        tell=lambda line: console.print(line, markup=False),
    )
    if as_json:
        typer.echo(json.dumps(outcome.to_dict(), sort_keys=True))
    else:
        _show(outcome)


def _show(outcome: LoopOutcome) -> None:
    console = Console(highlight=False)
    table = Table(
        box=None, pad_edge=False, title="Force MAE on held-out boundaries, eV/Å", title_justify="left"
    )
    for heading in ("round", "frames", "asked for", "failures", "error", "change", "decision"):
        table.add_column(heading, justify="left" if heading == "decision" else "right")
    for one in outcome.rounds:
        table.add_row(
            str(one.number),
            str(one.frames),
            str(len(one.active)),
            str(len(one.failures)),
            one.boundary_mae.text(),
            "" if one.change is None else one.change.text(),
            one.decision if one.compared_with is None else f"{one.decision} than round {one.compared_with}",
        )
    console.print(table)
    console.print(
        f"Stopped after {outcome.spent_s / 3600:.1f} h: {outcome.stopped}. "
        f"Round {outcome.best} was released to {outcome.model}. "
        f'Use it with nep = "{outcome.model}" under [potential] of a campaign file.',
        markup=False,
    )
