"""Conductivity along z from runs under constant fields, and the resistance of boundaries across it."""

import json
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from grainway.analysis.boundary.field_response import (
    FieldResponse,
    FieldRun,
    check_fields,
    field_conductivity,
    field_resistance,
    largest_linear_field,
)
from grainway.campaign import load_config
from grainway.cli.app import GOES_ON, Json, app
from grainway.domain import Estimate
from grainway.errors import ConfigError
from grainway.machine import interruption
from grainway.simulation import (
    DEFAULT_NAME,
    Potential,
    Progress,
    Protocol,
    RunSetup,
    find_lammps,
    load_potential,
)
from grainway.simulation.lammps.structure_input import read_structure
from grainway.simulation.stages.field_run import run_fields

_WATCHED_BEYOND_A = 8.0
_SHARES = (1 / 3, 2 / 3, 1.0)


@app.command(epilog="Example: grainway nemd best.extxyz --potential grainway-ionic --time 50")
def nemd(
    structure: Annotated[Path, typer.Argument(help="Periodic cell, boundary normal along z.")],
    potential: Annotated[
        str, typer.Option(help="A shipped potential, or a campaign file that has one.")
    ] = DEFAULT_NAME,
    temperature: Annotated[float, typer.Option(min=200, max=2000, help="K.")] = 1400.0,
    time: Annotated[float, typer.Option(min=3, help="Production of each run, ps.")] = 50.0,
    fields: Annotated[
        list[float] | None,
        typer.Option(help="A strength, V/Å; give three or more. Both signs are run.", show_default="from T"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the runs; again, to go on.", show_default="STRUCTURE.nemd")
    ] = None,
    bulk: Annotated[
        tuple[float, float] | None,
        typer.Option(
            help="Bulk conductivity and its standard error, S/cm, to give the boundaries' resistance.",
            show_default=False,
        ),
    ] = None,
    boundaries: Annotated[int, typer.Option(min=1, help="Number of boundaries in the cell.")] = 2,
    timestep: Annotated[float, typer.Option(min=1e-4, max=4e-3, help="ps.")] = 0.002,
    equilibration: Annotated[float, typer.Option(min=1, help="At constant pressure beforehand, ps.")] = 6.0,
    lammps: Annotated[Path | None, typer.Option(help="Your own LAMMPS binary.", show_default=False)] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of velocities.")] = 1,
    as_json: Json = False,
) -> None:
    """Drive the ions along z with constant fields of both signs and measure the current they carry."""
    limit = largest_linear_field(temperature)
    strengths = check_fields(
        fields or [np.floor(share * limit * 1e4) / 1e4 for share in _SHARES], temperature
    )
    atoms = read_structure(structure)
    grain = atoms.arrays.get("grain", np.zeros(len(atoms), dtype=np.int64)).astype(np.int64)
    segment = min(5.0, time)
    setup = RunSetup(
        atoms=atoms,
        potential=_potential(potential),
        protocol=Protocol(
            temperature=temperature,
            timestep=timestep,
            anneal=0.0,
            constant_pressure=equilibration,
            production=round(time / segment) * segment,
            production_segment=segment,
        ),
        kind="boundary" if np.ptp(grain) > 0 else "bulk",
        band=np.zeros(len(atoms), dtype=bool),
        seed=seed,
    )
    folder = out or structure.with_suffix(".nemd")
    say = Console(stderr=True, highlight=False)

    def on_progress(name: str, progress: Progress) -> None:
        if not as_json and say.is_terminal:
            say.print(f"{name}: {progress.done_ps:.1f} of {progress.total_ps:.1f} ps", end="\r")

    interruption.advise(GOES_ON)
    productions = run_fields(
        setup, strengths, folder, find_lammps(lammps), _watched(setup), grain, on_progress
    )
    first = productions[0].lithium
    response = field_conductivity(
        [FieldRun.of(run.lithium, run.field) for run in productions],
        volume=first.volume,
        temperature=float(np.mean([run.lithium.temperature for run in productions])),
    )
    resistance = None
    if bulk is not None:
        reference = Estimate(bulk[0], bulk[1], "S/cm", np.inf)
        resistance = field_resistance(
            response.conductivity, reference, float(first.mean_cell[2, 2]), boundaries
        )
    record = _record(response, resistance, setup)
    (folder / "nemd.json").write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(record, sort_keys=True))
    else:
        _print(response, resistance, temperature, folder)


