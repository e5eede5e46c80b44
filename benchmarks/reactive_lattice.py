"""Does the distilled potential keep its teacher's lattice? Cubic at 300 and 1200 K, tetragonal at 0 K.

    python benchmarks/reactive_lattice.py FOLDER [--frames 24] [--model nep.txt]

Needs the extra mlip; about ten minutes on one core. Molecular dynamics with the teacher itself would take
days. Instead 192 ions of cubic Li7La3Zr2O12 are sampled with the distilled potential at zero pressure, the
teacher is asked for energy and pressure of the snapshots, and its own mean pressure in that cell follows
to first order in the energy difference D = E_teacher - E_model,

    <P_teacher>_teacher = <P_teacher - P_model>_model - cov(P_teacher, D) / (k_B T),

with <P_model>_model = 0 in the model's own cell (R. Zwanzig, J. Chem. Phys. 22 (1954) 1420). The teacher's
lattice parameter then differs by P/(3 B) with the model's bulk modulus B at that temperature. Errors are over
three lithium orderings, each with velocities of its own. The ordered tetragonal cell is relaxed in both, all
three lengths free, until no force exceeds 0.01 eV/Å.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms, units
from ase.calculators.calculator import Calculator
from ase.filters import FrechetCellFilter
from ase.optimize import FIRE

from grainway.distillation import load_teacher, predict_frames
from grainway.distillation.sources.teaching_dynamics import Phase, TeachingSnapshot, snapshots
from grainway.simulation import NEP_NAME, find_lammps, load_nep, load_potential
from grainway.simulation.potentials.interatomic import Potential
from grainway.structure import bulk_crystal, lithium_ordering
from grainway.structure.crystal.garnet import tetragonal_crystal

TEMPERATURES_K = (300.0, 1200.0)
ORDERINGS = 3
STEP_PS = 0.001
SETTLING_PS, SAMPLING_PS = 4.0, 8.0
STRAIN = 0.006


@dataclass(frozen=True)
class Comparison:
    """One run at one temperature: lengths in Å, pressures in GPa."""

    lattice_parameter: float
    pressure: float
    energy_scatter_mev_per_atom: float


def sample(
    atoms: Atoms,
    potential: Potential,
    temperature: float,
    folder: Path,
    n_frames: int,
    *,
    free: bool,
    seed: int,
) -> list[TeachingSnapshot]:
    """Return snapshots of the distilled potential's own ensemble."""
    cell = "isotropic" if free else "fixed"
    phases = (
        Phase(start=temperature, end=temperature, duration=SETTLING_PS, timestep=STEP_PS, cell=cell),
        Phase(
            start=temperature,
            end=temperature,
            duration=SAMPLING_PS,
            timestep=STEP_PS,
            cell=cell,
            interval=round(SAMPLING_PS / n_frames, 3),
        ),
    )
    return snapshots(atoms, potential, phases, seed, folder, find_lammps())


def pressure(frame: Atoms) -> float:
    """Return the pressure of the forces alone, GPa."""
    return -float(frame.get_stress()[:3].mean()) / units.GPa


def compare(
    taken: list[TeachingSnapshot], model: Path, teacher: Calculator, temperature: float
) -> Comparison:
    """Return the model's mean lattice parameter and the teacher's mean pressure there."""
    frames = [snapshot.atoms for snapshot in taken]
    ours = predict_frames(model, frames)
    theirs = []
    for frame in frames:
        asked = frame.copy()
        asked.calc = teacher
        theirs.append((asked.get_potential_energy(), pressure(asked)))
    energy = np.array([e for e, _ in theirs]) - [frame.get_potential_energy() for frame in ours]
    asked_pressure = np.array([p for _, p in theirs])
    difference = asked_pressure - [pressure(frame) for frame in ours]
    # the 1/n of cov() keeps the correction from growing with the noise of few frames
    correction = np.cov(asked_pressure, energy, bias=True)[0, 1] / (units.kB * temperature)
    return Comparison(
        float(np.mean([frame.get_volume() for frame in frames])) ** (1 / 3),
        float(difference.mean() - correction),
        float(energy.std() / len(frames[0]) * 1e3),
    )


