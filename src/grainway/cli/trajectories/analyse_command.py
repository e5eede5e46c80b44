"""Analyse a trajectory of one's own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from ase.data import atomic_numbers

from grainway.analysis.measures.condensed_measures import look_again, measure
from grainway.analysis.stream.condensing import condense
from grainway.cli.app import Json, app
from grainway.errors import ConfigError
from grainway.machine.processors import available_processors
from grainway.report.trajectory.analysis_console import print_analysis
from grainway.report.trajectory.analysis_files import read_bulk_run, write_analysis
from grainway.report.trajectory.analysis_record import TrajectoryAnalysis
from grainway.structure.crystal.formal_charges import formal_charges
from grainway.trajectories import Clock, Source, species_of


def element_list(text: str | None) -> tuple[str, ...] | None:
    """Return elements from text such as ``Li,La,Zr,O``.

    Raises:
        ConfigError: when one of them is no chemical symbol.
    """
    if text is None:
        return None
    found = tuple(part.strip() for part in text.split(","))
    for symbol in found:
        if symbol not in atomic_numbers:
            raise ConfigError.about(
                "types", text, "chemical symbols in the order of the atom types", "Write them so: Li,La,Zr,O."
            )
    return found


def element_charges(text: str | None, symbols: Sequence[str]) -> dict[str, int]:
    """Return the formal charge of each element, those of text such as ``Li=1,La=3`` first.

    Raises:
        ConfigError: when the text is none such.
        StructureError: when a charge is not given and not known.
    """
    chosen: dict[str, int] = {}
    for part in (text or "").split(",") if text else ():
        element, equals, charge = (piece.strip() for piece in part.partition("="))
        try:
            chosen[element] = int(charge)
        except ValueError:
            equals = ""
        if not equals or element not in atomic_numbers:
            raise ConfigError.about(
                "charges",
                text,
                "element=whole number, separated by commas",
                "Write them so: Li=1,La=3,Zr=4,O=-2.",
            )
        if element not in symbols:
            raise ConfigError.about(
                "charges",
                text,
                f"for elements of the trajectory, {', '.join(sorted(set(symbols)))}",
                "Leave it out.",
            )
    return formal_charges(symbols, chosen)


def heights(text: str | None) -> tuple[float, ...]:
    """Return heights from text such as ``12.1,39.0``.

    Raises:
        ConfigError: when one of them is no number.
    """
    if text is None:
        return ()
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise ConfigError.about(
            "boundaries", text, "numbers separated by commas, Å", "Write them so: 12.1,39.0."
        ) from error


_MOST_WORKERS = 4


@app.command(
    epilog="Example: grainway analyse run.lammpstrj --species Li --temperature 1000 --types Li,La,Zr,O "
    "--timestep 0.002 --start 20 --out run-analysis"
)
def analyse(
    trajectory: Annotated[
        list[Path],
        typer.Argument(
            help="LAMMPS dump (text, .gz or binary), DCD, XTC, extxyz or what else ASE reads. "
            "Several files are taken as one run, in order.",
            metavar="TRAJECTORY...",
        ),
    ],
    temperature: Annotated[
        float | None, typer.Option(help="Mean temperature of the run, K. Needed.", show_default=False)
    ] = None,
    species: Annotated[str, typer.Option(help="Element whose motion is measured.")] = "Li",
    types: Annotated[
        str | None,
        typer.Option(help="Elements of the atom types 1, 2, ..., such as Li,La,Zr,O.", show_default=False),
    ] = None,
    topology: Annotated[
        Path | None,
        typer.Option(help="A structure file of the same atoms, for their elements.", show_default=False),
    ] = None,
    charges: Annotated[
        str | None,
        typer.Option(help="Formal charges, such as Li=1,La=3; the usual ones otherwise.", show_default=False),
    ] = None,
    timestep: Annotated[
        float | None,
        typer.Option(
            help="Time step of the simulation, ps, for files that number steps.", show_default=False
        ),
    ] = None,
    frame_interval: Annotated[
        float | None,
        typer.Option(help="Time between frames, ps, whatever the file says.", show_default=False),
    ] = None,
    start: Annotated[float, typer.Option(help="Leave out so much at the beginning, ps.", min=0.0)] = 0.0,
    stop: Annotated[
        float | None,
        typer.Option(help="Leave out what comes so long after the first frame, ps.", show_default=False),
    ] = None,
    boundaries: Annotated[
        str | None,
        typer.Option(
            help="Heights of the grain boundaries along z, Å, such as 12.1,39.0.", show_default=False
        ),
    ] = None,
    width: Annotated[
        float | None, typer.Option(help="Width δ of the bands around the boundaries, Å.", show_default=False)
    ] = None,
    bulk: Annotated[
        Path | None,
        typer.Option(
            help="analysis.json of a bulk run, for ASR, D_gb/D_bulk, ρ_gb/ρ_bulk and the excess conductance.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Look again: errors from blocks, the profile's settings, Zr-O bonds."),
    ] = False,
    kind: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="lammps-dump-text, lammps-dump-binary, dcd, xtc or a name of ASE's; found out otherwise.",
            show_default=False,
        ),
    ] = None,
    unwrapped: Annotated[
        bool, typer.Option("--unwrapped", help="The file's positions are not wrapped into the cell.")
    ] = False,
    allow_truncated: Annotated[
        bool, typer.Option("--allow-truncated", help="Take a file up to a frame that is cut off.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=0, help="Processes that read a text dump.", show_default="one per core, at most 4"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for analysis.json, .csv and .html.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure the transport of ions in a trajectory: diffusivity, conductivity, Haven ratio, boundaries."""
    if temperature is None:
        raise ConfigError("give --temperature KELVIN, the mean of the run: conductivities need it")
    given_heights = heights(boundaries)
    if (width is None) != (not given_heights):
        raise ConfigError("--boundaries and --width belong together: give both, or neither")
    if bulk is not None and not given_heights:
        raise ConfigError("--bulk is what boundaries are compared with: give --boundaries and --width, too")
    reference = None if bulk is None else read_bulk_run(bulk, species)
    source = Source(
        paths=trajectory,
        clock=Clock(timestep, frame_interval),
        kind=kind,
        start=start,
        stop=stop,
        unwrapped=unwrapped,
        allow_truncated=allow_truncated,
        workers=_cores() if workers is None else workers,
    )
    symbols = species_of(source.first(), element_list(types), topology)
    by_element = element_charges(charges, symbols)
    condensed = condense(
        source.samples(),
        symbols,
        np.array([by_element[symbol] for symbol in symbols], dtype=np.float64),
        temperature,
        mobile=species,
        full_frames=bool(given_heights),
    )
    measured = measure(condensed, species, given_heights, width, bulk=reference)
    analysis = TrajectoryAnalysis(
        files=[path.name for path in trajectory],
        species=species,
        temperature=temperature,
        composition={element: symbols.count(element) for element in dict.fromkeys(symbols)},
        charges={element: float(by_element[element]) for element in dict.fromkeys(symbols)},
        start=start,
        condensed=condensed,
        measured=measured,
        boundaries=given_heights,
        width=width,
        looks=look_again(condensed, measured, species) if check else None,
    )
    page = None if out is None else write_analysis(analysis, out)
    if as_json:
        typer.echo(analysis.to_json(), nl=False)
        return
    print_analysis(analysis)
    if page is not None:
        typer.echo(f"Report: {page}")


def _cores() -> int:
    available = available_processors()
    return 0 if available < 2 else min(available, _MOST_WORKERS)