def _potential(name: str) -> Potential:
    if not name.endswith(".toml"):
        return load_potential(name)
    path = Path(name)
    return load_config(path).potential.load(path.resolve().parent)


def _watched(setup: RunSetup) -> np.ndarray:
    """Return the framework atoms that must keep their place: those away from known boundaries."""
    atoms = setup.atoms
    watched: np.ndarray = atoms.numbers != 3
    height = float(atoms.cell[2, 2])
    for position in np.atleast_1d(atoms.info.get("boundary_positions", [])):
        apart = np.abs(atoms.positions[:, 2] - float(position)) % height
        watched = watched & (np.minimum(apart, height - apart) > _WATCHED_BEYOND_A)
    if not watched.any():
        raise ConfigError("no framework atom lies 8 Å away from a boundary: the grains are too thin")
    return watched


def _record(response: FieldResponse, resistance: Estimate | None, setup: RunSetup) -> dict[str, Any]:
    expected = response.expected_relative_error
    return {
        "potential": setup.potential.name,
        "potential_digest": setup.potential.digest,
        "protocol": setup.protocol.to_dict(),
        "conductivity": response.conductivity.to_dict(),
        "expected_relative_error": expected if isfinite(expected) else None,
        "cubic_share": response.cubic_share.to_dict(),
        "cubic_p_value": response.cubic_p_value,
        "symmetry_p_value": response.symmetry_p_value,
        "area_specific_resistance": None if resistance is None else resistance.to_dict(),
        "fields": [
            {
                "field_V_per_A": point.field,
                "conductivity": point.conductivity.to_dict(),
                "even_share": point.even_share.to_dict(),
            }
            for point in response.points
        ],
    }


def _print(response: FieldResponse, resistance: Estimate | None, temperature: float, folder: Path) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for heading in ("field, V/Å", "σ_zz, S/cm", "even part / odd part"):
        table.add_column(heading, justify="right")
    for point in response.points:
        table.add_row(f"{point.field:g}", _text(point.conductivity), _text(point.even_share))
    console.print(table)
    console.print(
        f"σ_zz at {temperature:g} K, collective: {_text(response.conductivity)} S/cm", soft_wrap=True
    )
    value = response.conductivity
    if value.bound is None:
        console.print(
            f"relative error {value.standard_error / value.value:.1%} from blocks, "
            f"{response.expected_relative_error:.1%} expected from linear response"
        )
    third_order = f"third-order part {_text(response.cubic_share)} of the current at the largest field"
    console.print(
        f"not linear: {third_order} (p = {response.cubic_p_value:.2f}); "
        f"not symmetric: p = {response.symmetry_p_value:.2f}",
        soft_wrap=True,
    )
    if min(response.cubic_p_value, response.symmetry_p_value) < 0.01:
        console.print("WARNING: the response is not the linear one of a symmetric cell; lower the fields")
    if resistance is not None:
        console.print(f"resistance per boundary, (L_z/n)(1/σ_zz − 1/σ_bulk): {_text(resistance)} Ω cm²")
    console.print(f"All: {folder / 'nemd.json'}", soft_wrap=True)


def _text(estimate: Estimate) -> str:
    if estimate.bound is not None:
        return f"{'<' if estimate.bound == 'upper' else '>'} {estimate.value:.3g}"
    return f"{estimate.value:.3g} ± {estimate.standard_error:.2g}"
