"""One structure to a file, in the formats that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ase import Atoms
from ase.io import write

from grainway.campaign.config import CampaignConfig
from grainway.campaign.proposals import build_catalogue
from grainway.campaign.store import Store
from grainway.campaign.trial import Trial
from grainway.domain import BoundarySpec
from grainway.errors import ConfigError
from grainway.structure import build_boundary, load_garnet

_AXES = {"001": (0, 0, 1), "110": (1, 1, 0)}


def spec_near(
    config: CampaignConfig,
    axis: str,
    angle: float,
    inclination: float,
    width: int,
    translation: tuple[float, float],
    termination: float,
) -> tuple[BoundarySpec, str]:
    """Return the recipe of the catalogue's boundary nearest to a wish, and how far it is from it.

    Raises:
        ConfigError: for an unknown axis or an angle outside the campaign's bounds.
    """
    design = config.design
    if axis not in _AXES:
        raise ConfigError.about("axis", axis, f"one of {', '.join(_AXES)}", "Use --axis 001 or --axis 110.")
    if not design.angle_min <= angle <= design.angle_max:
        raise ConfigError.about(
            "angle",
            angle,
            f"{design.angle_min:g} to {design.angle_max:g} degrees in this campaign",
            "Change the angle, or design.angle_min and design.angle_max.",
        )
    snap = build_catalogue(design).snap(_AXES[axis], angle, inclination)
    spec = snap.entry.spec(width_layers=width, translation=translation, termination=termination)
    return spec, f"{snap.angle_error_deg:+.3f} degrees, inclination {snap.inclination_error_deg:+.1f} degrees"


def trial_of(record: Path, number: int) -> tuple[BoundarySpec, int]:
    """Return recipe and seed of a campaign's boundary evaluation by its number.

    Raises:
        ConfigError: when there is none.
    """
    if not record.exists():
        raise ConfigError(
            f"there is no campaign record {record} yet; run the campaign first, or give --angle"
        )
    store = Store(record)
    try:
        rows = {row.number: row for row in store.rows() if row.proposal is not None}
    finally:
        store.close()
    if number not in rows:
        listed = f"1 to {max(rows)}" if rows else "none yet"
        raise ConfigError.about(
            "trial", number, f"boundary evaluations of this campaign: {listed}", "See status."
        )
    trial = Trial.from_json(rows[number].inputs)
    if trial.spec is None:
        raise ConfigError(f"evaluation {number} is the bulk reference, which has no boundary")
    return trial.spec, trial.seed


def write_boundary(spec: BoundarySpec, seed: int, output: Path) -> dict[str, Any]:
    """Build a boundary and write it; the format follows the file's name.

    Args:
        spec: the recipe.
        seed: of the lithium.
        output: ``.extxyz``, ``.data`` (LAMMPS), ``.cif``, or a name that starts with POSCAR.

    Returns:
        Facts of the structure.

    Raises:
        StructureError: when it cannot be built.
        ConfigError: for an unknown format or an unwritable file.
    """
    formats = {".extxyz": "extxyz", ".xyz": "extxyz", ".data": "lammps-data", ".cif": "cif", ".vasp": "vasp"}
    kind = "vasp" if output.name.startswith("POSCAR") else formats.get(output.suffix.lower())
    if kind is None:
        raise ConfigError.about(
            "output",
            str(output),
            f"a name ending in {', '.join(formats)}, or POSCAR",
            "Rename the output file.",
        )
    boundary = build_boundary(spec, seed=seed)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_structure(boundary.atoms, output, kind)
    except OSError as error:
        raise ConfigError(f"cannot write {output}: {error.strerror}; choose a writable folder") from error
    return {
        "file": str(output),
        "axis": list(spec.axis),
        "planes": [list(spec.normal_a), list(spec.normal_b)],
        "misorientation_deg": round(spec.angle_deg, 4),
        "sigma": spec.sigma,
        "n_atoms": len(boundary.atoms),
        "formula": boundary.atoms.get_chemical_formula(),
        "area_A2": round(boundary.area, 2),
        "gaps_A": [round(gap, 3) for gap in boundary.gaps],
        "boundary_positions_A": [round(z, 3) for z in boundary.boundary_positions],
    }


def write_structure(atoms: Atoms, path: Path, kind: str) -> None:
    """Write atoms; a LAMMPS data file gets formal charges, masses and metal units."""
    if kind == "lammps-data":
        charged = atoms.copy()
        charges = load_garnet().formal_charges
        charged.set_initial_charges([charges[symbol] for symbol in atoms.get_chemical_symbols()])
        write(
            path,
            charged,
            format="lammps-data",
            atom_style="charge",
            units="metal",
            masses=True,
            specorder=["Li", "La", "Zr", "O"],
        )
    elif kind == "vasp":
        write(path, atoms[atoms.numbers.argsort(kind="stable")], format="vasp", direct=True)
    else:
        write(path, atoms, format=kind)
