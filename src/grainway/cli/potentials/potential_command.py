"""List the shipped potentials, and check one before any compute is spent on it."""

import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from ase import Atoms
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grainway.campaign import load_config
from grainway.cli.app import CampaignFile, Json, potential_app
from grainway.errors import ConfigError
from grainway.simulation import POTENTIAL_NAMES, Potential, check_potential, find_lammps, load_potential
from grainway.simulation.lammps.structure_input import read_structure
from grainway.structure import bulk_crystal, lithium_ordering


@potential_app.command("list", epilog="Example: grainway potential list --json")
def list_potentials(as_json: Json = False) -> None:
    """List the potentials that come with grainway."""
    shipped = [load_potential(name) for name in POTENTIAL_NAMES]
    if as_json:
        records = [
            {
                "name": potential.name,
                "description": potential.description,
                "status": potential.status,
                "cite": list(potential.cite),
                "charges": potential.charges,
                "long_range": potential.kspace,
                "digest": potential.digest,
            }
            for potential in shipped
        ]
        typer.echo(json.dumps(records, sort_keys=True))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "charges, e", "parameters", "what it is"):
        table.add_column(heading)
    for potential in shipped:
        charges = ", ".join(f"{element} {charge:+.3g}" for element, charge in potential.charges.items())
        table.add_row(potential.name, charges, potential.status, potential.description)
    Console(highlight=False).print(table)


@potential_app.command("check", epilog="Example: grainway potential check llzo.toml --structure crystal.cif")
def check(
    file: CampaignFile,
    structure: Annotated[
        Path | None,
        typer.Option(help="The stoichiometric crystal, in any format ASE reads.", show_default="cubic LLZO"),
    ] = None,
    lammps: Annotated[
        Path | None, typer.Option(help="Your own LAMMPS binary.", show_default="of the campaign file")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the potential of a campaign file: commands, files, elements, charges, then one run in LAMMPS."""
    config = load_config(file)
    potential = config.potential.load(file.resolve().parent)
    atoms = _crystal(potential, structure)
    binary = find_lammps(lammps or (Path(config.campaign.lammps) if config.campaign.lammps else None))
    with TemporaryDirectory(prefix="grainway-") as folder:
        findings = check_potential(potential, atoms, Path(folder), binary)
    passed = all(finding.passed for finding in findings)
    if as_json:
        record = {
            "potential": potential.name,
            "digest": potential.digest,
            "passed": passed,
            "findings": [asdict(finding) for finding in findings],
        }
        typer.echo(json.dumps(record, sort_keys=True))
    else:
        console = Console(highlight=False)
        console.print(
            f"{potential.name} (digest {potential.digest[:16]}): {potential.description}", markup=False
        )
        table = Table(box=None, pad_edge=False, show_header=False)
        for finding in findings:
            table.add_row("ok" if finding.passed else "FAILED", finding.check, Text(finding.detail))
        console.print(table)
    if not passed:
        raise typer.Exit(1)


def _crystal(potential: Potential, structure: Path | None) -> Atoms:
    if structure is not None:
        return read_structure(structure)
    garnet = bulk_crystal((1, 1, 1), lithium_ordering(0))
    if not set(garnet.get_chemical_symbols()) <= set(potential.elements):
        raise ConfigError.about(
            "--structure",
            None,
            f"{potential.name} covers {', '.join(potential.elements)} only, which is not the garnet",
            "Give the crystal that it is for.",
        )
    return garnet
