"""Search the microscopic ground state of a boundary."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from grainway.cli.app import GOES_ON, Json, app
from grainway.cli.structures import boundary_options as given
from grainway.errors import ConfigError
from grainway.ground_state.ground_state_search import TABLE, run_search
from grainway.ground_state.ground_state_settings import SearchSettings
from grainway.ground_state.ground_state_table import GroundState
from grainway.machine import interruption
from grainway.structure import load_garnet

_SHOWN = 10


@app.command("ground-state", epilog="Example: grainway ground-state sigma13 --axis 001 --angle 22.6")
def ground_state(
    folder: Annotated[Path, typer.Argument(help="For all structures and the table; again, to go on.")],
    axis: given.Axis = "001",
    angle: given.Angle = None,
    inclination: given.Inclination = 0.0,
    axis_normal: given.AxisNormal = 90.0,
    width: given.Width = 3,
    max_atoms: given.MaxAtoms = None,
    max_strain: given.MaxStrain = 0.01,
    thickness: given.Thickness = 25.0,
    candidates: Annotated[int, typer.Option(min=1, help="Translations and cuts looked at.")] = 200,
    minimised: Annotated[
        int, typer.Option(min=1, help="Of these are minimised: those with the least contact gaps.")
    ] = 20,
    dipole_limit: Annotated[
        float, typer.Option(help="Cuts with a larger dipole are left out as polar, e/Å.")
    ] = 0.1,
    lithium_oxide: Annotated[
        list[float] | None,
        typer.Option(help="Li2O per nm² of boundary tried for each. Repeat it for more.", show_default="0"),
    ] = None,
    delta_mu: Annotated[
        float, typer.Option(help="Chemical potential of Li2O below that of its crystal, eV, 0 or less.")
    ] = 0.0,
    orderings: Annotated[int, typer.Option(min=1, help="Lithium orderings, for the uncertainty.")] = 3,
    potential: Annotated[str, typer.Option(help="Interatomic potential.")] = "softbv",
    workers: Annotated[int, typer.Option(min=1, help="Minimisations side by side.")] = 1,
    lammps: Annotated[Path | None, typer.Option(help="Your own LAMMPS binary.", show_default=False)] = None,
    seed: given.Seed = 0,
    as_json: Json = False,
) -> None:
    """Search translations, cuts and Li2O counts for the boundary of lowest energy, minimised in LAMMPS."""
    if angle is None:
        raise ConfigError("give --angle DEGREES to say which boundary is searched")
    wish = given.Wish(axis=axis, angle=angle, inclination=inclination, axis_normal=axis_normal, width=width)
    spec, snap = wish.nearest(given.own_catalogue(wish, load_garnet(), max_atoms, max_strain, thickness))
    settings = SearchSettings(
        potential=potential,
        n_candidates=candidates,
        n_minimise=min(minimised, candidates),
        dipole_limit=dipole_limit,
        lithium_oxide_per_nm2=tuple(lithium_oxide or (0.0,)),
        delta_mu=delta_mu,
        n_orderings=orderings,
        seed=seed,
    )
    say = Console(stderr=True, highlight=False)

    def on_progress(what: str, done: int, total: int) -> None:
        if not as_json:
            end = "\r" if say.is_terminal and done < total else "\n"
            say.print(f"{what}: {done} of {total}", end=end)

    if not as_json:
        say.print(f"boundary is off the wish by {given.distance_in_words(snap)}")
    interruption.advise(GOES_ON)
    found = run_search(spec, folder, settings, workers, lammps, on_progress)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), sort_keys=True))
    else:
        _print(found, folder)


def _print(found: GroundState, folder: Path) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for heading in ("rank", "E_gb, J/m²", "excess, Å", "Li2O/nm²", "translation", "cuts", "duplicates"):
        table.add_column(heading, justify="right")
    for rank, state in enumerate(found.states[:_SHOWN], start=1):
        table.add_row(
            str(rank),
            f"{state.energy:.4f}",
            f"{state.excess_volume:.3f}",
            f"{state.lithium_oxide_per_nm2:g}",
            f"{state.translation[0]:.3f}, {state.translation[1]:.3f}",
            f"{state.termination:.3f}, {state.termination_b:.3f}",
            str(state.n_duplicates),
        )
    console.print(table)
    spread = "unknown" if found.uncertainty is None else f"{found.uncertainty:.3f} J/m²"
    console.print(
        f"Lowest E_gb found {found.energy:.4f} J/m² at 0 K, an upper bound of the ground state's; "
        f"standard deviation over {len(found.ordering_energies)} lithium orderings {spread}. "
        f"{len(found.candidates)} candidates, {found.n_polar} polar, {len(found.states)} distinct minima, "
        f"{len(found.failed)} failed. All: {folder / TABLE}",
        soft_wrap=True,
    )
