"""Does the reactive potential hold where it is driven hardest: boundaries at 2000 K and their quench.

    python benchmarks/reactive_robustness.py FOLDER [--boundaries 5] [--hot 50] [--quench 10] [--workers 2]

Needs the extra mlip. The smallest boundaries of the recipe, different planes, held-out ones first among cells
of one size, are held at 2000 K without pressure, cooled to 300 K, and looked at every 0.5 ps: the shortest
distance of each pair of elements, and the largest spread of a force over the committee. O-O pairs under
2.0 Å are counted: at 2000 K ions collide, so what tells a false contact is that the pair is still there
0.5 ps later. Runs of constant energy at 1000 K in a bulk cell give the drift. Finished boundaries
are kept in FOLDER and not run again.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations_with_replacement, pairwise
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from grainway.distillation import Source, TeachingRecipe, plan_sources
from grainway.distillation.sources.teaching_dynamics import Phase, snapshots
from grainway.simulation import NEP_NAME, find_lammps, load_potential
from grainway.simulation.lammps.lammps_output import read_log
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.potentials.extrapolation import read_spread, spread_file
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.stages.protocol import Protocol
from grainway.simulation.stages.stage_input import RunSetup, write_data
from grainway.structure import bulk_crystal, lithium_ordering

ELEMENTS = ("Li", "La", "Zr", "O")
FALSE_O_O_A = 2.0
TIMESTEP_PS = 0.001
HOT_K, COLD_K = 2000.0, 300.0
DRIFT_K = 1000.0


def shortest(atoms: Atoms) -> dict[str, float]:
    """Return the shortest distance of each pair of elements, Å, as far as it is below 4 Å."""
    i, j, d = neighbor_list("ijd", atoms, 4.0)
    symbols = np.array(atoms.get_chemical_symbols())
    found = {}
    for a, b in combinations_with_replacement(ELEMENTS, 2):
        here = d[(symbols[i] == a) & (symbols[j] == b)]
        if len(here):
            found[f"{a}-{b}"] = float(here.min())
    return found


def contacts(atoms: Atoms) -> set[tuple[int, int]]:
    """Return the O-O pairs under 2.0 Å."""
    i, j = neighbor_list("ij", atoms, FALSE_O_O_A)
    oxygen = atoms.numbers == 8
    return {(a, b) for a, b in zip(i.tolist(), j.tolist(), strict=True) if a < b and oxygen[a] and oxygen[b]}


def drive(atoms: Atoms, potential: Potential, folder: Path, hot_ps: float, quench_ps: float) -> dict:
    """Run one boundary and return what was met."""
    phases = (
        # a freshly joined structure first releases what it was built with
        Phase(start=HOT_K, end=HOT_K, duration=1.0, timestep=0.0005, cell="stacked"),
        Phase(start=HOT_K, end=HOT_K, duration=hot_ps, timestep=TIMESTEP_PS, cell="stacked", interval=0.5),
        Phase(
            start=HOT_K, end=COLD_K, duration=quench_ps, timestep=TIMESTEP_PS, cell="stacked", interval=0.5
        ),
    )
    taken = snapshots(atoms, potential, phases, 7, folder, find_lammps())
    closest: dict[str, float] = {}
    close = [contacts(snapshot.atoms) for snapshot in taken]
    for snapshot in taken:
        pairs = shortest(snapshot.atoms)
        closest = {k: min(v, closest.get(k, 9.0)) for k, v in {**closest, **pairs}.items()}
    spread = read_spread(folder / spread_file("snapshots"))
    return {
        "atoms": len(atoms),
        "frames": len(taken),
        "close_contacts": sum(map(bool, close)),
        "lasting_contacts": sum(bool(one & after) for one, after in pairwise(close)),
        "shortest_A": closest,
        "largest_spread_eV_per_A": float(spread.largest.max()),
        "outside": int((spread.largest > potential.spread_threshold).sum()),
        "watched": len(spread.largest),
        "final_volume_per_atom_A3": taken[-1].atoms.get_volume() / len(atoms),
    }


def drift(potential: Potential, folder: Path, length_ps: float, timestep: float) -> float:
    """Return the drift of the total energy at constant energy, meV/atom over the length."""
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(0))
    steps, often = round(length_ps / timestep), 50
    folder.mkdir(parents=True, exist_ok=True)
    nothing = np.zeros(len(atoms), dtype=bool)
    setup = RunSetup(atoms=atoms, potential=potential, protocol=Protocol(), kind="bulk", band=nothing, seed=3)
    write_data(setup, folder / "drift.data")
    script = [
        "units metal", "atom_style charge", "boundary p p p", "read_data drift.data",
        *potential.write(folder),
        "thermo_style custom step temp press pe etotal lx ly lz",
        "thermo_modify line yaml format float %.15g", f"thermo {often}", "minimize 1e-8 1e-3 100 1000",
        f"velocity all create {2 * DRIFT_K:g} 11 mom yes rot no dist gaussian", f"timestep {timestep:g}",
        f"fix bath all nvt temp {DRIFT_K:g} {DRIFT_K:g} 0.1", f"run {round(2.0 / timestep)}", "unfix bath",
        "fix free all nve", f"run {steps}", 'print "grainway: stage complete"',
    ]  # fmt: skip
    engine = start_lammps(find_lammps(), potential.command_line, "\n".join(script) + "\n", folder, "drift")
    engine.wait()
    if failure := engine.failure():
        raise SystemExit(failure)
    energy = read_log(engine.log).rows[:, 4][-(steps // often) :]
    slope = np.polyfit(np.linspace(0, length_ps, len(energy)), energy, 1)[0]
    return float(slope * length_ps / len(atoms) * 1e3)


def smallest(recipe: TeachingRecipe, n: int) -> list[Source]:
    """Return sources of different boundaries, small cells first."""
    planes: dict[tuple, Source] = {}
    for source in plan_sources(recipe):
        if source.kind == "boundary" and source.start.connection == "planar":
            planes.setdefault((source.start.axis, source.start.normal_a, source.start.normal_b), source)
    return sorted(planes.values(), key=lambda s: (s.start.entry().n_atoms, not s.held_out))[:n]


def report(source: Source, found: dict) -> None:
    """Print what became of one boundary."""
    pairs = ", ".join(f"{k} {v:.2f}" for k, v in sorted(found["shortest_A"].items()))
    print(
        f"{source.name}{', held out' if source.held_out else ''}, {found['atoms']} atoms: "
        f"{found['close_contacts']} of {found['frames']} frames with O-O < {FALSE_O_O_A} Å, "
        f"{found['lasting_contacts']} of them still so in the next; "
        f"shortest {pairs} Å; "
        f"spread up to {found['largest_spread_eV_per_A']:.2f} eV/Å, {found['outside']} of "
        f"{found['watched']} outside; {found['final_volume_per_atom_A3']:.2f} Å³/atom after the quench",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--boundaries", type=int, default=5)
    parser.add_argument("--skip", type=int, default=0, help="leave out so many, which were run elsewhere")
    parser.add_argument("--hot", type=float, default=50.0, help="ps at 2000 K")
    parser.add_argument("--quench", type=float, default=10.0, help="ps from 2000 to 300 K")
    parser.add_argument("--drift", type=float, default=10.0, help="ps at constant energy; 0 for none")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    potential, recipe = load_potential(NEP_NAME), TeachingRecipe()
    print(
        f"{NEP_NAME}, digest {potential.digest[:16]}: {given.hot:g} ps at 2000 K, {given.quench:g} to 300 K"
    )
    for timestep in (TIMESTEP_PS, 2 * TIMESTEP_PS) if given.drift else ():
        per_atom = drift(potential, given.folder / f"drift-{timestep:g}", given.drift, timestep)
        print(
            f"constant energy at {DRIFT_K:g} K, {timestep * 1e3:g} fs: {per_atom:+.4f} meV/atom over "
            f"{given.drift:g} ps",
            flush=True,
        )

    def once(numbered: tuple[int, Source]) -> tuple[Source, dict]:
        number, source = numbered
        folder = given.folder / f"{source.name}-{given.hot:g}-{given.quench:g}"
        kept = folder / f"{potential.digest[:16]}.json"
        if not kept.exists():
            atoms = source.start.build(np.random.default_rng([41, number]))
            found = drive(atoms, potential, folder, given.hot, given.quench)
            kept.write_text(json.dumps(found, indent=1))
        return source, json.loads(kept.read_text())

    with ThreadPoolExecutor(given.workers) as pool:
        for source, found in pool.map(once, [*enumerate(smallest(recipe, given.boundaries))][given.skip :]):
            report(source, found)


if __name__ == "__main__":
    main()
