"""LAMMPS input scripts and data files, one script per stage.

Every command comes from this file or from a :class:`~grainway.simulation.Potential`; no text of a campaign
file ever reaches a script.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import atomic_masses, atomic_numbers

from grainway.array_types import BoolArray, IndexArray
from grainway.errors import SimulationError
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.stages.protocol import CellKind, Protocol, Stage
from grainway.units import BAR_PER_ATM

DATA_FILE = "start.data"
THERMO_EVERY = 100
CELL_EVERY = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class RunSetup:
    """What all stages of one evaluation share.

    Attributes:
        atoms: starting structure, cell rows lower triangular.
        potential: the interatomic potential; its element order fixes the LAMMPS types.
        protocol: lengths and temperatures.
        kind: boundary or bulk cell.
        band: True for atoms in the boundary band, shape (n_atoms,); all False for bulk.
        seed: of velocities and thermostats.
        field: that drives production along z, V/Å: the force z_i e E on every ion, with formal charges z_i.
    """

    atoms: Atoms
    potential: Potential
    protocol: Protocol
    kind: CellKind
    band: BoolArray
    seed: int
    field: float = 0.0

    def __post_init__(self) -> None:
        missing = sorted(set(self.atoms.get_chemical_symbols()) - set(self.potential.elements))
        if missing:
            raise SimulationError.about(
                "potential",
                self.potential.name,
                f"it has no parameters for {', '.join(missing)}",
                "Choose a potential that covers every element of the structure.",
            )
        cell = self.atoms.cell.array
        if np.abs(np.triu(cell, 1)).max() > 1e-9:
            raise SimulationError("the cell must be lower triangular: a along x, b in the xy plane")


def stage_seed(seed: int, stage: str) -> int:
    """Return a LAMMPS seed (1 to 900,000,000) that depends on the evaluation and the stage alone."""
    digest = sha256(f"{seed}:{stage}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 900_000_000 + 1


def write_data(setup: RunSetup, path: Path) -> None:
    """Write the starting structure as a LAMMPS data file (style charge, ids in the order of ``atoms``)."""
    atoms = setup.atoms
    cell = atoms.cell.array
    types = {element: i for i, element in enumerate(setup.potential.elements, start=1)}
    symbols = atoms.get_chemical_symbols()
    lines = [
        "starting structure (units metal)",
        "",
        f"{len(atoms)} atoms",
        f"{len(types)} atom types",
        "",
        f"0.0 {cell[0, 0]:.12g} xlo xhi",
        f"0.0 {cell[1, 1]:.12g} ylo yhi",
        f"0.0 {cell[2, 2]:.12g} zlo zhi",
    ]
    if (
        np.abs(np.tril(cell, -1)).max() > 0
    ):  # a tilted cell is slower, so an orthogonal one is not called tilted
        lines.append(f"{cell[1, 0]:.12g} {cell[2, 0]:.12g} {cell[2, 1]:.12g} xy xz yz")
    lines += ["", "Masses", ""]
    lines += [f"{i} {atomic_masses[atomic_numbers[element]]:.10g}" for element, i in types.items()]
    lines += ["", "Atoms # charge", ""]
    charges = setup.potential.charges
    lines += [
        f"{number} {types[s]} {charges[s]:.12g} {x:.12g} {y:.12g} {z:.12g}"
        for number, (s, (x, y, z)) in enumerate(zip(symbols, atoms.positions, strict=True), start=1)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def stage_input(
    setup: RunSetup,
    stage: Stage,
    potential_lines: tuple[str, ...],
    previous: str | None,
    mean_cell: tuple[float, float, float] | None,
) -> str:
    """Return the LAMMPS script of one stage.

    Args:
        setup: what the stages share.
        stage: which one.
        potential_lines: from ``Potential.write``.
        previous: restart file to continue from, without its ending; None reads the data file.
        mean_cell: lx, ly, lz to set before a fixed-cell stage, Å.
    """
    seed = stage_seed(setup.seed, stage.name)
    lines = ["units metal", "atom_style charge", "boundary p p p"]
    if previous is None:
        lines += ["box tilt large", f"read_data {DATA_FILE}"]
    else:
        lines += [f"read_restart {previous}.restart"]
    lines += [*potential_lines, *_groups(setup)]
    lines += [
        "thermo_style custom step temp press pe etotal lx ly lz",
        # after thermo_style, which resets it
        "thermo_modify line yaml flush yes lost error",
        f"thermo {THERMO_EVERY}",
    ]
    if stage.kind == "minimise":
        lines += [
            "min_style cg",
            f"minimize 1e-8 1e-3 {setup.protocol.minimise_steps} 100000",
            "reset_timestep 0",
        ]
    elif stage.kind == "anneal":
        lines += _anneal(setup, stage, seed)
    elif stage.kind == "constant_pressure":
        lines += _constant_pressure(setup, stage, seed)
    elif stage.kind == "fixed_cell":
        lines += _fixed_cell(setup, stage, mean_cell)
    else:
        lines += _production(setup, stage)
    lines += [
        f"write_dump all custom {stage.name}.final.bin id type xu yu zu modify sort id",
        f"write_restart {stage.name}.restart",
        'print "grainway: stage complete"',
    ]
    return "\n".join(lines) + "\n"


def _groups(setup: RunSetup) -> list[str]:
    framework = [str(i) for i, element in enumerate(setup.potential.elements, start=1) if element != "Li"]
    lithium = setup.potential.elements.index("Li") + 1
    return [f"group lithium type {lithium}", f"group framework type {' '.join(framework)}"]


def _anneal(setup: RunSetup, stage: Stage, seed: int) -> list[str]:
    """Heat the band and keep the grains cold, so that only the band loses its order while the gap closes."""
    band = np.flatnonzero(setup.band) + 1
    hot = stage.band_temperature
    lines = [f"group band id {chunk}" for chunk in _id_ranges(band)]
    pressure = setup.protocol.pressure * BAR_PER_ATM
    lines += [
        "group grains subtract all band",
        f"velocity grains create {stage.temperature:g} {seed} mom no rot no dist gaussian",
        f"velocity band create {hot:g} {seed + 1} mom no rot no dist gaussian",
        "velocity all zero linear",
        f"fix barostat all nph x {pressure:g} {pressure:g} 1.0 y {pressure:g} {pressure:g} 1.0 "
        f"z {pressure:g} {pressure:g} 1.0 couple xy",
        f"fix hot band langevin {hot:g} {hot:g} 0.1 {seed + 2} zero yes",
        f"fix cold grains langevin {stage.temperature:g} {stage.temperature:g} 0.1 {seed + 3} zero yes",
    ]
    for timestep, steps in stage.phases:
        lines += [f"timestep {timestep:g}", f"run {steps}"]
    return [*lines, "reset_timestep 0"]


def _constant_pressure(setup: RunSetup, stage: Stage, seed: int) -> list[str]:
    pressure = setup.protocol.pressure * BAR_PER_ATM
    axes = f"x {pressure:g} {pressure:g} 1.0 y {pressure:g} {pressure:g} 1.0 z {pressure:g} {pressure:g} 1.0"
    if setup.kind == "boundary":
        axes += " couple xy"
    elif not setup.protocol.ladder:
        axes += " couple xyz"  # on a ladder the bulk is free to show that it is no longer cubic
    ((timestep, steps),) = stage.phases
    return [
        "reset_timestep 0",  # after production at a higher temperature
        f"velocity all create {stage.temperature:g} {seed} mom yes rot no dist gaussian",
        f"timestep {timestep:g}",
        f"fix barostat all npt temp {stage.temperature:g} {stage.temperature:g} 0.1 {axes}",
        "variable boxx equal lx",
        "variable boxy equal ly",
        "variable boxz equal lz",
        f"fix cell all ave/time {CELL_EVERY} {steps // 2 // CELL_EVERY} {steps} v_boxx v_boxy v_boxz "
        f'file {stage.name}.cell format " %.12g"',
        f"run {steps}",
        "unfix cell",
        "reset_timestep 0",
    ]


def _fixed_cell(setup: RunSetup, stage: Stage, mean_cell: tuple[float, float, float] | None) -> list[str]:
    if mean_cell is None:
        raise SimulationError(f"stage {stage.name} needs the mean cell of the constant-pressure stage")
    lx, ly, lz = mean_cell
    cell = setup.atoms.cell.array
    # the barostat scales the tilts with the cell, so their ratios to it stay those of the start
    xy = cell[1, 0] / cell[1, 1] * ly
    xz, yz = cell[2, 0] / cell[2, 2] * lz, cell[2, 1] / cell[2, 2] * lz
    ((timestep, steps),) = stage.phases
    change = f"change_box all x final 0 {lx:.12g} y final 0 {ly:.12g} z final 0 {lz:.12g}"
    if np.abs(np.tril(cell, -1)).max() > 0:
        change += f" xy final {xy:.12g} xz final {xz:.12g} yz final {yz:.12g}"
    return [
        f"{change} remap units box",
        f"timestep {timestep:g}",
        f"fix thermostat all nvt temp {stage.temperature:g} {stage.temperature:g} 0.2",
        f"run {steps}",
        "unfix thermostat",
        "velocity all zero linear",
        "reset_timestep 0",
    ]


def _production(setup: RunSetup, stage: Stage) -> list[str]:
    protocol = setup.protocol
    ((timestep, steps),) = stage.phases
    sample = round(protocol.sample_interval / timestep)
    frame = round(protocol.frame_interval / timestep)
    stride = max(1, frame // 50)
    while frame % stride:
        stride -= 1
    formal = setup.potential.formal_charges
    weights = "+".join(
        f"({formal[element]})*(type=={i})"
        for i, element in enumerate(setup.potential.elements, start=1)
        if element != "Li"
    )
    return [
        f"timestep {timestep:g}",
        # weak coupling: the heat bath must not be seen by the diffusion
        f"fix thermostat all nvt temp {stage.temperature:g} {stage.temperature:g} 1.0",
        *_driven(setup),
        "compute place all property/atom xu yu zu",
        f"dump lithium lithium custom {sample} {stage.name}.lithium.bin xu yu zu",
        "dump_modify lithium sort id",
        # the charge-weighted centre of the framework: in its frame the current of lithium alone is exactly
        # the current of all ions
        f"variable weight atom {weights}",
        *[f"variable moment{axis} atom v_weight*c_place[{i}]" for i, axis in enumerate("xyz", start=1)],
        "compute moment framework reduce sum v_momentx v_momenty v_momentz",
        f"fix centre all ave/time {sample} 1 {sample} c_moment[1] c_moment[2] c_moment[3] "
        f'file {stage.name}.centre format " %.15g"',
        f"fix mean all ave/atom {stride} {frame // stride} {frame} c_place[1] c_place[2] c_place[3]",
        f"dump frames all custom {frame} {stage.name}.frames.bin f_mean[1] f_mean[2] f_mean[3]",
        "dump_modify frames sort id",
        f"run {steps}",
        "undump lithium",
        "undump frames",
    ]


def _driven(setup: RunSetup) -> list[str]:
    """Drive the ions along z and keep the thermostat, which would brake them, to the other directions."""
    if setup.field == 0:
        return []
    lines = ["compute across all temp/partial 1 1 0", "fix_modify thermostat temp across"]
    for i, element in enumerate(setup.potential.elements, start=1):
        force = setup.potential.formal_charges[element] * setup.field
        lines += [f"group driven{i} type {i}", f"fix field{i} driven{i} addforce 0.0 0.0 {force:.15g}"]
    return lines


def _id_ranges(ids: IndexArray, per_line: int = 100) -> list[str]:
    """Return atom ids as LAMMPS ranges a:b, a few per line since repeated group commands accumulate."""
    breaks = np.flatnonzero(np.diff(ids) > 1)
    starts = np.concatenate([ids[:1], ids[breaks + 1]])
    ends = np.concatenate([ids[breaks], ids[-1:]])
    ranges = [f"{a}:{b}" if b > a else f"{a}" for a, b in zip(starts, ends, strict=True)]
    return [" ".join(ranges[i : i + per_line]) for i in range(0, len(ranges), per_line)]
