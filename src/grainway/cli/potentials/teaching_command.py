"""Distil a potential: label frames by a teacher, train models on them, and say what they are worth."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from grainway.cli.app import GOES_ON, Json, potential_app
from grainway.cli.potentials.card_command import show_card
from grainway.distillation import (
    SECOND_LABELS,
    TEACHERS,
    CollectedLabels,
    IonicSettings,
    LabellingBudget,
    LabellingReport,
    NepSettings,
    TeachingRecipe,
    TrainedModel,
    label_campaign,
    load_ionic,
    load_released,
    load_teacher,
    pack_training_set,
    read_second,
    read_training_set,
    release_models,
    representative,
    second_opinions,
    train_ionic,
    train_members,
)
from grainway.distillation.frames.element_energies import frames_of_elements
from grainway.distillation.labels.training_set import labels_of_elements
from grainway.distillation.nep_settings import ELEMENTS as NEP_ELEMENTS
from grainway.errors import ConfigError
from grainway.machine import interruption
from grainway.simulation import TABULATED_NAMES

Form = Literal["nep", "ionic"]
Folder = Annotated[Path, typer.Argument(help="Folder of the labels; the same again goes on.")]


@potential_app.command("label", epilog="Example: grainway potential label labels --hours 2")
def label(
    folder: Folder,
    seed: Annotated[int, typer.Option(help="Of every draw of the recipe.", min=0)] = 0,
    hours: Annotated[float, typer.Option(help="Wall time of this call; 0 for no limit.", min=0)] = 0.0,
    atoms: Annotated[float, typer.Option(help="Atoms to label in all; 0 for no limit.", min=0)] = 0.0,
    teacher: Annotated[str, typer.Option(help=f"One of {', '.join(TEACHERS)}.")] = "sevennet-0",
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    dopant: Annotated[
        list[str] | None,
        typer.Option(help="Al, Ga, Ta or Nb: its frames in place of the host's. Repeat it for more."),
    ] = None,
    moved_by: Annotated[
        list[str] | None,
        typer.Option(help="Shipped potentials that move the atoms, the first where others fail."),
    ] = None,
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

    recipe = teaching_recipe(seed, tuple(dopant or ()), tuple(moved_by or ()))
    report = label_campaign(folder, recipe, who, budget, on_labelled=tell)
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


@potential_app.command("train", epilog="Example: grainway potential train training own --form ionic")
def train(
    labels: Annotated[Path, typer.Argument(help="Folder of labels, or of a packed training set.")],
    folder: Annotated[Path, typer.Argument(help="For models and data card; the same again goes on.")],
    form: Annotated[Form, typer.Option(help="A NEP, or pair splines in a minute.")] = "nep",
    hours: Annotated[float, typer.Option(help="nep: wall time of each model.", min=0.001)] = 1.0,
    members: Annotated[
        int | None,
        typer.Option(
            help="nep: models in all, those after the first watch. ionic: that watch, beside it.",
            show_default="3, ionic 10",
            min=2,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of weights and draws.", min=0)] = 1,
    name: Annotated[str, typer.Option(help="Of the potential.", show_default="own-nep, own-ionic")] = "",
    status: Annotated[str, typer.Option(help="A sentence on what it is good for.")] = "not yet judged",
    continued: Annotated[
        Path | None,
        typer.Option(
            "--continue",
            help="nep: folder of a trained potential whose models to start from. "
            "ionic: folder of one that elements are added to; its own interactions stay.",
        ),
    ] = None,
    element: Annotated[
        list[str] | None,
        typer.Option(help="ionic: once for each; frames with others are left aside.", show_default="all"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a potential and its committee on labelled frames, and measure them on frames held out."""
    interruption.advise(GOES_ON)
    known, second = read_training_set(labels), read_second(labels)
    name = name or f"own-{form}"
    if form == "ionic":
        host = None if continued is None else load_ionic(_other_than(folder, continued))
        settings = IonicSettings(
            elements=tuple(element) if element else None, n_members=members or 10, seed=seed
        )
        card = train_ionic(known, folder, settings, name=name, status=status, second=second, host=host)
    else:
        if element:
            raise ConfigError.about("--element", element, "for --form ionic alone", "Leave it out.")
        known = labels_of_elements(known, NEP_ELEMENTS)
        second = frames_of_elements(second, NEP_ELEMENTS)
        models = _trained(known, folder, continued, seed=seed, members=members or 3, hours=hours)
        card = release_models(folder, models, known, name=name, status=status, second=second)
    show_card(card, as_json=as_json)


def _trained(
    known: CollectedLabels, folder: Path, continued: Path | None, *, seed: int, members: int, hours: float
) -> list[TrainedModel]:
    """Train NEP models."""
    settings = NepSettings()
    before: list[TrainedModel] = []
    if continued is not None:
        before = load_released(_other_than(folder, continued), folder / "start")
        settings = before[0].settings.for_continuing()
    return train_members(
        known.taught,
        folder,
        settings=settings,
        seed=seed,
        n_members=members,
        budget_s=hours * 3600,
        continue_from=before,
    )


def _other_than(folder: Path, continued: Path) -> Path:
    if continued.resolve() == folder.resolve():
        raise ConfigError.about(
            "--continue", str(continued), "another folder than that of the new models", "Name a new one."
        )
    return continued


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


def teaching_recipe(seed: int, dopants: tuple[str, ...], moved_by: tuple[str, ...]) -> TeachingRecipe:
    """Return the recipe of some options.

    Dopants are moved by softbv where nothing else is said: the only older potential with all of them.

    Raises:
        ConfigError: an unknown dopant or potential.
    """
    unknown = sorted(set(moved_by) - set(TABULATED_NAMES))
    if unknown:
        raise ConfigError.about("--moved-by", unknown, f"of {', '.join(TABULATED_NAMES)}", "Choose of these.")
    recipe = TeachingRecipe(seed=seed, dopants=dopants)
    moved_by = moved_by or (("softbv",) if dopants else recipe.potentials)
    return replace(recipe, potentials=moved_by)
