"""List the boundaries that can be built, and build many of them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from grainway.cli.app import GOES_ON, Json, app
from grainway.cli.structures import boundary_options as given
from grainway.domain import BoundarySpec
from grainway.domain.grain_boundary import Indices
from grainway.errors import ConfigError, GrainwayError
from grainway.machine import interruption
from grainway.structure import Catalogue, CatalogueEntry, Snap
from grainway.structure.catalogue.boundary_search import CHARACTERS
from grainway.structure.catalogue.catalogue import AXES
from grainway.structure.catalogue.catalogue_entry import catalogue_text, entry_record
from grainway.structure.catalogue.microscopic_variants import microscopic_variants
from grainway.structure.library.library_files import FileFormat, write_library

_FULL_WIDTH = 130


@app.command(epilog="Example: grainway library --axis 111 --max-sigma 49 -o boundaries.csv")
def library(
    axis: Annotated[
        list[str] | None,
        typer.Option(
            help="Misorientation axis, such as 001 or 1-12. Repeat it for more.", show_default="001 110 111"
        ),
    ] = None,
    angle_min: Annotated[float, typer.Option(help="Smallest misorientation, degrees.")] = 5.0,
    angle_max: Annotated[float, typer.Option(help="Largest misorientation, degrees, up to 62.8.")] = 30.0,
    character: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Kind of boundary: {', '.join(CHARACTERS)}. Repeat it for more.", show_default="all"
        ),
    ] = None,
    max_sigma: Annotated[
        int | None,
        typer.Option(help="Largest coincidence index; leaves near coincidences out.", show_default=False),
    ] = None,
    max_atoms: given.MaxAtoms = None,
    max_strain: given.MaxStrain = 0.01,
    thickness: given.Thickness = 25.0,
    crystal: given.Crystal = None,
    near: Annotated[
        float | None,
        typer.Option(
            help="Show what this misorientation (degrees) about the axis snaps to.", show_default=False
        ),
    ] = None,
    inclination: given.Inclination = 0.0,
    axis_normal: given.AxisNormal = 90.0,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the list: .csv or .json.", show_default=False)
    ] = None,
    build: Annotated[
        Path | None,
        typer.Option(
            help="Build the listed boundaries into this folder; again, to go on.", show_default=False
        ),
    ] = None,
    samples: Annotated[int, typer.Option(min=1, help="Translations and cuts per boundary to build.")] = 1,
    width: given.Width = 3,
    extension: Annotated[FileFormat, typer.Option("--format", help="Of the structures.")] = "extxyz",
    device: Annotated[str, typer.Option(help="Of the frameworks: cpu, cuda or cuda:1.")] = "cpu",
    processes: Annotated[int, typer.Option(min=1, help="That build side by side.")] = 1,
    seed: given.Seed = 0,
    as_json: Json = False,
) -> None:
    """List, filter and export the boundaries that can be built; build them by the thousand."""
    made_of = given.open_crystal(crystal)
    axes = tuple(given.parse_axis(text) for text in axis) if axis else AXES
    catalogue = Catalogue(
        lattice_parameter=made_of.lattice_parameter,
        crystal=made_of,
        max_atoms=given.atoms_allowed(max_atoms, made_of),
        max_strain=max_strain,
        min_grain_thickness=thickness,
        angle_range_deg=(angle_min, angle_max)
        if near is None
        else given.range_around(near, angle_min, angle_max),
        axes=axes,
        characters=tuple(character or CHARACTERS),  # type: ignore[arg-type]
        max_sigma=max_sigma,
    )
    entries: Sequence[CatalogueEntry] = catalogue.entries
    snaps: list[Snap] = []
    if near is not None:
        snaps = _snaps(catalogue, axes, near, inclination, axis_normal)
        entries = [snap.entry for snap in snaps]
    if output is not None:
        _write(catalogue_text(entries, output), output)
    if as_json:
        record = {"entries": [entry_record(entry) for entry in entries]}
        if snaps:
            record["snapped"] = [_errors(snap) for snap in snaps]
        typer.echo(json.dumps(record, sort_keys=True))
    elif output is None and build is None:
        _print(entries, snaps)
    if output is not None and not as_json:
        typer.echo(f"{len(entries)} boundaries written to {output}")
    if build is not None:
        interruption.advise(GOES_ON)
        specs = _specs(entries, samples, width, seed)
        try:
            done = write_library(
                specs,
                build,
                extension=extension,
                seed=seed,
                device=device,
                processes=processes,
                crystal=None if crystal is None else made_of,
                on_written=None if as_json else _Progress(len(entries) * samples),
            )
        except OSError as error:
            raise ConfigError(f"cannot write {build}: {error.strerror}; choose a writable folder") from error
        typer.echo(
            f"{build}: {done.written} boundaries built, {done.present} were there, "
            f"{done.failed} cannot be built (index.jsonl says why)",
            err=as_json,
        )


def _snaps(
    catalogue: Catalogue, axes: Sequence[Indices], near: float, inclination: float, axis_normal: float
) -> list[Snap]:
    found = []
    for wished in axes:
        try:
            found.append(catalogue.snap(wished, near, inclination, axis_normal))
        except GrainwayError:
            # of several axes those without a boundary are left out; a single one must say so
            if len(axes) == 1:
                raise
    return found


def _errors(snap: Snap) -> dict[str, float]:
    return {
        "angle_error_deg": snap.angle_error_deg,
        "inclination_error_deg": snap.inclination_error_deg,
        "axis_normal_error_deg": snap.axis_normal_error_deg,
    }


def _specs(entries: Sequence[CatalogueEntry], samples: int, width: int, seed: int) -> Iterator[BoundarySpec]:
    for number, entry in enumerate(entries):
        yield from microscopic_variants(entry.spec(width_layers=width), samples, seed + number)


def _write(text: str, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}; choose a writable folder") from error


def _print(entries: Sequence[CatalogueEntry], snaps: Sequence[Snap]) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_FULL_WIDTH)
    table = Table(box=None, pad_edge=False)
    for heading, side in (
        ("axis", "left"),
        ("angle/°", "right"),
        ("Σ", "right"),
        ("planes", "left"),
        ("kind", "left"),
        ("inclination/°", "right"),
        ("periods/Å", "right"),
        ("spacing/Å", "right"),
        ("strain/%", "right"),
        ("atoms", "right"),
    ):
        table.add_column(heading, justify=side, no_wrap=True)  # type: ignore[arg-type]
    for e in entries:
        spacing = f"{e.plane_spacing:.3f}"
        if e.normal_a != e.normal_b and e.character != "symmetric tilt":
            spacing += f", {e.plane_spacing_b:.3f}"
        table.add_row(
            _indices(e.axis),
            f"{e.angle_deg:.3f}",
            str(e.sigma or "near"),
            f"({_indices(e.normal_a)})|({_indices(e.normal_b)})",
            e.character,
            f"{e.inclination_deg:.2f}",
            f"{e.period_1:.2f} × {e.period_2:.2f}",
            spacing,
            f"{100 * e.strain:.2f}",
            str(e.n_atoms),
        )
    console.print(table)
    for snap in snaps:
        console.print(f"[{_indices(snap.entry.axis)}] off by {given.distance_in_words(snap)}", markup=False)
    if not snaps:
        console.print(f"{len(entries)} boundaries")


def _indices(triple: Indices) -> str:
    return " ".join(map(str, triple))


class _Progress:
    """Prints a line whenever another tenth is done, and a moving count on a terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._console = Console(stderr=True, highlight=False)
        self._tenth = 0

    def __call__(self, present: int, failed: int) -> None:
        done = present + failed
        text = f"{done} of {self._total} boundaries" + (f", {failed} failed" if failed else "")
        if self._console.is_terminal:
            self._console.print(text, end="\r" if done < self._total else "\n")
        elif done * 10 // self._total > self._tenth:
            self._tenth = done * 10 // self._total
            self._console.print(text)
