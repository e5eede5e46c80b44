"""Speed of the potentials and of the settings they were chosen from, side by side on one core.

    python benchmarks/potential_speed.py [--potential buck_core] [--steps 200] [--rounds 2] [--shipped]

A cell of 2,304 atoms of bulk LLZO is thermalised at 1400 K in each potential; then every variant runs from
there, in rounds, so that a change of the machine's load meets all of them. Printed: atom-steps per second
of processor time (best round), the ratio to the settings that are shipped, and dangerous neighbour builds,
which must be 0. With --shipped the variants are left out and the potentials compared as they are, the
reactive one too when it is named (it needs the extra mlip). Absolute numbers belong to the machine; compare
the ratios.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ase import Atoms
from ase.data import atomic_masses, atomic_numbers
from ase.spacegroup import crystal

from grainway.simulation.lammps.lammps_executable import find_lammps
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.potentials.pair.pair_forms import PairForm, ScreenedCoulomb, Sum
from grainway.simulation.potentials.pair.tabulated_potential import LongRange, TabulatedPotential
from grainway.simulation.potentials.shipped_potentials import POTENTIAL_NAMES, TABULATED_NAMES, load_potential

HEADER = "units metal\natom_style charge\nboundary p p p\n"


@dataclass(frozen=True)
class Variant:
    """One way to run a potential: its record, and edits of the LAMMPS commands it writes."""

    label: str
    potential: Potential
    replacements: tuple[tuple[str, str], ...] = ()
    before: str = ""


def tetragonal_garnet(repeat: tuple[int, int, int] = (2, 2, 3)) -> Atoms:
    """Return the ordered tetragonal LLZO (Awaka 2009), 192 atoms per cell."""
    oxygen = [(-0.0335, 0.0546, 0.1528), (0.0535, 0.8523, 0.5368), (0.1501, 0.0278, 0.4463)]
    lithium = [(0.0, 0.25, 0.375), (0.1813, 0.4313, 0.125), (0.0796, 0.0866, 0.8099)]
    heavy = [(0.0, 0.25, 0.125), (0.127, 0.0, 0.25), (0.0, 0.0, 0.0)]
    cell = crystal(
        ["La", "La", "Zr", *["O"] * 3, *["Li"] * 3],
        [*heavy, *oxygen, *lithium],
        spacegroup=142,
        setting=2,
        cellpar=[13.134, 13.134, 12.663, 90, 90, 90],
    )
    return cell.repeat(repeat)


def write_data(path: Path, atoms: Atoms, potential: Potential) -> None:
    """Write a LAMMPS data file with charges."""
    types = {element: index for index, element in enumerate(potential.elements, start=1)}
    x, y, z = atoms.cell.lengths()
    lines = [
        f"garnet\n\n{len(atoms)} atoms\n{len(types)} atom types\n0 {x} xlo xhi\n0 {y} ylo yhi\n0 {z} zlo zhi"
    ]
    lines.append("\nMasses\n")
    lines += [f"{index} {atomic_masses[atomic_numbers[element]]}" for element, index in types.items()]
    lines.append("\nAtoms # charge\n")
    positions = atoms.get_positions(wrap=True)
    for number, (symbol, (a, b, c)) in enumerate(zip(atoms.symbols, positions, strict=True), start=1):
        lines.append(f"{number} {types[symbol]} {potential.charges[symbol]} {a:.12g} {b:.12g} {c:.12g}")
    path.write_text("\n".join(lines) + "\n")


def run_lammps(folder: Path, commands: str, command_line: tuple[str, ...]) -> str:
    """Run a script in a folder and return its log."""
    engine = start_lammps(find_lammps(), command_line, commands, folder, "run")
    engine.wait()
    if failure := engine.failure():
        raise SystemExit(failure)
    return engine.log.read_text()


def thermalise(folder: Path, potential: Potential, temperature: float = 1400.0, steps: int = 1500) -> None:
    """Leave ``hot.data`` in the folder: the garnet at a temperature and about zero pressure."""
    write_data(folder / "start.data", tetragonal_garnet(), potential)
    lines = "\n".join(potential.write(folder))
    run_lammps(
        folder,
        f"{HEADER}read_data start.data\n{lines}\nvelocity all create {2 * temperature} 7\n"
        f"fix 1 all npt temp {temperature} {temperature} 0.1 iso 0 0 1.0\ntimestep 0.002\n"
        f"run {steps}\nwrite_data hot.data nocoeff\n",
        potential.command_line,
    )


def speed(folder: Path, variant: Variant, steps: int) -> tuple[float, int]:
    """Return atom-steps per second of processor time and the number of dangerous builds."""
    lines = "\n".join(variant.potential.write(folder))
    for old, new in variant.replacements:
        if old not in lines:
            raise ValueError(f"{variant.label}: nothing to replace: {old}")
        lines = lines.replace(old, new)
    log = run_lammps(
        folder,
        f"{HEADER}{variant.before}read_data hot.data\n{lines}\nfix 1 all nvt temp 1400 1400 0.1\n"
        f"timestep 0.002\nthermo 100\nrun {steps}\n",
        variant.potential.command_line,
    )
    wall, n_steps, n_atoms = re.findall(
        r"Loop time of (\S+) on 1 procs for (\d+) steps with (\d+) atoms", log
    )[-1]
    share = float(re.findall(r"([\d.]+)% CPU use", log)[-1]) / 100
    dangerous = int(re.findall(r"Dangerous builds = (\d+)", log)[-1])
    return int(n_steps) * int(n_atoms) / (float(wall) * share), dangerous


def general_variants(shipped: TabulatedPotential) -> Iterator[Variant]:
    """Yield variants of table style, resolution, neighbour lists and command line."""
    yield Variant("no suffix", replace(shipped, command_line=()))
    yield Variant("-sf opt", replace(shipped, command_line=("-sf", "opt")))
    for style in ("lookup", "spline"):
        yield Variant(f"table {style}", shipped, (("table linear", f"table {style}"),))
    for points in (1000, 2000, 4000, 8000):
        yield Variant(f"table N = {points}", replace(shipped, grid=replace(shipped.grid, points=points)))
    for skin in (0.7, 1.0, 1.5, 2.0):
        yield Variant(f"skin {skin}", replace(shipped, neighbor_skin=skin))
    yield Variant("neighbour check every other step", shipped, (("every 1", "every 2"),))
    yield Variant("newton off", shipped, before="newton off\n")


def with_long_range(shipped: TabulatedPotential, cutoff: float, long_range: LongRange) -> TabulatedPotential:
    """Return the potential with another cut-off and splitting of its Coulomb sum."""

    def rebuilt(form: PairForm) -> PairForm:
        if isinstance(form, ScreenedCoulomb):
            return replace(form, kappa=long_range.splitting)
        if isinstance(form, Sum):
            return Sum(tuple(rebuilt(term) for term in form.terms))
        return form

    tables = tuple(replace(table, form=rebuilt(table.form), cutoff=cutoff) for table in shipped.tables)
    return replace(shipped, tables=tables, long_range=long_range)


def long_range_variants(shipped: TabulatedPotential) -> Iterator[Variant]:
    """Yield variants of the reciprocal part and of the way the real-space part is computed."""
    if shipped.long_range is None:
        return
    settings = [
        (rc, g, 1e-4) for rc, g in ((6.0, 0.53), (7.0, 0.44), (8.0, 0.385), (9.0, 0.345), (10.0, 0.31))
    ]
    settings += [(rc, g, 1e-5) for rc, g in ((7.0, 0.44), (8.0, 0.385), (9.0, 0.345), (10.0, 0.31))]
    for cutoff, splitting, accuracy in settings:
        for order in (5, 7):
            for scheme in ("ik", "ad"):
                changed = LongRange(
                    relative_accuracy=accuracy, splitting=splitting, order=order, scheme=scheme
                )
                label = f"{accuracy:.0e}, {cutoff:g} Å, order {order}, {scheme}"
                yield Variant(label, with_long_range(shipped, cutoff, changed))
    short = tuple(
        replace(table, form=table.form.terms[1] if isinstance(table.form, Sum) else ScreenedCoulomb(0.0, 1.0))
        for table in shipped.tables
    )
    style = f"pair_style table linear {shipped.grid.points} pppm"
    overlay = f"pair_style hybrid/overlay table linear {shipped.grid.points} coul/long {shipped.cutoff}"
    yield Variant(
        "hybrid/overlay table + coul/long",
        replace(shipped, tables=short),
        (
            (style, overlay),
            (" pair.table", " table pair.table"),
            ("kspace_style", "pair_coeff * * coul/long\nkspace_style"),
        ),
    )


def speeds(names: Sequence[str], steps: int, rounds: int) -> dict[str, float]:
    """Return atom-steps per second of processor time of potentials as they are shipped, measured in turn."""
    with tempfile.TemporaryDirectory() as text:
        variants = {name: Variant(name, load_potential(name)) for name in names}
        for name, variant in variants.items():
            (Path(text) / name).mkdir()
            thermalise(Path(text) / name, variant.potential, steps=500)
        best = dict.fromkeys(names, 0.0)
        for _ in range(rounds):
            for name, variant in variants.items():
                best[name] = max(best[name], speed(Path(text) / name, variant, steps)[0])
    return best


def compare_shipped(names: Sequence[str], steps: int, rounds: int) -> None:
    """Print the speeds of potentials as they are shipped, as ratios to the first."""
    best = speeds(names, steps, rounds)
    print("\n1000 atom-steps per second of one core, µs per atom-step, ratio")
    for name, rate in best.items():
        print(f"  {name:16s} {rate / 1e3:7.1f} {1e6 / rate:7.2f} {rate / best[names[0]]:6.3f}")


def main() -> None:
    """Print one table per potential."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--potential", action="append", help=f"{', '.join(POTENTIAL_NAMES)}, or a file of pair splines"
    )
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--shipped", action="store_true")
    arguments = parser.parse_args()
    if arguments.shipped:
        compare_shipped(arguments.potential or TABULATED_NAMES, arguments.steps, arguments.rounds)
        return
    for name in arguments.potential or TABULATED_NAMES:
        shipped = load_potential(name)
        with tempfile.TemporaryDirectory() as text:
            folder = Path(text)
            thermalise(folder, shipped)
            variants = [
                Variant("as shipped", shipped),
                *general_variants(shipped),
                *long_range_variants(shipped),
            ]
            measured: dict[str, list[tuple[float, int]]] = {variant.label: [] for variant in variants}
            for _ in range(arguments.rounds):
                for variant in variants:
                    measured[variant.label].append(speed(folder, variant, arguments.steps))
        best = {label: max(rate for rate, _ in rounds) for label, rounds in measured.items()}
        print(f"\n{name}: 1000 atom-steps per second of one core, ratio, dangerous builds")
        for label, rounds in measured.items():
            dangerous = sum(count for _, count in rounds)
            ratio = best[label] / best["as shipped"]
            print(f"  {label:36s} {best[label] / 1e3:7.0f} {ratio:6.2f} {dangerous:4d}")


if __name__ == "__main__":
    main()
