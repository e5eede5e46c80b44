"""The best structures, as extended XYZ and as LAMMPS data."""

import shutil
from pathlib import Path

import ase.io
from ase import Atoms

from grainway.campaign import CampaignSummary, Evaluation
from grainway.errors import StoreError
from grainway.report.findings.findings import selected

FOLDER = "best"
FINAL = "final.extxyz"


def structure_name(place: int, evaluation: Evaluation) -> str:
    """Return the stem of the files of an evaluation, for example ``"1-evaluation-0007"``."""
    return f"{place}-evaluation-{evaluation.number:04d}"


def write_best(summary: CampaignSummary) -> dict[int, str]:
    """Write the recommended and the next best final structures; those of an earlier report are removed.

    The extended XYZ is a copy of the evaluation's own file. The LAMMPS data file has atom style ``charge``,
    types in the order Li, La, Zr, O, formal charges (e), masses and positions wrapped into the cell, Å.

    Returns:
        The stem of the files by number of the evaluation; one whose structure is gone is left out.

    Raises:
        StoreError: when the folder cannot be written.
    """
    potential = summary.config.potential.load(summary.root.parent)
    folder = summary.root / FOLDER
    written: dict[int, str] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept: set[str] = set()
        for place, evaluation in enumerate(selected(summary), start=1):
            source = evaluation.folder / FINAL
            if not source.exists():
                continue
            stem = structure_name(place, evaluation)
            _write_pair(source, folder / stem, potential.elements, potential.formal_charges)
            written[evaluation.number] = stem
            kept |= {f"{stem}.extxyz", f"{stem}.data"}
        for path in folder.glob("[0-9]-evaluation-*"):
            if path.name not in kept:
                path.unlink()
    except OSError as error:
        raise StoreError(f"cannot write the best structures into {folder}: {error}") from error
    return written


def _write_pair(source: Path, stem: Path, elements: tuple[str, ...], charges: dict[str, int]) -> None:
    temporary = stem.with_name(f".{stem.name}.tmp")
    try:
        shutil.copyfile(source, temporary)
        temporary.replace(stem.with_name(f"{stem.name}.extxyz"))
        atoms = ase.io.read(source, index=-1, format="extxyz")
        assert isinstance(atoms, Atoms)  # noqa: S101 one index gives one structure
        atoms.set_initial_charges([charges[symbol] for symbol in atoms.get_chemical_symbols()])
        atoms.wrap()
        ase.io.write(
            temporary,
            atoms,
            format="lammps-data",
            specorder=list(elements),
            masses=True,
            units="metal",
            atom_style="charge",
        )
        temporary.replace(stem.with_name(f"{stem.name}.data"))
    finally:
        temporary.unlink(missing_ok=True)
