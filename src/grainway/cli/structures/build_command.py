"""Build one boundary."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from grainway.campaign import Campaign, build_catalogue, load_config, trial_of
from grainway.cli.app import Json, app, campaign_root
from grainway.cli.structures import boundary_options as given
from grainway.domain import BoundarySpec, Composition
from grainway.errors import ConfigError
from grainway.structure import build_boundary
from grainway.structure.connected.connected_boundary import n_independent_normals
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.library.library_files import boundary_facts
from grainway.structure.library.structure_files import format_of, write_structure


@app.command(epilog="Example: grainway build --axis 001 --angle 22.6 -o sigma13.extxyz")
def build(
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Where to: .extxyz, .data (LAMMPS), .cif, or a POSCAR name."),
    ],
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A campaign file, whose limits count.", metavar="[CAMPAIGN.toml]", show_default=False
        ),
    ] = None,
    trial: Annotated[
        int | None, typer.Option(help="Number of an evaluation of the campaign.", show_default=False)
    ] = None,
    axis: given.Axis = "001",
    angle: given.Angle = None,
    inclination: given.Inclination = 0.0,
    axis_normal: given.AxisNormal = 90.0,
    width: given.Width = 3,
    translation: given.Translation = (0.0, 0.0),
    termination: given.Termination = 0.0,
    termination_b: given.TerminationB = None,
    connection: given.Connect = "planar",
    lithium_oxide: given.LithiumOxide = 0.0,
    oxygen_vacancies: given.Vacancies = 0.0,
    lithium_transfer: given.Transfer = 0.0,
    dopant: given.Dopant = None,
    everywhere: given.Everywhere = False,
    crystal: given.Crystal = None,
    max_atoms: given.MaxAtoms = None,
    max_strain: given.MaxStrain = 0.01,
    thickness: given.Thickness = 25.0,
    seed: given.Seed = 0,
    as_json: Json = False,
) -> None:
    """Build the boundary nearest to a wish, or the start of one of a campaign's evaluations."""
    format_of(output)
    if file is not None and (crystal, max_atoms, max_strain, thickness) != (None, None, 0.01, 25.0):
        raise ConfigError(
            "--max-atoms, --max-strain, --thickness and --crystal are the campaign file's to say; "
            "leave them out, or the file"
        )
    if trial is not None and angle is not None:
        raise ConfigError("--trial names a boundary by itself; leave out --angle, or --trial")
    made_of = given.open_crystal(crystal)
    distance = "none"
    if trial is not None and angle is None and file is not None:
        spec, seed = trial_of(Campaign(load_config(file), campaign_root(file)).record_path, trial)
    elif angle is not None and trial is None:
        wish = given.Wish(
            axis=axis,
            angle=angle,
            inclination=inclination,
            axis_normal=axis_normal,
            width=width,
            translation=translation,
            termination=termination,
            termination_b=termination_b,
            connection=connection,
            composition=Composition(
                region="everywhere" if everywhere else "band",
                lithium_oxide_per_nm2=lithium_oxide,
                oxygen_vacancies=oxygen_vacancies,
                lithium_transfer_per_nm2=lithium_transfer,
                dopants=given.parse_dopants(dopant),
            ),
        )
        catalogue = (
            given.own_catalogue(wish, made_of, max_atoms, max_strain, thickness)
            if file is None
            else build_catalogue(load_config(file).design)
        )
        spec, snap = wish.nearest(catalogue)
        distance = given.distance_in_words(snap)
    else:
        raise ConfigError(
            "give either --angle DEGREES, or a campaign file with --trial NUMBER, "
            "to say which boundary to build"
        )
    _build_and_write(spec, seed, made_of, output, distance, as_json=as_json)


def _build_and_write(
    spec: BoundarySpec, seed: int, made_of: IonicCrystal, output: Path, distance: str, *, as_json: bool
) -> None:
    """Build a boundary, write it, and say what it is."""
    boundary = build_boundary(spec, seed=seed, crystal=made_of)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_structure(boundary.atoms, output, made_of)
    except OSError as error:
        raise ConfigError(f"cannot write {output}: {error.strerror}; choose a writable folder") from error
    facts: dict[str, Any] = {
        "file": str(output),
        "distance_from_wish": distance,
        **boundary_facts(boundary),
        "independent_boundary_normals": n_independent_normals(spec),
    }
    if as_json:
        typer.echo(json.dumps(facts, sort_keys=True))
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {value}")