def bulk_modulus(atoms: Atoms, potential: Potential, model: Path, temperature: float, folder: Path) -> float:
    """Return the isothermal bulk modulus from two cells, GPa, of the model."""
    found = []
    for number, strain in enumerate((-STRAIN, STRAIN)):
        cell = atoms.copy()
        cell.set_cell(cell.cell * (1 + strain), scale_atoms=True)
        taken = sample(cell, potential, temperature, folder / f"strained-{number}", 40, free=False, seed=31)
        found.append(np.mean([pressure(f) for f in predict_frames(model, [s.atoms for s in taken])]))
    return float((found[0] - found[1]) / (6 * STRAIN))


def relaxed(atoms: Atoms, calculator: Calculator) -> tuple[np.ndarray, Atoms]:
    """Return the lengths of the cell at rest, Å, and the atoms in it."""
    atoms = atoms.copy()
    atoms.calc = calculator
    mask = [True, True, True, False, False, False]
    FIRE(FrechetCellFilter(atoms, mask=mask), logfile=None).run(fmax=0.01, steps=600)
    return atoms.cell.lengths(), atoms


def report_temperature(
    temperature: float, potential: Potential, model: Path, given: argparse.Namespace
) -> None:
    """Print one line for a temperature."""
    teacher = load_teacher("sevennet-0", threads=1).calculator
    found = []
    for ordering in range(ORDERINGS):
        folder = given.folder / f"{temperature:g}K-{ordering}"
        atoms = bulk_crystal((1, 1, 1), lithium_ordering(ordering))
        taken = sample(atoms, potential, temperature, folder, given.frames, free=True, seed=7 + ordering)
        found.append(compare(taken, model, teacher, temperature))
    last = taken[-1].atoms
    mean_cell = last.copy()
    mean_cell.set_cell(np.eye(3) * found[-1].lattice_parameter, scale_atoms=True)
    modulus = bulk_modulus(
        mean_cell, potential, model, temperature, given.folder / f"{temperature:g}K-modulus"
    )
    shift = np.array([c.pressure / (3 * modulus) for c in found])
    error = shift.std(ddof=1) / math.sqrt(len(shift))
    ours = np.mean([c.lattice_parameter for c in found])
    pressures = np.mean([c.pressure for c in found])
    scatter = np.mean([c.energy_scatter_mev_per_atom for c in found])
    print(
        f"{temperature:g} K: a = {ours:.4f} Å here, {ours * (1 + shift.mean()):.4f} Å in the teacher, "
        f"{100 * shift.mean():+.3f} ± {100 * error:.3f} %; its pressure here is {pressures:+.2f} GPa, "
        f"B = {modulus:.0f} GPa; the energy difference scatters by {scatter:.1f} meV/atom",
        flush=True,
    )


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--frames", type=int, default=24, help="snapshots of each run for the teacher")
    parser.add_argument("--model", type=Path, help="another nep.txt than the shipped one")
    given = parser.parse_args()
    potential = load_potential(NEP_NAME)
    if given.model is not None:
        potential = load_nep([given.model], formal_charges=potential.formal_charges)
    given.folder.mkdir(parents=True, exist_ok=True)
    model = given.folder / "nep.txt"
    model.write_bytes(potential.models[0].content)
    print(f"{potential.name}, digest {potential.digest[:16]}")
    from nep_adapters.ase import NepAseCalculator

    ours, rest = relaxed(tetragonal_crystal(), NepAseCalculator(str(model)))
    theirs, _ = relaxed(rest, load_teacher("sevennet-0", threads=1).calculator)
    off = ", ".join(f"{100 * (a / b - 1):+.2f} %" for a, b in zip(ours, theirs, strict=True))
    print(
        f"tetragonal, 0 K: {' × '.join(f'{x:.3f}' for x in ours)} Å here, "
        f"{' × '.join(f'{x:.3f}' for x in theirs)} Å in the teacher ({off})",
        flush=True,
    )
    for temperature in TEMPERATURES_K:
        report_temperature(temperature, potential, model, given)


if __name__ == "__main__":
    main()
