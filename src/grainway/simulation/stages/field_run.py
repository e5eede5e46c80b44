"""Production under constant fields along z, both signs of each, from one common equilibrated state.

Every ion feels z_i e E with its formal charge. The forces of a neutral cell sum to zero, so nothing drifts as
a whole, and the current that is conjugate to this field is the collective one of all ions. The thermostat
acts on the velocities across the field alone: on all of them it would brake the current that is measured.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from grainway.array_types import BoolArray, IntArray
from grainway.domain import Trajectory
from grainway.errors import SimulationError
from grainway.machine.whole_files import write_whole
from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.simulation.stages.production import read_production
from grainway.simulation.stages.protocol import plan_stages
from grainway.simulation.stages.stage_input import DATA_FILE, RunSetup
from grainway.simulation.stages.stage_runner import Progress, run_stages

_EQUILIBRIUM = "equilibrium"
_INPUTS = "inputs.json"


@dataclass(frozen=True, kw_only=True, eq=False)
class DrivenProduction:
    """Production at one field.

    Attributes:
        field: along z, V/Å.
        lithium: in the charge-weighted frame of the framework: its current is that of all ions.
    """

    field: float
    lithium: Trajectory


def run_fields(
    setup: RunSetup,
    strengths: Sequence[float],
    folder: Path,
    binary: LammpsBinary,
    interior: BoolArray,
    grain: IntArray,
    on_progress: Callable[[str, Progress], None] | None = None,
) -> list[DrivenProduction]:
    """Equilibrate once, then run production at +E and −E for every strength.

    What is finished in the folder is kept: called again after an interruption, it goes on bit for bit.

    Args:
        setup: without a field; its production is that of each field.
        strengths: fields without sign, V/Å.
        folder: of all runs.
        binary: LAMMPS.
        interior: framework atoms whose place is watched, shape (n_atoms,).
        grain: grain of each atom, shape (n_atoms,).
        on_progress: called with the name of a run a few times per second.

    Returns:
        One production per field, +E and −E in turn.

    Raises:
        SimulationError: when the cell is not neutral or holds no lithium, the folder belongs to other inputs,
            or a run fails.
    """
    formal = setup.potential.formal_charges
    symbols = setup.atoms.get_chemical_symbols()
    if "Li" not in symbols:
        raise SimulationError("the cell holds no lithium, the carrier whose current a field drives")
    total = sum(formal[symbol] for symbol in symbols)
    if total != 0:
        raise SimulationError.about(
            "structure",
            setup.atoms.get_chemical_formula(),
            f"its formal charges sum to {total:+d} e, and a field would pull the whole cell along",
            "Give a neutral cell.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    _claim(setup, folder)

    def report(name: str) -> Callable[[Progress], None] | None:
        return None if on_progress is None else lambda progress: on_progress(name, progress)

    before = [s for s in plan_stages(setup.protocol, setup.kind) if s.kind != "production"]
    equilibrium = folder / _EQUILIBRIUM
    run_stages(setup, equilibrium, binary, interior, grain, report(_EQUILIBRIUM), stages=before)
    productions = []
    for field in [sign * strength for strength in strengths for sign in (1, -1)]:
        name = f"field{field:+.6g}"
        own = folder / name
        own.mkdir(exist_ok=True)
        for file in (*(f"{s.name}.done.json" for s in before), f"{before[-1].name}.restart", DATA_FILE):
            _copy(equilibrium / file, own / file)
        driven = replace(setup, field=field)
        finished = run_stages(driven, own, binary, interior, grain, report(name))
        temperature = float(np.mean([f.mean_temperature for f in finished if f.stage.kind == "production"]))
        productions.append(
            DrivenProduction(field=field, lithium=read_production(driven, own, temperature).lithium)
        )
    return productions


def _claim(setup: RunSetup, folder: Path) -> None:
    """Leave the identity of the inputs in the folder, or refuse a folder of others."""
    structure = sha256(setup.atoms.positions.tobytes() + setup.atoms.cell.array.tobytes()).hexdigest()
    inputs = {
        "potential": setup.potential.digest,
        "protocol": setup.protocol.to_dict(),
        "seed": setup.seed,
        "kind": setup.kind,
        "formula": setup.atoms.get_chemical_formula(mode="reduce"),
        "structure": structure,
    }
    text = json.dumps(inputs, sort_keys=True)
    path = folder / _INPUTS
    if not path.exists():
        write_whole(path, text)
    before, now = json.loads(path.read_text(encoding="utf-8")), json.loads(text)
    changed = [key for key in now if before.get(key) != now[key]]
    if changed:
        raise SimulationError.about(
            "folder",
            str(folder),
            f"it holds runs of another {', '.join(changed)}",
            "Give another folder, or the same inputs again to go on.",
        )


def _copy(source: Path, target: Path) -> None:
    """Copy a file whole or not at all; equilibrium files never change."""
    if target.exists():
        return
    write_whole(target, source.read_bytes())
