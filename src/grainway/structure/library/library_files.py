"""A library of boundaries on disk: one file each and an index, written as they are built.

``index.jsonl`` gets one line per boundary: recipe, seed, file and facts, or why it could not be built. A call
on a folder that has some of its boundaries goes on where it stopped.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from grainway.domain import BoundarySpec, GrainBoundary
from grainway.errors import StructureError
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.garnet import load_garnet
from grainway.structure.library.build_many import (
    BuildOptions,
    Numbered,
    build_chunk,
    check_options,
    over_processes,
)
from grainway.structure.library.structure_files import write_structure

INDEX = "index.jsonl"
HEADER = "library.json"
_PER_FOLDER = 1000

FileFormat = Literal["extxyz", "data", "cif", "vasp"]
OnWritten = Callable[[int, int], None]
"""Called with the numbers of boundaries that are there and of those that could not be built."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _LibraryOptions(BuildOptions):
    folder: Path
    extension: FileFormat


@dataclass(frozen=True, slots=True)
class Written:
    """What a library holds: boundaries written by this call, by earlier ones, and those that failed."""

    written: int
    present: int
    failed: int


def write_library(
    specs: Iterable[BoundarySpec],
    folder: Path,
    *,
    extension: FileFormat = "extxyz",
    seed: int = 0,
    device: str = "cpu",
    processes: int = 1,
    crystal: IonicCrystal | None = None,
    on_written: OnWritten | None = None,
) -> Written:
    """Build boundaries into a folder; memory does not grow with their number.

    Args:
        specs: recipes; the n-th is built with ``seed + n`` and becomes ``NNN/NNNNNN.extension``.
        folder: of the library.
        extension: format of the files: extended XYZ, LAMMPS data, CIF or POSCAR.
        seed: of lithium orderings and places.
        device: of the frameworks, as in :func:`~grainway.structure.library.build_many.build_many`.
        processes: that build and write.
        crystal: what the grains are made of; cubic Li7La3Zr2O12 unless given.
        on_written: called after every few boundaries.

    Raises:
        StructureError: when the folder holds a library of other recipes, or an option makes no sense.
        OSError: when a file cannot be written.
    """
    options = _LibraryOptions(seed=seed, device=device, crystal=crystal, folder=folder, extension=extension)
    check_options(options, processes)
    folder.mkdir(parents=True, exist_ok=True)
    _claim(options)
    done = _indexed(folder)
    counts = {"written": 0, "present": 0, "failed": 0}

    def missing() -> Iterator[Numbered]:
        for number, spec in enumerate(specs):
            known = done.get(number)
            if known is None:
                yield number, spec
            elif known[0] != _digest(spec.to_dict()):
                raise StructureError.about(
                    "folder",
                    str(folder),
                    f"a new folder, or one whose boundaries are those asked for; number {number} is another",
                    "Choose a new folder.",
                )
            else:
                counts["present" if known[1] else "failed"] += 1

    with (folder / INDEX).open("a", encoding="utf-8") as index:
        for _, records in over_processes(_write_chunk, missing(), options, processes):
            for record in records:
                index.write(json.dumps(record, sort_keys=True) + "\n")
                counts["written" if "file" in record else "failed"] += 1
            index.flush()
            if on_written is not None:
                on_written(counts["written"] + counts["present"], counts["failed"])
    return Written(**counts)


def boundary_facts(boundary: GrainBoundary) -> dict[str, Any]:
    """Return what a reader wants to know of a boundary, JSON-ready; lengths in Å, dipoles in e/Å."""
    spec = boundary.spec
    return {
        "axis": list(spec.axis),
        "planes": [list(spec.normal_a), list(spec.normal_b)],
        "character": spec.character,
        "connection": spec.connection,
        "misorientation_deg": round(spec.angle_deg, 4),
        "sigma": spec.sigma,
        "strain": round(spec.strain, 6),
        "n_atoms": len(boundary.atoms),
        "formula": boundary.atoms.get_chemical_formula(),
        "area_A2": round(boundary.area, 2),
        "gaps_A": [round(gap, 3) for gap in boundary.gaps],
        "boundary_positions_A": [round(z, 3) for z in boundary.boundary_positions],
        "dipoles_e_per_A": [round(d, 4) for d in boundary.dipoles],
        "polar": boundary.is_polar,
        "composition_changes": boundary.composition_changes,
    }


def _write_chunk(chunk: list[Numbered], options: BuildOptions) -> list[dict[str, Any]]:
    assert isinstance(options, _LibraryOptions)  # noqa: S101 this module alone calls it
    records = []
    for (number, spec), built in zip(chunk, build_chunk(chunk, options), strict=True):
        record: dict[str, Any] = {"number": number, "seed": options.seed + number, "spec": spec.to_dict()}
        if isinstance(built, StructureError):
            records.append(record | {"reason": str(built)})
            continue
        name = f"{number // _PER_FOLDER:03d}/{number:06d}.{options.extension}"
        path = options.folder / name
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_name(f"part-{path.name}")
        write_structure(built.atoms, temporary, options.crystal)
        temporary.replace(path)
        records.append(record | {"file": name} | boundary_facts(built))
    return records


def _claim(options: _LibraryOptions) -> None:
    """Write what all boundaries of the library share, or check that it is the same."""
    crystal = options.crystal or load_garnet()
    facts = {
        "seed": options.seed,
        "extension": options.extension,
        "contact_scale": options.contact_scale,
        "crystal": crystal.name,
        "crystal_digest": crystal.digest,
    }
    path = options.folder / HEADER
    if not path.exists():
        temporary = path.with_name(f"part-{HEADER}")
        temporary.write_text(json.dumps(facts, sort_keys=True) + "\n", encoding="utf-8")
        temporary.replace(path)
        return
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        known = None
    if known != facts:
        raise StructureError.about(
            "folder", str(options.folder), f"a folder for a library of {facts}", "Choose a new folder."
        )


def _digest(spec: dict[str, Any]) -> bytes:
    return sha256(json.dumps(spec, sort_keys=True).encode()).digest()


def _indexed(folder: Path) -> dict[int, tuple[bytes, bool]]:
    """Return by number the recipe's digest and whether the boundary could be built.

    A last line torn by an interruption is taken off; a boundary whose file is gone is built again.
    """
    path = folder / INDEX
    if not path.exists():
        return {}
    found: dict[int, tuple[bytes, bool]] = {}
    temporary = path.with_name(f"part-{INDEX}")
    try:
        with path.open(encoding="utf-8") as lines, temporary.open("w", encoding="utf-8") as kept:
            for line in lines:
                if not line.endswith("\n"):
                    break
                record = json.loads(line)
                built = "file" in record
                if not built or (folder / record["file"]).exists():
                    found[int(record["number"])] = (_digest(record["spec"]), built)
                    kept.write(line)
    except (ValueError, KeyError, TypeError) as error:
        temporary.unlink()
        raise StructureError.about(
            "folder", str(folder), f"a library with a readable {INDEX}", "Choose a new folder."
        ) from error
    temporary.replace(path)
    return found
