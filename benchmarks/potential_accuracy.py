"""Force error of the long-range potentials against a converged sum, beside what the settings cost.

    python benchmarks/potential_accuracy.py [--potential du_teter] [--steps 60] [--rounds 2]

A cell of 2,304 atoms of bulk LLZO is thermalised at 1400 K; forces with each setting are compared with those
of the same pair interaction on a 40,000-point table with a fine mesh (relative accuracy 1e-7, splitting
0.6/Å). Printed: rms and largest error of a force component, error of energy and pressure, and the speed as a
ratio to the shipped settings. Only ratios of speeds mean anything.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from potential_speed import HEADER, Variant, run_lammps, speed, thermalise, with_long_range

from grainway.simulation.potentials.pair.tabulated_potential import LongRange, TabulatedPotential
from grainway.simulation.potentials.shipped_potentials import POTENTIAL_NAMES, load_potential

LONG_RANGE = tuple(name for name in POTENTIAL_NAMES if load_potential(name).kspace)


class Forces(NamedTuple):
    """What LAMMPS computes for the thermalised cell: forces in eV/Å, energy in eV, pressure in bar."""

    forces: np.ndarray
    energy: float
    pressure: float


def compute(folder: Path, potential: TabulatedPotential) -> Forces:
    """Return forces, energy and pressure of ``hot.data``."""
    lines = "\n".join(potential.write(folder))
    log = run_lammps(
        folder,
        f"{HEADER}read_data hot.data\n{lines}\nthermo_style custom step pe press\n"
        "thermo_modify format float %.12g\ndump 1 all custom 1 forces.dump id fx fy fz\n"
        'dump_modify 1 sort id format line "%d %.12g %.12g %.12g"\nrun 0\n',
        potential.command_line,
    )
    energy, pressure = re.findall(r"Step.*\n\s+0\s+(\S+)\s+(\S+)", log)[-1]
    forces = np.loadtxt(folder / "forces.dump", skiprows=9)[:, 1:]
    return Forces(forces, float(energy), float(pressure))


def converged(shipped: TabulatedPotential) -> TabulatedPotential:
    """Return the potential with a converged sum."""
    fine = LongRange(relative_accuracy=1e-7, splitting=0.6, order=7, scheme="ik")
    cutoff = shipped.cutoff
    return replace(with_long_range(shipped, cutoff, fine), grid=replace(shipped.grid, points=40_000))


def settings(shipped: TabulatedPotential) -> Iterator[tuple[str, TabulatedPotential]]:
    """Yield the shipped settings and others at the same cut-off of the pair interaction."""
    assert shipped.long_range is not None
    yield "as shipped", shipped
    for accuracy in (1e-3, 2e-4, 1e-4):
        changed = replace(shipped.long_range, relative_accuracy=accuracy)
        yield f"accuracy {accuracy:.0e}", replace(shipped, long_range=changed)
    for factor in (0.94, 1.04):
        splitting = round(factor * shipped.long_range.splitting, 3)
        changed = replace(shipped.long_range, splitting=splitting)
        yield f"splitting {splitting:g}/Å", with_long_range(shipped, shipped.cutoff, changed)
    for points in (1000, 5000):
        yield f"{points} table points", replace(shipped, grid=replace(shipped.grid, points=points))


def main() -> None:
    """Print one table per potential."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--potential", choices=LONG_RANGE, action="append")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    for name in arguments.potential or LONG_RANGE:
        shipped = load_potential(name)
        with tempfile.TemporaryDirectory() as text:
            folder = Path(text)
            thermalise(folder, shipped, steps=500)
            reference = compute(folder, converged(shipped))
            variants = dict(settings(shipped))
            computed = {label: compute(folder, potential) for label, potential in variants.items()}
            rates = dict.fromkeys(variants, 0.0)
            for _ in range(arguments.rounds):
                for label, potential in variants.items():
                    rate, _ = speed(folder, Variant(label, potential), arguments.steps)
                    rates[label] = max(rates[label], rate)
        size = float(np.sqrt(np.mean(reference.forces**2)))
        print(
            f"\n{name}: errors of force components (rms force {size:.2f} eV/Å), of energy and pressure, speed"
        )
        for label, found in computed.items():
            difference = found.forces - reference.forces
            rms, largest = np.sqrt(np.mean(difference**2)), np.abs(difference).max()
            print(
                f"  {label:20s} rms {rms:.1e} largest {largest:.1e} eV/Å"
                f" {(found.energy - reference.energy) / len(difference) * 1e3:+7.2f} meV/atom"
                f" {found.pressure - reference.pressure:+6.0f} bar {rates[label] / rates['as shipped']:6.2f}"
            )


if __name__ == "__main__":
    main()
