"""Show what a trained potential learned from, and how far it is from its teacher."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from grainway.cli.app import Json, potential_app
from grainway.distillation import ClassAccuracy, DataCard, read_card
from grainway.simulation import IONIC_CARD, IONIC_NAME, NEP_CARD, NEP_NAME, RELEASE_CARD

_SHIPPED = {NEP_NAME: NEP_CARD, IONIC_NAME: IONIC_CARD}
_HOST = ("La", "Zr", "O")


@potential_app.command("card", epilog="Example: grainway potential card grainway-ionic")
def card(
    model: Annotated[
        Path | None,
        typer.Argument(
            help=f"{NEP_NAME}, {IONIC_NAME}, or the folder or file of a trained potential.",
            show_default=NEP_NAME,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what a distilled potential learned from and how far it is from its teacher."""
    show_card(read_card(_card_of(model or Path(NEP_NAME))), as_json=as_json)


def _card_of(model: Path) -> Path:
    if str(model) in _SHIPPED:
        return _SHIPPED[str(model)]
    return (model.parent if model.is_file() else model) / RELEASE_CARD


def show_card(card: DataCard, *, as_json: bool) -> None:
    """Print a card."""
    if as_json:
        typer.echo(json.dumps(card.to_dict(), sort_keys=True))
        return
    console = Console(highlight=False)
    console.print(f"{card.name}: {card.status}", markup=False)
    console.print(
        f"Teacher: {card.teacher}. Committee of {len(card.members)}; a run has left what was taught"
    )
    console.print(f"where a force spreads by more than {card.spread_threshold:g} eV/Å over it.")
    console.print(_errors(card.accuracy))
    excess = card.excess_energies
    if excess is not None:
        console.print(
            f"Excess energies of {excess.n_frames} boundaries and surfaces, {excess.lowest:.2f} to "
            f"{excess.highest:.2f} J/m² by the teacher: rank correlation {excess.rank_correlation:.2f},",
            markup=False,
        )
        console.print(
            f"rms difference {excess.rms_difference:.2f} J/m², mean {excess.mean_difference:+.2f} J/m².",
            markup=False,
        )
    if card.teachers_differ:
        differ = ", ".join(f"{e.label} {e.force_mae.value:.2f}" for e in card.teachers_differ)
        console.print(
            f"{card.second_teacher} against {card.teacher}, force MAE in eV/Å: {differ}.", markup=False
        )
    taught = ", ".join(f"{kind} {c.frames} ({c.atoms} atoms)" for kind, c in card.taught.items())
    console.print(f"Taught: {taught}.", markup=False)
    for part, licence in card.licences.items():
        console.print(f"{part}: {licence}", markup=False)


def _errors(accuracy: Sequence[ClassAccuracy]) -> Table:
    """Return the table of errors, with columns for lithium and for each dopant where they are kept."""
    known = {element for entry in accuracy for element in entry.by_element}
    apart = [element for element in ("Li", *sorted(known - {"Li", *_HOST})) if element in known]
    table = Table(box=None, pad_edge=False, title="Errors on frames never learned from", title_justify="left")
    for heading in (
        *("class", "frames", "origins", "force MAE, eV/Å", "of"),
        *(heading for element in apart for heading in (f"{element} alone", "of")),
        *("energy, meV/atom", "stress, GPa"),
    ):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for entry in accuracy:
        own = [entry.by_element.get(element) for element in apart]
        table.add_row(
            entry.label,
            str(entry.n_frames),
            str(entry.n_origins),
            entry.force_mae.text(),
            f"{entry.force_scale:.2f}",
            *(
                text
                for one in own
                for text in (("", "") if one is None else (one.force_mae.text(), f"{one.force_scale:.2f}"))
            ),
            entry.energy_mae.text(1),
            entry.stress_mae.text(2),
        )
    return table
