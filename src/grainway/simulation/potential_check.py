"""Does a potential suit a structure, and does LAMMPS accept it? Asked before any compute is spent."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

from grainway.errors import ConfigError, SimulationError
from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.simulation.minimise.single_point import single_point
from grainway.simulation.potentials.declared.declared_potential import PotentialDeclaration
from grainway.simulation.potentials.interatomic import Potential

_NEUTRAL_E = 1e-6
_LARGEST_FORCE = 1e3  # eV/Å: far above any thermal force, far below that of atoms in contact


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and its outcome.

    Attributes:
        check: what was asked.
        passed: whether the potential may be used.
        detail: what was found.
    """

    check: str
    passed: bool
    detail: str


def check_potential(
    potential: Potential, atoms: Atoms, folder: Path, binary: LammpsBinary
) -> tuple[Finding, ...]:
    """Check a potential against a structure, in LAMMPS last and only when the rest holds.

    Elements of the structure are covered; it is neutral with the formal charges and with those of the
    potential; LAMMPS computes finite energy, pressure and forces for it.

    Args:
        potential: shipped or declared.
        atoms: the stoichiometric crystal, cell rows lower triangular.
        folder: for the files of the run in LAMMPS.
        binary: LAMMPS.

    Returns:
        The findings in order; one that failed ends the list.
    """
    findings = list(_declared(potential))
    symbols = atoms.get_chemical_symbols()
    missing = sorted(set(symbols) - set(potential.elements))
    findings.append(
        Finding(
            "elements",
            not missing,
            f"no parameters for {', '.join(missing)}; the potential has {', '.join(potential.elements)}"
            if missing
            else f"{', '.join(sorted(set(symbols)))} of {', '.join(potential.elements)}",
        )
    )
    if missing:
        return tuple(findings)
    for what, charges in (("formal charges", potential.formal_charges), ("charges", potential.charges)):
        total = sum(float(charges[symbol]) for symbol in symbols)
        neutral = abs(total) < _NEUTRAL_E * len(symbols)
        findings.append(Finding(what, neutral, f"{atoms.get_chemical_formula()} bears {total:+.6g} e"))
        if not neutral:
            return tuple(findings)
    try:
        point = single_point(atoms, potential, folder, binary)
    except SimulationError as error:
        return (*findings, Finding("run in LAMMPS", False, str(error)))
    largest = float(np.abs(point.forces).max())
    detail = (
        f"{point.energy / len(atoms):.4f} eV per atom, largest force {largest:.3g} eV/Å, "
        f"pressure {point.pressure:.4g} bar"
    )
    return (*findings, Finding("run in LAMMPS", largest < _LARGEST_FORCE, detail))


def require_sound(potential: Potential, atoms: Atoms, folder: Path, binary: LammpsBinary) -> None:
    """Raise unless a potential passes every check; arguments as for :func:`check_potential`.

    Raises:
        ConfigError: naming the check that failed.
    """
    last = check_potential(potential, atoms, folder, binary)[-1]
    if not last.passed:
        raise ConfigError.about(
            "potential.name",
            potential.name,
            f"the check of its {last.check} failed: {last.detail}",
            "Correct the declaration; grainway potential check CAMPAIGN.toml repeats this check alone.",
        )


def _declared(potential: Potential) -> tuple[Finding, ...]:
    """Return what held already when a declaration was read: else it had been refused there."""
    declaration = potential.declared
    if declaration is None:
        return ()
    files = ", ".join(f"{name} (sha256 {digest[:12]}…)" for name, digest in declaration.files.items())
    listed = Finding("files", True, files or "none")
    if not isinstance(declaration, PotentialDeclaration):
        return (listed,)
    return (Finding("commands", True, f"{len(declaration.commands)}, all of the allowed kinds"), listed)
