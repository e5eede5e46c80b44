"""The runs of a validation, and what each one measures."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np

from grainway.analysis import (
    collective_conductivity,
    haven_ratio,
    nernst_einstein_conductivity,
    tracer_diffusivity,
)
from grainway.analysis.composition.coordination import first_shell
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.simulation import (
    LammpsBinary,
    Potential,
    Production,
    Progress,
    Protocol,
    RunSetup,
    read_production,
    run_stages,
)
from grainway.simulation.minimise.minimisation import minimise
from grainway.simulation.minimise.minimisation_script import MinimisationSettings
from grainway.structure import bulk_crystal, lithium_ordering
from grainway.structure.crystal.garnet import tetragonal_crystal
from grainway.validation.runs.validation_settings import ValidationSettings

RunKind = Literal["tetragonal", "lattice", "ladder"]

FORMAT_VERSION = 1
LATTICE_PRODUCTION_PS = 5.0
LONGEST_SEGMENT_PS = 25.0
DISTORTION = (0.003, -0.003, 0.0)
"""Strain that a search for the tetragonal minimum starts from: at a saddle point the forces vanish too, and
the symmetric start would stay there."""
MINIMISATION = MinimisationSettings(force_tolerance=2e-3, stress_tolerance=200.0)
STIFFNESS_BAR = 6e5
"""For what a residual stress means as strain: the softest, C11 - C12, which a/b relaxes against."""
_LOOP = re.compile(r"Loop time of (\S+) on .*?(\S+)% CPU use", re.DOTALL)
BONDS = (("Zr", "O"), ("La", "O"))


@dataclass(frozen=True, slots=True)
class ValidationRun:
    """One run.

    Attributes:
        potential: its name.
        digest: of the potential.
        kind: "tetragonal" minimises the ordered crystal; "lattice" finds the cell of the cubic one in a cube
            of free size; "ladder" lets c/a relax too, and then measures diffusion.
        temperature: K; 0 for a minimisation.
        replica: number of the lithium ordering.
        settings: lengths and sizes.
    """

    potential: str
    digest: str
    kind: RunKind
    temperature: float
    replica: int
    settings: ValidationSettings

    @property
    def name(self) -> str:
        """Readable and unique among the runs of one setting."""
        return f"{self.potential}-{self.kind}-{self.temperature:g}K-{self.replica}"

    @property
    def key(self) -> str:
        """sha256 of all that decides the result, hexadecimal."""
        inputs: dict[str, Any] = {"version": FORMAT_VERSION, "potential": self.digest, "kind": self.kind}
        if self.kind == "tetragonal":
            inputs |= {"distortion": DISTORTION, "minimisation": MINIMISATION.to_dict()}
        else:
            inputs |= {
                "seed": self.settings.seed + self.replica,
                "repeats": self.settings.repeats,
                "protocol": self._lengths(),
            }
        return sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()

    def protocol(self) -> Protocol:
        """Return lengths and intervals of a run of molecular dynamics."""
        return Protocol(**self._lengths())

    def _lengths(self) -> dict[str, Any]:
        """Everything of the protocol that matters here, so that the key knows it."""
        hot = self.kind == "ladder"
        production = self.settings.production if hot else LATTICE_PRODUCTION_PS
        n_segments = max(1, round(production / LONGEST_SEGMENT_PS))
        return {
            "temperature": self.temperature,
            "pressure": 0.0,
            "timestep": 0.002,
            "minimise_steps": 200,
            "anneal": 0.0,
            "constant_pressure": self.settings.ladder_pressure if hot else self.settings.lattice_pressure,
            "fixed_cell": 1.0,
            "production": production,
            "production_segment": float(np.ceil(production / n_segments)),
            "sample_interval": 0.1,
            "frame_interval": 1.0,
        }


def plan_runs(potential: Potential, settings: ValidationSettings) -> tuple[ValidationRun, ...]:
    """Return the runs of one potential, long ones first so that the last to end are short."""

    def run(kind: RunKind, temperature: float, replica: int) -> ValidationRun:
        return ValidationRun(potential.name, potential.digest, kind, temperature, replica, settings)

    replicas = range(settings.replicas)
    return (
        *(run("ladder", t, r) for t in settings.ladder_temperatures for r in replicas),
        *(run("lattice", t, r) for t in settings.lattice_temperatures for r in replicas),
        run("tetragonal", 0.0, 0),
    )


def perform(
    run: ValidationRun,
    potential: Potential,
    folder: Path,
    binary: LammpsBinary,
    on_progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """Run and measure.

    Args:
        run: what.
        potential: the one that the run names.
        folder: of this run alone; stages finished there before are not run again.
        binary: LAMMPS.
        on_progress: called a few times per second; may raise to end the run.

    Returns:
        JSON-ready: ``values`` (plain numbers, Å), ``estimates``, ``missing`` (name → reason), and what it
        took: ``lammps_s`` of wall time, ``cpu_s``, ``simulated_ps``.

    Raises:
        GrainwayError: when LAMMPS fails or a stage is unhealthy.
    """
    if run.kind == "tetragonal":
        return _minimised(potential, folder, binary)
    n = run.settings.repeats
    atoms = bulk_crystal((n, n, n), lithium_ordering(run.settings.seed + run.replica))
    setup = RunSetup(
        atoms=atoms,
        potential=potential,
        protocol=run.protocol(),
        # without a band "boundary" differs from "bulk" in that c is free beside a = b: a cell that wants to
        # be tetragonal can
        kind="boundary" if run.kind == "ladder" else "bulk",
        band=np.zeros(len(atoms), dtype=bool),
        seed=run.settings.seed + run.replica,
    )
    finished = run_stages(setup, folder, binary, atoms.numbers != 3, atoms.arrays["grain"], on_progress)
    hot = [f for f in finished if f.stage.kind == "production"]
    lengths = next(f.mean_cell for f in finished if f.mean_cell is not None)
    production = read_production(setup, folder, float(np.mean([f.mean_temperature for f in hot])))
    values: dict[str, Any] = {
        "temperature": production.lithium.temperature,
        "cell_lengths": [length / n for length in lengths],
        "lattice_parameter": float(np.prod(lengths) ** (1 / 3)) / n,
        "framework_in_place": finished[-1].crystalline,
        "framework_displacement": _framework_displacement(production.frames),
        "volume": production.lithium.volume,
        "n_lithium": production.lithium.positions.shape[1],
    }
    for centre, neighbour in BONDS:
        shell = first_shell(production.frames, centre, neighbour)
        values[f"bond_length_{centre}-{neighbour}"] = shell.bond_length
        values[f"coordination_{centre}-{neighbour}"] = shell.coordination
        values[f"cutoff_{centre}-{neighbour}"] = shell.cutoff
    estimates, missing = _transport(production) if run.kind == "ladder" else ({}, {})
    return {
        "values": values,
        "estimates": estimates,
        "missing": missing,
        "lammps_s": sum(f.wall_s for f in finished),
        "cpu_s": _cpu_seconds(folder),
        "n_atoms": len(atoms),
        "simulated_ps": sum(f.stage.duration for f in finished),
    }


def _minimised(potential: Potential, folder: Path, binary: LammpsBinary) -> dict[str, Any]:
    crystal = tetragonal_crystal()
    crystal.set_cell(crystal.cell.array * (1 + np.array(DISTORTION))[:, None], scale_atoms=True)
    minimum = minimise(crystal, potential, folder, binary, MINIMISATION, "axes")
    x, y, z = (float(length) for length in minimum.atoms.cell.lengths())
    strain = MINIMISATION.stress_tolerance / STIFFNESS_BAR
    a, c = Estimate((x + y) / 2, (x + y) / 2 * strain, "Å", 1), Estimate(z, z * strain, "Å", 1)
    ratio = Estimate(max(x, y) / min(x, y), 2 * strain, "1", 1)
    return {
        "values": {"cell_lengths": [x, y, z], "stress_bar": minimum.stress},
        "estimates": {
            "tetragonal_a_0K": a.to_dict(),
            "tetragonal_c_0K": c.to_dict(),
            "tetragonal_ratio_0K": ratio.to_dict(),
        },
        "missing": {},
        "lammps_s": 0.0,
        "cpu_s": _cpu_seconds(folder),
        "n_atoms": len(minimum.atoms),
        "simulated_ps": 0.0,
    }


def _cpu_seconds(folder: Path) -> float:
    """CPU time of all loops, s, from the logs: unlike wall time it does not grow on a busy machine."""
    total = 0.0
    for log in folder.glob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace")
        total += sum(float(wall) * float(share) / 100 for wall, share in _LOOP.findall(text))
    return total


def _framework_displacement(frames: Trajectory) -> float:
    """Root mean square displacement of the framework between the first and the last mean frame, Å."""
    framework = np.array(frames.species) != "Li"
    moved = frames.positions[-1, framework] - frames.positions[0, framework]
    return float(np.sqrt((moved**2).sum(axis=1).mean()))


def _transport(production: Production) -> tuple[dict[str, Any], dict[str, str]]:
    lithium = production.lithium
    measures: dict[str, Callable[[], Estimate]] = {
        "diffusivity": lambda: tracer_diffusivity(lithium),
        "nernst_einstein": lambda: nernst_einstein_conductivity(lithium),
        "einstein": lambda: collective_conductivity(lithium, method="einstein"),
        "green_kubo": lambda: collective_conductivity(lithium, method="green-kubo"),
        "haven_ratio": lambda: haven_ratio(lithium),
    }
    estimates, missing = {}, {}
    for name, measure in measures.items():
        try:
            estimates[name] = measure().to_dict()
        except AnalysisError as error:
            missing[name] = str(error)
    return estimates, missing
