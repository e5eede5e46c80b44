"""Distil a potential: label frames by a teacher, train models on them, and say what they are worth."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from grainway.cli.app import GOES_ON, Json, potential_app
from grainway.distillation import (
    SECOND_LABELS,
    TEACHERS,
    DataCard,
    LabellingBudget,
    LabellingReport,
    NepSettings,
    TeachingRecipe,
    TrainedModel,
    label_campaign,
    load_released,
    load_teacher,
    pack_training_set,
    read_card,
    read_second,
    read_training_set,
    release_models,
    representative,
    second_opinions,
    train_members,
)
from grainway.errors import ConfigError
from grainway.machine import interruption
from grainway.simulation import NEP_CARD, RELEASE_CARD

Folder = Annotated[Path, typer.Argument(help="Folder of the labels; the same again goes on.")]


@potential_app.command("label", epilog="Example: grainway potential label labels --hours 2")
def label(
    folder: Folder,
    seed: Annotated[int, typer.Option(help="Of every draw of the recipe.", min=0)] = 0,
    hours: Annotated[float, typer.Option(help="Wall time of this call; 0 for no limit.", min=0)] = 0.0,
    atoms: Annotated[float, typer.Option(help="Atoms to label in all; 0 for no limit.", min=0)] = 0.0,
    teacher: Annotated[str, typer.Option(help=f"One of {', '.join(TEACHERS)}.")] = "sevennet-0",
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    second: Annotated[
        int, typer.Option(help="Label so many of the held-out frames by CHGNet too.", min=0)
    ] = 0,
    as_json: Json = False,
) -> None:
    """Make frames of bulk, surfaces, boundaries and melts, and label them with a reference potential."""
    interruption.advise(GOES_ON)
    who = load_teacher(teacher, device)
    budget = LabellingBudget(seconds=hours * 3600 or inf, atoms=atoms or inf)
    console = Console(stderr=True, highlight=False)

    def tell(source: str, number: int, state: LabellingReport) -> None:
        console.print(f"{source} {number}: {state.frames} frames, {state.atoms} atoms", markup=False)

    report = label_campaign(folder, TeachingRecipe(seed=seed), who, budget, on_labelled=tell)
    if second:
        frames = representative(read_training_set(folder).held_out, second)
        second_opinions(frames, load_teacher("chgnet", device), folder / SECOND_LABELS)
    record = {
        "frames": report.frames,
        "atoms": report.atoms,
        "refused": report.refused,
        "seconds_per_atom": report.seconds_per_atom,
        "sources_done": report.sources_done,
        "sources": report.sources,
        "failures": [list(failure) for failure in report.failures],
    }
    if as_json:
        typer.echo(json.dumps(record, sort_keys=True))
        return
    typer.echo(
        f"{report.frames} frames of {report.atoms} atoms labelled by {teacher}; {report.sources_done} of "
        f"{report.sources} sources done. Train with: grainway potential train {folder} MODEL"
    )
    for source, reason in report.failures:
        typer.echo(f"  {source} failed: {reason}")


@potential_app.command("train", epilog="Example: grainway potential train labels model --hours 1")
def train(
    labels: Annotated[Path, typer.Argument(help="Folder of labels, or of a packed training set.")],
    folder: Annotated[Path, typer.Argument(help="For models and data card; the same again goes on.")],
    hours: Annotated[float, typer.Option(help="Wall time of each model.", min=0.001)] = 1.0,
    members: Annotated[int, typer.Option(help="Models in all; those after the first watch.", min=3)] = 3,
    seed: Annotated[int, typer.Option(help="Of weights and draws.", min=0)] = 1,
    name: Annotated[str, typer.Option(help="Of the potential.")] = "own-nep",
    status: Annotated[str, typer.Option(help="A sentence on what it is good for.")] = "not yet judged",
    continued: Annotated[
        Path | None,
        typer.Option("--continue", help="Folder of a trained potential whose models to start from."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a NEP and a committee on labelled frames, and measure them on boundaries they never saw."""
    interruption.advise(GOES_ON)
    known = read_training_set(labels)
    settings = NepSettings()
    before: list[TrainedModel] = []
    if continued is not None:
        if continued.resolve() == folder.resolve():
            raise ConfigError.about(
                "--continue", str(continued), "another folder than that of the new models", "Name a new one."
            )
        before = load_released(continued, folder / "start")
        settings = before[0].settings.for_continuing()
    models = train_members(
        known.taught,
        folder,
        settings=settings,
        seed=seed,
        n_members=members,
        budget_s=hours * 3600,
        continue_from=before,
    )
    card = release_models(folder, models, known, name=name, status=status, second=read_second(labels))
    _show(card, as_json=as_json)


@potential_app.command("pack", epilog="Example: grainway potential pack labels artefact")
def pack(
    labels: Annotated[Path, typer.Argument(help="Folder of labels.")],
    folder: Annotated[Path, typer.Argument(help="For taught.npz and held_out.npz.")],
) -> None:
    """Pack labels into two compact files to ship beside a model."""
    known = read_training_set(labels)
    size = pack_training_set(known, folder, read_second(labels))
    n_frames = len(known.taught) + len(known.held_out)
    typer.echo(f"Wrote {n_frames} frames to {folder}: {size / 1e6:.2f} MB")


@potential_app.command("card", epilog="Example: grainway potential card --json")
def card(
    model: Annotated[
        Path | None,
        typer.Argument(help="Folder of a trained potential.", show_default="the shipped grainway-nep"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a distilled potential learned from and how far it is from its teacher."""
    _show(read_card(NEP_CARD if model is None else model / RELEASE_CARD), as_json=as_json)


def _show(card: DataCard, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(card.to_dict(), sort_keys=True))
        return
    console = Console(highlight=False)
    console.print(f"{card.name}: {card.status}", markup=False)
    console.print(
        f"Teacher: {card.teacher}. Committee of {len(card.members)}; a run has left what was taught"
    )
    console.print(f"where a force spreads by more than {card.spread_threshold:g} eV/Å over it.")
    table = Table(box=None, pad_edge=False, title="Errors on frames never learned from", title_justify="left")
    for heading in ("class", "frames", "origins", "force MAE, eV/Å", "of", "energy, meV/atom", "stress, GPa"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for entry in card.accuracy:
        table.add_row(
            entry.label,
            str(entry.n_frames),
            str(entry.n_origins),
            entry.force_mae.text(),
            f"{entry.force_scale:.2f}",
            entry.energy_mae.text(1),
            entry.stress_mae.text(2),
        )
    console.print(table)
    if card.teachers_differ:
        differ = ", ".join(f"{e.label} {e.force_mae.value:.2f}" for e in card.teachers_differ)
        console.print(
            f"{card.second_teacher} against {card.teacher}, force MAE in eV/Å: {differ}.", markup=False
        )
    taught = ", ".join(f"{kind} {c.frames} ({c.atoms} atoms)" for kind, c in card.taught.items())
    console.print(f"Taught: {taught}.", markup=False)
    for part, licence in card.licences.items():
        console.print(f"{part}: {licence}", markup=False)
